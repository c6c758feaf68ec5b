// The vendor itself. It keeps verifications in memory and looks at what every vendor must: whether the party can be one.
// Yours puts its own engine where begin decides, and its own store where the maps are.
package main

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	kycv1 "malla.dev/go/malla/kyc/v1"
	vendorv1 "malla.dev/go/malla/vendors/v1"
)

// Optional features that this vendor offers: all others answer FEATURE_NOT_OFFERED.
var features = []string{"kyc.legal_persons"}

// id is a tenant's: of a verification or of a request.
type id struct{ tenant, id string }

// answered is the first answer to a request_id, and what it answered.
type answered struct {
	request proto.Message
	answer  *kycv1.ProviderVerification
}

type vendor struct {
	kycv1.UnimplementedKycProviderServiceServer
	now func() time.Time

	// Guards all that follows: one call at a time, so that two equal ones begin one verification.
	mutex         sync.Mutex
	verifications map[id]*kycv1.ProviderVerification
	begun         map[id]string
	answers       map[id]answered
}

func newVendor(now func() time.Time) *vendor {
	return &vendor{
		now:           now,
		verifications: map[id]*kycv1.ProviderVerification{},
		begun:         map[id]string{},
		answers:       map[id]answered{},
	}
}

func (v *vendor) GetCapabilities(context.Context, *vendorv1.GetCapabilitiesRequest) (*vendorv1.Capabilities, error) {
	return &vendorv1.Capabilities{Capability: "kyc", Vendor: "go-skeleton", Version: "0.1.0", Features: features}, nil
}

func (v *vendor) BeginVerification(ctx context.Context, request *kycv1.BeginVerificationRequest) (*kycv1.ProviderVerification, error) {
	if request.GetNeedsDocument() {
		return nil, notOffered("kyc.documents")
	}
	if request.GetIsMonitored() {
		return nil, notOffered("kyc.monitoring")
	}
	return v.once(ctx, request.GetRequestId(), request, func(tenant string) (*kycv1.ProviderVerification, error) {
		if err := checkParty(request.GetParty(), v.now()); err != nil {
			return nil, err
		}
		verification := &kycv1.ProviderVerification{
			Reference:  rand.Text(),
			State:      kycv1.VerificationState_VERIFICATION_STATE_PASSED,
			ExpireTime: timestamppb.New(v.now().Add(request.GetValidDuration().AsDuration())),
			Version:    1,
		}
		v.verifications[id{tenant, verification.GetReference()}] = verification
		v.begun[id{tenant, request.GetRequestId()}] = verification.GetReference()
		return verification, nil
	})
}

func (v *vendor) ReadVerification(ctx context.Context, request *kycv1.ReadVerificationRequest) (*kycv1.ProviderVerification, error) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	reference := request.GetReference()
	if by, ok := request.GetBy().(*kycv1.ReadVerificationRequest_RequestId); ok {
		reference = v.begun[id{tenantOf(ctx), by.RequestId}]
	}
	verification, err := v.find(tenantOf(ctx), reference)
	if err != nil {
		return nil, err
	}
	return proto.CloneOf(verification), nil
}

func (v *vendor) AbandonVerification(ctx context.Context, request *kycv1.AbandonVerificationRequest) (*kycv1.ProviderVerification, error) {
	return v.once(ctx, request.GetRequestId(), request, func(tenant string) (*kycv1.ProviderVerification, error) {
		verification, err := v.find(tenant, request.GetReference())
		if err != nil {
			return nil, err
		}
		switch verification.GetState() {
		case kycv1.VerificationState_VERIFICATION_STATE_CANCELLED:
		case kycv1.VerificationState_VERIFICATION_STATE_NEEDS_DOCUMENTS,
			kycv1.VerificationState_VERIFICATION_STATE_PROCESSING,
			kycv1.VerificationState_VERIFICATION_STATE_IN_REVIEW:
			verification.State = kycv1.VerificationState_VERIFICATION_STATE_CANCELLED
			verification.Version++
		default:
			return nil, refuse(codes.FailedPrecondition, kycDomain, "VERIFICATION_STATE_NOT_ALLOWED",
				"the verification has come to its end")
		}
		return verification, nil
	})
}

// once does a thing for the first call with a request_id, and repeats its answer to all that follow (KYC-001, KYC-002).
func (v *vendor) once(
	ctx context.Context,
	requestID string,
	request proto.Message,
	do func(tenant string) (*kycv1.ProviderVerification, error),
) (*kycv1.ProviderVerification, error) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	key := id{tenantOf(ctx), requestID}
	if before, ok := v.answers[key]; ok {
		if !proto.Equal(before.request, request) {
			return nil, refuse(codes.AlreadyExists, meshDomain, "REQUEST_ID_REUSED", "this request_id came before with other content")
		}
		return before.answer, nil
	}
	made, err := do(key.tenant)
	if err != nil {
		return nil, err
	}
	answer := proto.CloneOf(made)
	v.answers[key] = answered{request, answer}
	return answer, nil
}

// find looks among the tenant's own (KYC-003), and lets a verification expire whose time has come (KYC-014).
func (v *vendor) find(tenant, reference string) (*kycv1.ProviderVerification, error) {
	verification, ok := v.verifications[id{tenant, reference}]
	if !ok {
		return nil, refuse(codes.NotFound, kycDomain, "VERIFICATION_NOT_FOUND", "there is no such verification")
	}
	isPassed := verification.GetState() == kycv1.VerificationState_VERIFICATION_STATE_PASSED
	if isPassed && !v.now().Before(verification.GetExpireTime().AsTime()) {
		verification.State = kycv1.VerificationState_VERIFICATION_STATE_EXPIRED
		verification.Version++
	}
	return verification, nil
}
