// A vendor of verifications (malla.kyc.v1), as a start for one of your own: serves gRPC until it is told to end.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"

	kycv1 "malla.dev/go/malla/kyc/v1"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:9000", "where to serve gRPC, host:port")
	cert := flag.String("tls-cert", "", "certificate (PEM); none: cleartext HTTP/2")
	key := flag.String("tls-key", "", "its key (PEM)")
	ca := flag.String("tls-ca", "", "authority (PEM) of the callers' certificates")
	flag.Parse()
	if err := serve(*listen, *cert, *key, *ca); err != nil {
		log.Fatal(err)
	}
}

func serve(listen, cert, key, ca string) error {
	creds, err := credentialsOf(cert, key, ca)
	if err != nil {
		return err
	}
	gate, err := newGate()
	if err != nil {
		return err
	}
	server := grpc.NewServer(
		grpc.Creds(creds),
		grpc.UnaryInterceptor(gate.unary),
		grpc.StreamInterceptor(gate.stream),
	)
	kycv1.RegisterKycProviderServiceServer(server, newVendor(time.Now))
	// The mesh asks before it binds.
	healthv1.RegisterHealthServer(server, health.NewServer())
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-ended
		server.GracefulStop()
	}()
	fmt.Printf("serving on %s\n", listener.Addr())
	return server.Serve(listener)
}

func credentialsOf(certFile, keyFile, caFile string) (credentials.TransportCredentials, error) {
	if certFile == "" {
		return insecure.NewCredentials(), nil
	}
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, err
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, err
	}
	callers := x509.NewCertPool()
	if !callers.AppendCertsFromPEM(pem) {
		return nil, errors.New(caFile + " holds no certificate")
	}
	return credentials.NewTLS(&tls.Config{
		Certificates: []tls.Certificate{pair},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    callers,
		MinVersion:   tls.VersionTLS12,
	}), nil
}
