"""Refusals as the contract has them: a code, a reason that programs read, and the fields that were wrong."""

import grpc
from google.protobuf.any_pb2 import Any
from google.rpc import error_details_pb2, status_pb2

#: Of reasons in malla.type.v1.ErrorReason.
MESH_DOMAIN = "malla"
#: Of reasons in malla.kyc.v1.KycErrorReason.
KYC_DOMAIN = "kyc.malla"


class Refusal(Exception):
    """What a handler raises; the gate sends it."""

    def __init__(self, code, domain, reason, message, fields=()):
        """`fields` are pairs of a field's path and what is wrong with it, which does not repeat its value."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = [error_details_pb2.ErrorInfo(reason=reason, domain=domain)]
        if fields:
            bad = error_details_pb2.BadRequest()
            for path, why in fields:
                bad.field_violations.add(field=path, description=why)
            self.details.append(bad)

    def send(self, context):
        """Ends the call."""
        status = status_pb2.Status(code=self.code.value[0], message=self.message)
        for detail in self.details:
            packed = Any()
            packed.Pack(detail)
            status.details.append(packed)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(self.code, self.message)


def not_offered(feature):
    return Refusal(
        grpc.StatusCode.UNIMPLEMENTED, MESH_DOMAIN, "FEATURE_NOT_OFFERED", f"this vendor does not offer {feature}"
    )
