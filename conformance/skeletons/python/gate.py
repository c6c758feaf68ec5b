"""What happens before every call, read from the contract: who calls, whether the feature is offered, whether the request
keeps the rules."""

import re

import grpc
import protovalidate

from malla.kyc.v1 import kyc_provider_service_pb2
from malla.options.v1 import options_pb2
from refuse import MESH_DOMAIN, Refusal, not_offered

TENANT = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")
SERVICE = kyc_provider_service_pb2.DESCRIPTOR.services_by_name["KycProviderService"]
RULES = {
    f"/{SERVICE.full_name}/{method.name}": method.GetOptions().Extensions[options_pb2.rules] for method in SERVICE.methods
}


def tenant_of(context):
    """The tenant that the call is for; the gate lets none pass without."""
    return dict(context.invocation_metadata())["malla-tenant"]


class Gate(grpc.ServerInterceptor):
    """Admits calls; what it refuses no handler sees."""

    def __init__(self, features):
        self._features = features

    def intercept_service(self, continuation, handler_call_details):
        handler = continuation(handler_call_details)
        rules = RULES.get(handler_call_details.method)
        if handler is None or rules is None:
            return handler

        def guarded(call, is_stream):
            def run(request, context):
                try:
                    self._admit(dict(context.invocation_metadata()), rules)
                    if is_stream:
                        return call(_checked(request), context)
                    _validate(request)
                    return call(request, context)
                except Refusal as refusal:
                    return refusal.send(context)

            return run

        if handler.request_streaming:
            return grpc.stream_unary_rpc_method_handler(
                guarded(handler.stream_unary, True), handler.request_deserializer, handler.response_serializer
            )
        return grpc.unary_unary_rpc_method_handler(
            guarded(handler.unary_unary, False), handler.request_deserializer, handler.response_serializer
        )

    def _admit(self, head, rules):
        if TENANT.fullmatch(head.get("malla-tenant", "")) is None:
            raise Refusal(grpc.StatusCode.PERMISSION_DENIED, MESH_DOMAIN, "PEER_NOT_ALLOWED", "no tenant is named")
        scopes = head.get("malla-scopes", "").split()
        for needed in rules.required_scopes:
            if needed not in scopes and "*" not in scopes:
                raise Refusal(
                    grpc.StatusCode.PERMISSION_DENIED, MESH_DOMAIN, "SCOPE_MISSING", f"the scope {needed} is needed"
                )
        if rules.feature and rules.feature not in self._features:
            raise not_offered(rules.feature)


def _validate(message):
    try:
        protovalidate.validate(message)
    except protovalidate.ValidationError as error:
        raise Refusal(
            grpc.StatusCode.INVALID_ARGUMENT,
            MESH_DOMAIN,
            "VALIDATION_FAILED",
            "the request breaks rules of the contract",
            [(_path(violation.proto.field), violation.proto.message) for violation in error.violations],
        ) from error


def _checked(messages):
    for message in messages:
        _validate(message)
        yield message


def _path(field):
    return ".".join(element.field_name for element in field.elements)
