// What happens before every call, read from the contract: who calls, whether the feature is offered, whether the request
// keeps the rules.
package main

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	kycv1 "malla.dev/go/malla/kyc/v1"
	optionsv1 "malla.dev/go/malla/options/v1"
)

var tenantID = regexp.MustCompile(`^[a-z][a-z0-9-]{1,38}[a-z0-9]$`)

type tenantKey struct{}

// tenantOf is the tenant that the call is for; the gate lets none pass without.
func tenantOf(ctx context.Context) string {
	tenant, _ := ctx.Value(tenantKey{}).(string)
	return tenant
}

type gate struct {
	validator protovalidate.Validator
	// By full method, "/malla.kyc.v1.KycProviderService/Screen".
	rules map[string]*optionsv1.MethodRules
}

func newGate() (*gate, error) {
	validator, err := protovalidate.New()
	if err != nil {
		return nil, err
	}
	desc, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(kycv1.KycProviderService_ServiceDesc.ServiceName))
	if err != nil {
		return nil, err
	}
	service, ok := desc.(protoreflect.ServiceDescriptor)
	if !ok {
		return nil, errors.New(string(desc.FullName()) + " is no service")
	}
	rules := map[string]*optionsv1.MethodRules{}
	for i := range service.Methods().Len() {
		method := service.Methods().Get(i)
		own, _ := proto.GetExtension(method.Options(), optionsv1.E_Rules).(*optionsv1.MethodRules)
		rules["/"+string(service.FullName())+"/"+string(method.Name())] = own
	}
	return &gate{validator, rules}, nil
}

func (g *gate) unary(ctx context.Context, request any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	ctx, err := g.admit(ctx, info.FullMethod)
	if err != nil {
		return nil, err
	}
	if message, ok := request.(proto.Message); ok {
		if err := g.validate(message); err != nil {
			return nil, err
		}
	}
	return next(ctx, request)
}

func (g *gate) stream(server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	ctx, err := g.admit(stream.Context(), info.FullMethod)
	if err != nil {
		return err
	}
	return next(server, &checkedStream{stream, ctx, g})
}

// admit establishes the tenant, and refuses what the caller may not do or this vendor does not offer.
func (g *gate) admit(ctx context.Context, fullMethod string) (context.Context, error) {
	rules := g.rules[fullMethod]
	if rules == nil { // Of another service, such as health.
		return ctx, nil
	}
	head, _ := metadata.FromIncomingContext(ctx)
	tenant := strings.Join(head.Get("malla-tenant"), "")
	if !tenantID.MatchString(tenant) {
		return nil, refuse(codes.PermissionDenied, meshDomain, "PEER_NOT_ALLOWED", "no tenant is named")
	}
	scopes := strings.Fields(strings.Join(head.Get("malla-scopes"), " "))
	for _, needed := range rules.GetRequiredScopes() {
		if !slices.Contains(scopes, needed) && !slices.Contains(scopes, "*") {
			return nil, refuse(codes.PermissionDenied, meshDomain, "SCOPE_MISSING", "the scope "+needed+" is needed")
		}
	}
	if feature := rules.GetFeature(); feature != "" && !slices.Contains(features, feature) {
		return nil, notOffered(feature)
	}
	return context.WithValue(ctx, tenantKey{}, tenant), nil
}

func (g *gate) validate(message proto.Message) error {
	err := g.validator.Validate(message)
	var broken *protovalidate.ValidationError
	if !errors.As(err, &broken) {
		return err
	}
	wrong := make([]wrongField, len(broken.Violations))
	for i, violation := range broken.Violations {
		wrong[i] = wrongField{protovalidate.FieldPathString(violation.Proto.GetField()), violation.Proto.GetMessage()}
	}
	return refuse(codes.InvalidArgument, meshDomain, "VALIDATION_FAILED", "the request breaks rules of the contract", wrong...)
}

// checkedStream validates each message as it comes.
type checkedStream struct {
	grpc.ServerStream
	ctx  context.Context
	gate *gate
}

func (s *checkedStream) Context() context.Context { return s.ctx }

func (s *checkedStream) RecvMsg(message any) error {
	if err := s.ServerStream.RecvMsg(message); err != nil {
		return err
	}
	if request, ok := message.(proto.Message); ok {
		return s.gate.validate(request)
	}
	return nil
}
