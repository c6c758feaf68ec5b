"""Serves the vendor over gRPC until it is told to end."""

import argparse
import concurrent.futures
import pathlib
import signal
import sys

# Generated code imports itself by absolute names.
sys.path.insert(0, str(pathlib.Path(__file__).parent / "gen"))

import grpc  # noqa: E402

from grpc_health.v1 import health, health_pb2, health_pb2_grpc  # noqa: E402

from gate import Gate  # noqa: E402
from malla.kyc.v1 import kyc_provider_service_pb2_grpc as rpc  # noqa: E402
from vendor import FEATURES, Vendor  # noqa: E402

#: Calls worked on at once; more wait.
WORKERS = 16
#: Longest wait for calls under way when it is told to end, in seconds.
DRAIN_SECONDS = 8


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", default="127.0.0.1:9000", help="where to serve gRPC, host:port")
    parser.add_argument("--tls-cert", help="certificate (PEM); none: cleartext HTTP/2")
    parser.add_argument("--tls-key", help="its key (PEM)")
    parser.add_argument("--tls-ca", help="authority (PEM) of the callers' certificates")
    given = parser.parse_args()

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(WORKERS), interceptors=[Gate(FEATURES)])
    rpc.add_KycProviderServiceServicer_to_server(Vendor(), server)
    _serve_health(server)
    port = _bind(server, given)
    server.start()
    print(f"serving on {given.listen.rpartition(':')[0]}:{port}", flush=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.stop(DRAIN_SECONDS))
    server.wait_for_termination()


def _serve_health(server):
    """The mesh asks before it binds."""
    servicer = health.HealthServicer()
    servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)


def _bind(server, given):
    if given.tls_cert is None:
        return server.add_insecure_port(given.listen)
    key, cert, ca = (pathlib.Path(file).read_bytes() for file in (given.tls_key, given.tls_cert, given.tls_ca))
    return server.add_secure_port(
        given.listen, grpc.ssl_server_credentials([(key, cert)], root_certificates=ca, require_client_auth=True)
    )


if __name__ == "__main__":
    main()
