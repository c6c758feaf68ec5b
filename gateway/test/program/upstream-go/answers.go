package main

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// sizedFields are those that plan.Size fills, in the order tried.
var sizedFields = []protoreflect.Name{"text", "note", "data", "word", "a"}

// readJSON writes a request as ProtoJSON, without defaults.
func (u *upstream) readJSON(desc protoreflect.MessageDescriptor, bytes []byte) ([]byte, error) {
	message := dynamicpb.NewMessage(desc)
	if err := (proto.UnmarshalOptions{Resolver: u.types}).Unmarshal(bytes, message); err != nil {
		return nil, err
	}
	return protojson.MarshalOptions{Resolver: u.types}.Marshal(message)
}

func (u *upstream) fromJSON(desc protoreflect.MessageDescriptor, text []byte) ([]byte, error) {
	message := dynamicpb.NewMessage(desc)
	if err := (protojson.UnmarshalOptions{Resolver: u.types, DiscardUnknown: true}).Unmarshal(text, message); err != nil {
		return nil, err
	}
	return proto.Marshal(message)
}

// answers are everything to answer to these requests.
func (u *upstream) answers(method protoreflect.MethodDescriptor, plan plan, requests [][]byte) ([][]byte, error) {
	switch {
	case plan.Garbage:
		return [][]byte{{0xff, 0xff, 0xff, 0x01}}, nil
	case plan.Size > 0:
		bytes, err := sized(method.Output(), plan.Size)
		return [][]byte{bytes}, err
	case plan.Replies != nil:
		all := [][]byte{}
		for _, text := range plan.Replies {
			bytes, err := u.fromJSON(method.Output(), text)
			if err != nil {
				return nil, err
			}
			all = append(all, bytes)
		}
		return all, nil
	}
	count := 1
	if plan.Count != nil && method.IsStreamingServer() {
		count = *plan.Count
	}
	if !method.IsStreamingServer() {
		requests = append(requests, []byte{})[:1]
	}
	all := [][]byte{}
	for _, request := range requests {
		echo, err := u.echo(method, request)
		if err != nil {
			return nil, err
		}
		for range count {
			all = append(all, echo)
		}
	}
	return all, nil
}

func (u *upstream) echo(method protoreflect.MethodDescriptor, request []byte) ([]byte, error) {
	if method.Input().FullName() == method.Output().FullName() {
		return request, nil
	}
	text, err := u.readJSON(method.Input(), request)
	if err != nil {
		return nil, err
	}
	return u.fromJSON(method.Output(), text)
}

func sized(desc protoreflect.MessageDescriptor, size int) ([]byte, error) {
	for _, name := range sizedFields {
		field := desc.Fields().ByName(name)
		if field == nil {
			continue
		}
		message := dynamicpb.NewMessage(desc)
		text := strings.Repeat("x", size)
		if field.Kind() == protoreflect.BytesKind {
			message.Set(field, protoreflect.ValueOfBytes([]byte(text)))
		} else {
			message.Set(field, protoreflect.ValueOfString(text))
		}
		return proto.Marshal(message)
	}
	return nil, fmt.Errorf("%s has no field to fill", desc.FullName())
}
