// vanguard-go in front of the bench's echo: the reference among transcoders that learn a contract at start.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"

	"connectrpc.com/vanguard"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

func main() {
	upstream := flag.String("upstream", "127.0.0.1:9000", "host:port of the gRPC server")
	listen := flag.String("listen", "127.0.0.1:0", "host:port")
	descriptors := flag.String("descriptors", "", "FileDescriptorSet with imports")
	flag.Parse()
	transcoder, err := newTranscoder(*descriptors, *upstream)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening on http://%s\n", listener.Addr())
	log.Fatal((&http.Server{Handler: transcoder, Protocols: protocols(true)}).Serve(listener))
}

func newTranscoder(path, upstream string) (*vanguard.Transcoder, error) {
	bytes, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	set := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(bytes, set); err != nil {
		return nil, err
	}
	files, err := protodesc.NewFiles(set)
	if err != nil {
		return nil, err
	}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: upstream})
	proxy.Transport = &http.Transport{Protocols: protocols(false)}
	proxy.FlushInterval = -1
	var services []*vanguard.Service
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for index := range file.Services().Len() {
			services = append(services, vanguard.NewServiceWithSchema(
				file.Services().Get(index),
				proxy,
				vanguard.WithTargetProtocols(vanguard.ProtocolGRPC),
				vanguard.WithTargetCodecs(vanguard.CodecProto),
				vanguard.WithTypeResolver(dynamicpb.NewTypes(files)),
			))
		}
		return true
	})
	return vanguard.NewTranscoder(services)
}

// protocols are those of gRPC in cleartext, for servers HTTP/1.1 too.
func protocols(http1 bool) *http.Protocols {
	protocols := &http.Protocols{}
	protocols.SetHTTP1(http1)
	protocols.SetUnencryptedHTTP2(true)
	return protocols
}
