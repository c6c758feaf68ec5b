// Refusals as the contract has them: a code, a reason that programs read, and the fields that were wrong.
package main

import (
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
)

const (
	// Of reasons in malla.type.v1.ErrorReason.
	meshDomain = "malla"
	// Of reasons in malla.kyc.v1.KycErrorReason.
	kycDomain = "kyc.malla"
)

// wrongField names a field, and says why it was refused without repeating it.
type wrongField struct{ path, why string }

func refuse(code codes.Code, domain, reason, message string, fields ...wrongField) error {
	details := []protoadapt.MessageV1{&errdetails.ErrorInfo{Reason: reason, Domain: domain}}
	if len(fields) > 0 {
		bad := &errdetails.BadRequest{}
		for _, field := range fields {
			bad.FieldViolations = append(bad.FieldViolations,
				&errdetails.BadRequest_FieldViolation{Field: field.path, Description: field.why})
		}
		details = append(details, bad)
	}
	refusal, err := status.New(code, message).WithDetails(details...)
	if err != nil {
		return err
	}
	return refusal.Err()
}

func notOffered(feature string) error {
	return refuse(codes.Unimplemented, meshDomain, "FEATURE_NOT_OFFERED", "this vendor does not offer "+feature)
}
