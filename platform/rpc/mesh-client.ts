/**
 * Calls another service of the mesh: the caller's deadline, tenant and trace travel along; short outages are ridden out
 * by retries within the deadline, long ones cut short by a circuit breaker.
 */
import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { type Client, Code, ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { context, propagation } from "@opentelemetry/api";
import { BrokenCircuitError, TaskCancelledError } from "cockatiel";
import { meshError } from "../errors/mesh-errors.ts";
import { errorInfoOf } from "../errors/rpc-error.ts";
import { rulesOf } from "./authorize.ts";
import { type Call, type Caller, remainingMs } from "./call.ts";
import { type GrpcTransport, openGrpcTransport } from "./grpc-transport.ts";
import { MESH_HEADERS } from "./metadata.ts";
import { type CallPolicies, createPolicies } from "./policies.ts";
import { clientCredentials, type TlsFiles } from "./tls.ts";

/** Time kept back from the caller's deadline for the answer's way home, in milliseconds. */
const HOP_RESERVE_MS = 5;
/** Most attempts of one call: enough to ride out the restart of a process within an ordinary deadline. */
const MAX_ATTEMPTS = 8;
/** Failures in a row after which calls fail at once, until one that is let through succeeds. */
const BREAKER_FAILURES = 20;
const BREAKER_PAUSE_MS = 500;

/** Calls of one service, on behalf of a call under way. */
export interface MeshClient<Service extends DescService> {
  /** A client whose calls carry the given call's identity and end with its deadline. */
  for(call: Call): Client<Service>;
  close(): void;
}

/** Where a service is and who we are to it. */
export interface MeshClientOptions {
  /** Name in the peer's certificate, e.g. "ledger". */
  readonly peer: string;
  /** "host:port". */
  readonly address: string;
  readonly tls: TlsFiles;
}

/** Opens a client. */
export function openMeshClient<Service extends DescService>(
  service: Service,
  options: MeshClientOptions,
): MeshClient<Service> {
  const transport = openMeshTransport(options);
  return {
    close: () => transport.close(),
    for: (call) => {
      // A service asserts just the scopes that the method needs: what it may do at all is decided by the callee's grants.
      const headers = (method: DescMethod, given: HeadersLike) =>
        identityHeaders(call, rulesOf(method).requiredScopes, given);
      return createClient(service, {
        unary: (method, signal, _timeoutMs, header, input, values) =>
          transport.unary(method, signal ?? call.signal, timeoutFor(call), headers(method, header), input, values),
        stream: (method, signal, _timeoutMs, header, input, values) =>
          transport.stream(method, signal ?? call.signal, timeoutFor(call), headers(method, header), input, values),
      });
    },
  };
}

/** Opens a transport to a peer that retries what is idempotent and stops asking a peer that is down. */
export function openMeshTransport(options: MeshClientOptions): GrpcTransport {
  const credentials = clientCredentials(options.tls, options.peer);
  return openGrpcTransport(options.address, credentials, [retryIdempotent(createPeerPolicies())]);
}

/** Makes the policies of one peer. */
export function createPeerPolicies(): CallPolicies {
  return createPolicies({
    isOutage,
    breakerFailures: BREAKER_FAILURES,
    breakerPauseMs: BREAKER_PAUSE_MS,
    maxAttempts: MAX_ATTEMPTS,
    backoffMs: [25, 1_000],
    mayRetry: isOutage,
  });
}

/** Whether a call may be tried again: only what the contract calls idempotent, and no stream, since what was sent is gone. */
export function isRetried(method: DescMethod): boolean {
  return method.idempotency !== MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN && method.methodKind === "unary";
}

type HeadersLike = ConstructorParameters<typeof Headers>[0];

/**
 * Milliseconds that a call to a peer may take.
 *
 * @throws DEADLINE_PASSED when nothing is left.
 */
export function timeoutFor(call: Call): number {
  const left = remainingMs(call) - HOP_RESERVE_MS;
  if (left <= 0) {
    throw meshError("DEADLINE_PASSED");
  }
  return left;
}

/** Metadata that tells a peer on whose behalf a call is made, with the scopes that are asserted for it. */
export function identityHeaders(call: Caller, scopes: Iterable<string>, given?: HeadersLike): Headers {
  const headers = new Headers(given);
  headers.set(MESH_HEADERS.tenant, call.tenant);
  headers.set(MESH_HEADERS.principal, call.principal);
  headers.set(MESH_HEADERS.scopes, [...scopes].join(" "));
  propagation.inject(context.active(), headers, { set: (carrier, key, value) => carrier.set(key, value) });
  return headers;
}

/** Each attempt is bounded by what is left of the deadline. A stream counts as answered once the peer took it. */
function retryIdempotent(policies: CallPolicies): Interceptor {
  return (next) => async (request) => {
    try {
      const response = await policies.execute(() => next(request), {
        isRetried: isRetried(request.method),
        signal: request.signal,
      });
      return response.stream ? { ...response, message: withReasons(response.message) } : response;
    } catch (error) {
      throw withReason(error);
    }
  };
}

async function* withReasons<T>(messages: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* messages;
  } catch (error) {
    throw withReason(error);
  }
}

/** Failures of the connection itself get a reason like all others, and keep where the peer is to themselves. */
export function withReason(error: unknown): unknown {
  if (error instanceof BrokenCircuitError) {
    return meshError("DEPENDENCY_UNAVAILABLE", { cause: error });
  }
  if (error instanceof TaskCancelledError) {
    return meshError("DEADLINE_PASSED", { cause: error });
  }
  if (!(error instanceof ConnectError) || errorInfoOf(error) !== undefined) {
    return error;
  }
  switch (error.code) {
    case Code.Unavailable:
      return meshError("DEPENDENCY_UNAVAILABLE", { cause: error });
    case Code.DeadlineExceeded:
      return meshError("DEADLINE_PASSED", { cause: error });
    default:
      return error;
  }
}

/** What a retry may help against, and what counts against a peer's health. */
function isOutage(error: unknown): boolean {
  return error instanceof BrokenCircuitError || (error instanceof ConnectError && error.code === Code.Unavailable);
}
