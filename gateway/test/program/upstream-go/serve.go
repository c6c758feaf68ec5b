package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"
)

type upstream struct {
	files *protoregistry.Files
	types *dynamicpb.Types
	ends  *ends
}

// serve answers every kind of call: on the wire they are the same.
func (u *upstream) serve(_ any, stream grpc.ServerStream) error {
	path, _ := grpc.MethodFromServerStream(stream)
	if path == endsPath {
		return u.ends.serve(stream)
	}
	method, err := u.method(path)
	if err != nil {
		return err
	}
	md, _ := metadata.FromIncomingContext(stream.Context())
	plan, err := readPlan(md)
	if err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	if plan.Tag != "" {
		u.ends.begin(plan.Tag)
		defer func() { u.ends.end(plan.Tag, stream.Context().Err()) }()
	}
	if method.IsStreamingClient() && method.IsStreamingServer() {
		err = u.answerEach(stream, plan, method, md)
	} else {
		err = u.answerAll(stream, plan, method, md)
	}
	if err != nil {
		return err
	}
	stream.SetTrailer(toMetadata(plan.Trailers))
	if plan.Error != nil {
		return plan.Error.status()
	}
	return nil
}

func (u *upstream) method(path string) (protoreflect.MethodDescriptor, error) {
	name := protoreflect.FullName(strings.ReplaceAll(strings.TrimPrefix(path, "/"), "/", "."))
	found, err := u.files.FindDescriptorByName(name)
	method, isMethod := found.(protoreflect.MethodDescriptor)
	if err != nil || !isMethod {
		return nil, status.Error(codes.Unimplemented, path)
	}
	return method, nil
}

func (u *upstream) answerAll(stream grpc.ServerStream, plan plan, method protoreflect.MethodDescriptor, md metadata.MD) error {
	requests, err := receiveAll(stream)
	if err != nil {
		return err
	}
	if plan.Hang {
		<-stream.Context().Done()
		return stream.Context().Err()
	}
	if err := u.open(stream, plan, method, md, requests); err != nil {
		return err
	}
	return u.reply(stream, plan, method, requests)
}

func (u *upstream) answerEach(stream grpc.ServerStream, plan plan, method protoreflect.MethodDescriptor, md metadata.MD) error {
	for isFirst := true; ; isFirst = false {
		var request []byte
		if err := stream.RecvMsg(&request); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if plan.Hang {
			continue
		}
		if isFirst {
			if err := u.open(stream, plan, method, md, [][]byte{request}); err != nil {
				return err
			}
		}
		if err := u.reply(stream, plan, method, [][]byte{request}); err != nil {
			return err
		}
	}
}

func receiveAll(stream grpc.ServerStream) ([][]byte, error) {
	requests := [][]byte{}
	for {
		var request []byte
		if err := stream.RecvMsg(&request); errors.Is(err, io.EOF) {
			return requests, nil
		} else if err != nil {
			return nil, err
		}
		requests = append(requests, request)
	}
}

func (u *upstream) open(stream grpc.ServerStream, plan plan, method protoreflect.MethodDescriptor, md metadata.MD, requests [][]byte) error {
	report := seen{Method: string(method.Parent().FullName()) + "/" + string(method.Name()), Requests: []json.RawMessage{}}
	for _, request := range requests {
		text, err := u.readJSON(method.Input(), request)
		if err != nil {
			return status.Error(codes.Internal, err.Error())
		}
		report.Requests = append(report.Requests, text)
	}
	if plan.Tell {
		report.Metadata = told(md)
		if deadline, has := stream.Context().Deadline(); has {
			report.TimeoutMs = float64(time.Until(deadline).Microseconds()) / 1_000
		}
	}
	header := toMetadata(plan.Headers)
	header.Set("x-seen", report.encode())
	// Sent with the first answer, or with the end: an error without answers stays a response of trailers alone.
	return stream.SetHeader(header)
}

func told(md metadata.MD) map[string][]string {
	all := map[string][]string{}
	for name, values := range md {
		if name == "x-plan" || strings.HasPrefix(name, ":") {
			continue
		}
		for _, value := range values {
			if strings.HasSuffix(name, "-bin") {
				value = base64.StdEncoding.EncodeToString([]byte(value))
			}
			all[name] = append(all[name], value)
		}
	}
	return all
}

func (u *upstream) reply(stream grpc.ServerStream, plan plan, method protoreflect.MethodDescriptor, requests [][]byte) error {
	answers, err := u.answers(method, plan, requests)
	if err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	if plan.Error != nil {
		answers = answers[:min(plan.FailAfter, len(answers))]
	}
	for _, answer := range answers {
		if plan.EveryMs > 0 {
			select {
			case <-time.After(time.Duration(plan.EveryMs) * time.Millisecond):
			case <-stream.Context().Done():
				return stream.Context().Err()
			}
		}
		if err := stream.SendMsg(&answer); err != nil {
			return err
		}
	}
	return nil
}
