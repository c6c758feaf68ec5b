// A gRPC server for any descriptor set, on grpc-go and without generated code: it answers as the plan in the call's
// metadata says. Its twin in TypeScript is ../upstream; the cases hold for both.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	// google.rpc and google.protobuf types for Any.
	_ "google.golang.org/genproto/googleapis/rpc/errdetails"
	_ "google.golang.org/protobuf/types/known/anypb"
	_ "google.golang.org/protobuf/types/known/durationpb"
	_ "google.golang.org/protobuf/types/known/wrapperspb"
)

const maxMessageBytes = 64 << 20

func main() {
	descriptors := flag.String("descriptors", "", "FileDescriptorSet with imports")
	listen := flag.String("listen", "127.0.0.1:0", "host:port")
	flag.Parse()
	files, err := readFiles(*descriptors)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	encoding.RegisterCodec(rawCodec{})
	upstream := &upstream{files: files, types: dynamicpb.NewTypes(files), ends: newEnds()}
	server := grpc.NewServer(grpc.UnknownServiceHandler(upstream.serve), grpc.MaxRecvMsgSize(maxMessageBytes))
	fmt.Printf("listening on http://%s\n", listener.Addr())
	log.Fatal(server.Serve(listener))
}

func readFiles(path string) (*protoregistry.Files, error) {
	bytes, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	set := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(bytes, set); err != nil {
		return nil, err
	}
	return protodesc.NewFiles(set)
}

// rawCodec leaves messages as bytes: the server knows their types only by their descriptors.
type rawCodec struct{}

func (rawCodec) Marshal(value any) ([]byte, error) { return *value.(*[]byte), nil }
func (rawCodec) Unmarshal(data []byte, value any) error {
	*value.(*[]byte) = append([]byte{}, data...)
	return nil
}
func (rawCodec) Name() string { return "proto" }
