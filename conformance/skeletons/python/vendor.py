"""A vendor of verifications (malla.kyc.v1), as a start for one of your own.

It keeps verifications in memory and looks at what every vendor must: whether the party can be one. Yours puts its own
engine where a verification begins, and its own store where the dictionaries are.
"""

import datetime
import secrets
import threading

import grpc

from gate import tenant_of
from malla.kyc.v1 import kyc_provider_service_pb2 as kyc
from malla.kyc.v1 import kyc_provider_service_pb2_grpc as rpc
from malla.kyc.v1 import verification_pb2 as states
from malla.vendor.v1 import capabilities_pb2
from party import check_party
from refuse import KYC_DOMAIN, MESH_DOMAIN, Refusal, not_offered

#: Optional features that this vendor offers: all others answer FEATURE_NOT_OFFERED.
FEATURES = ["kyc.legal_persons"]

OPEN_STATES = {
    states.VERIFICATION_STATE_NEEDS_DOCUMENTS,
    states.VERIFICATION_STATE_PROCESSING,
    states.VERIFICATION_STATE_IN_REVIEW,
}


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc)


class Vendor(rpc.KycProviderServiceServicer):
    """Answers the contract's calls."""

    def __init__(self, now=utc_now):
        self._now = now
        # Guards all that follows: one call at a time, so that two equal ones begin one verification.
        self._lock = threading.Lock()
        self._verifications = {}
        self._begun = {}
        self._answers = {}

    def GetCapabilities(self, request, context):
        return capabilities_pb2.Capabilities(
            capability="kyc", vendor="python-skeleton", version="0.1.0", features=FEATURES
        )

    def BeginVerification(self, request, context):
        if request.needs_document:
            raise not_offered("kyc.documents")
        if request.is_monitored:
            raise not_offered("kyc.monitoring")

        def begin(tenant):
            check_party(request.party, self._now())
            verification = kyc.ProviderVerification(
                reference=secrets.token_urlsafe(16), state=states.VERIFICATION_STATE_PASSED, version=1
            )
            verification.expire_time.FromDatetime(self._now() + request.valid_duration.ToTimedelta())
            self._verifications[tenant, verification.reference] = verification
            self._begun[tenant, request.request_id] = verification.reference
            return verification

        return self._once(request, context, begin)

    def ReadVerification(self, request, context):
        tenant = tenant_of(context)
        with self._lock:
            reference = request.reference
            if request.WhichOneof("by") == "request_id":
                reference = self._begun.get((tenant, request.request_id))
            return _copy(self._find(tenant, reference))

    def AbandonVerification(self, request, context):
        def abandon(tenant):
            verification = self._find(tenant, request.reference)
            if verification.state in OPEN_STATES:
                verification.state = states.VERIFICATION_STATE_CANCELLED
                verification.version += 1
            elif verification.state != states.VERIFICATION_STATE_CANCELLED:
                raise Refusal(
                    grpc.StatusCode.FAILED_PRECONDITION,
                    KYC_DOMAIN,
                    "VERIFICATION_STATE_NOT_ALLOWED",
                    "the verification has come to its end",
                )
            return verification

        return self._once(request, context, abandon)

    def _once(self, request, context, do):
        """Does a thing for the first call with a request_id, and repeats its answer to all others (KYC-001, KYC-002)."""
        tenant = tenant_of(context)
        with self._lock:
            before = self._answers.get((tenant, request.request_id))
            if before is None:
                before = (request, _copy(do(tenant)))
                self._answers[tenant, request.request_id] = before
            elif before[0] != request:
                raise Refusal(
                    grpc.StatusCode.ALREADY_EXISTS,
                    MESH_DOMAIN,
                    "REQUEST_ID_REUSED",
                    "this request_id came before with other content",
                )
            return before[1]

    def _find(self, tenant, reference):
        """Looks among the tenant's own (KYC-003), and lets a verification expire whose time has come (KYC-014)."""
        verification = self._verifications.get((tenant, reference))
        if verification is None:
            raise Refusal(
                grpc.StatusCode.NOT_FOUND, KYC_DOMAIN, "VERIFICATION_NOT_FOUND", "there is no such verification"
            )
        ends = verification.expire_time.ToDatetime(tzinfo=datetime.timezone.utc)
        if verification.state == states.VERIFICATION_STATE_PASSED and self._now() >= ends:
            verification.state = states.VERIFICATION_STATE_EXPIRED
            verification.version += 1
        return verification


def _copy(verification):
    copy = kyc.ProviderVerification()
    copy.CopyFrom(verification)
    return copy
