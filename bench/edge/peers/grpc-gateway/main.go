// grpc-gateway in front of the bench's echo: the reference among generated transcoders.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"peer/gen"
)

func main() {
	upstream := flag.String("upstream", "127.0.0.1:9000", "host:port of the gRPC server")
	listen := flag.String("listen", "127.0.0.1:0", "host:port")
	flag.Parse()
	mux := runtime.NewServeMux()
	dial := []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}
	if err := gen.RegisterEchoServiceHandlerFromEndpoint(context.Background(), mux, *upstream, dial); err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	fmt.Printf("listening on http://%s\n", listener.Addr())
	log.Fatal((&http.Server{Handler: mux, Protocols: protocols}).Serve(listener))
}
