/** The way to one vendor: its connection, and for each of its methods the policies and counts that it alone is judged by. */
import type { DescMessage, DescMethod, DescMethodStreaming, DescMethodUnary, MessageShape } from "@bufbuild/protobuf";
import { Code, ConnectError, type StreamResponse } from "@connectrpc/connect";
import { rulesOf } from "../rpc/authorize.ts";
import type { Call } from "../rpc/call.ts";
import { exchange } from "../rpc/grpc-calls.ts";
import { type GrpcTransport, openGrpcTransport } from "../rpc/grpc-transport.ts";
import { identityHeaders, isRetried } from "../rpc/mesh-client.ts";
import { identityMetadata } from "../rpc/metadata.ts";
import { type BreakerState, type CallPolicies, createPolicies } from "../rpc/policies.ts";
import { clientCredentials, type TlsFiles } from "../rpc/tls.ts";
import { unknownValueIn } from "./check-answer.ts";
import { InvalidAnswer, isInvalid, isNotBegun, isRefusedHere, toFailure, unlessBroken } from "./failed-attempt.ts";
import { createRetryBudget } from "./retry-budget.ts";

/**
 * Failures in a row after which a vendor's method is asked no more, until one call that is let through succeeds: so many that
 * a vendor which fails half of the time still serves the other half.
 */
const BREAKER_FAILURES = 16;
const BREAKER_PAUSE_MS = 1_000;
/** Most attempts of one call. */
const MAX_ATTEMPTS = 4;
const BACKOFF_MS = [20, 500] as const;
/** Calls of one method under way at one vendor: what a hanging vendor can hold on to, and no more. */
const MAX_UNDER_WAY = 256;
/** A vendor that does not answer within less than this has not shown that it is ill, in milliseconds. */
const FAIR_MS = 250;

/** Calls of one method so far. */
export interface MethodCounts {
  calls: number;
  failures: number;
  retries: number;
  retriesWithheld: number;
  refused: number;
  underWay: number;
}

/** How one method of the vendor is doing. */
export interface MethodState extends Readonly<MethodCounts> {
  /** "package.Service/Method". */
  readonly method: string;
  readonly breaker: BreakerState;
  readonly maxUnderWay: number;
}

/** The way to a vendor. */
export interface VendorLink {
  /**
   * Calls it once or, where the contract allows it, again.
   *
   * @throws ConnectError that `failedAttemptOf` knows
   */
  unary<I extends DescMessage, O extends DescMessage>(
    call: Call,
    method: DescMethodUnary<I, O>,
    request: MessageShape<I>,
    limits: CallLimits,
  ): Promise<MessageShape<O>>;
  stream<I extends DescMessage, O extends DescMessage>(
    call: Call,
    method: DescMethodStreaming<I, O>,
    requests: AsyncIterable<MessageShape<I>>,
    limits: CallLimits,
  ): Promise<StreamResponse<I, O>>;
  states(): MethodState[];
  close(): void;
}

/** How far a call may go. */
export interface CallLimits {
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** Whether a vendor that never had the call is asked again, or is another one's turn. */
  readonly hasStandIn: boolean;
}

/** Which vendor, and who hears of it. */
export interface VendorLinkOptions {
  readonly capability: string;
  readonly vendor: string;
  /** "host:port" now; undefined while nobody knows the vendor. */
  readonly addressOf: () => string | undefined;
  readonly tls: TlsFiles;
  readonly onBreaker: (method: string, state: BreakerState) => void;
}

interface Tried {
  readonly policies: CallPolicies;
  readonly counts: MethodCounts;
  readonly earn: () => void;
  readonly scopes: string;
}

/** Opens the way; it connects when first used, and goes where the vendor goes. */
export function openVendorLink(options: VendorLinkOptions): VendorLink {
  const { capability, vendor } = options;
  const connection = followAddress(options);
  const methods = new Map<string, Tried>();
  /** Errors of calls that had too little time for the vendor to be blamed. */
  const unfair = new WeakSet<object>();
  const isOutage = (error: unknown) =>
    isInvalid(error) ||
    (error instanceof ConnectError &&
      (error.code === Code.Unavailable || (error.code === Code.DeadlineExceeded && !unfair.has(error))));

  const triedOf = (method: DescMethod): Tried => {
    const name = `${method.parent.typeName}/${method.name}`;
    const before = methods.get(name);
    if (before !== undefined) {
      return before;
    }
    const budget = createRetryBudget();
    const counts: MethodCounts = { calls: 0, failures: 0, retries: 0, retriesWithheld: 0, refused: 0, underWay: 0 };
    const policies = createPolicies({
      isOutage,
      breakerFailures: BREAKER_FAILURES,
      breakerPauseMs: BREAKER_PAUSE_MS,
      maxAttempts: MAX_ATTEMPTS,
      backoffMs: BACKOFF_MS,
      maxUnderWay: MAX_UNDER_WAY,
      failsWhileProbing: true,
      mayRetry(error) {
        // What never reached the vendor is no load on it, and needs no budget.
        if (isNotBegun(error)) {
          return true;
        }
        if (!(error instanceof ConnectError) || error.code !== Code.Unavailable) {
          return false;
        }
        const isPaid = budget.spend();
        counts[isPaid ? "retries" : "retriesWithheld"] += 1;
        return isPaid;
      },
    });
    policies.onBreaker((state) => options.onBreaker(name, state));
    const made = { policies, counts, earn: budget.earn, scopes: rulesOf(method).requiredScopes.join(" ") };
    methods.set(name, made);
    return made;
  };

  /** Counts a call, and says of its failure what is known about the vendor after all its attempts. */
  const counted = async <T>(
    { counts, earn }: Tried,
    work: (sent: <A>(attempt: () => Promise<A>) => () => Promise<A>) => Promise<T>,
  ): Promise<T> => {
    counts.calls += 1;
    let attempts = 0;
    let mayHaveBegun = false;
    const sent =
      <A>(attempt: () => Promise<A>) =>
      async () => {
        attempts += 1;
        if (attempts === 1) {
          // Only what gets as far as the vendor earns: who is not asked anyway is no reason to ask again.
          earn();
        }
        try {
          return await attempt();
        } catch (error) {
          mayHaveBegun ||= !isNotBegun(error);
          throw error;
        }
      };
    try {
      return await work(sent);
    } catch (error) {
      if (isRefusedHere(error)) {
        counts.refused += 1;
      } else if (isOutage(error)) {
        counts.failures += 1;
      }
      throw toFailure(error, vendor, mayHaveBegun);
    }
  };

  /** One attempt on the connection that is the vendor's now. */
  const attempt = async <T>(
    { counts }: Tried,
    { signal }: Call,
    deadlineMs: number,
    work: (transport: GrpcTransport) => Promise<T>,
  ): Promise<T> => {
    const lease = connection.take();
    const givenMs = deadlineMs - Date.now();
    counts.underWay += 1;
    try {
      return await work(lease.transport);
    } catch (thrown) {
      const error = signal.aborted ? thrown : unlessBroken(thrown);
      if (givenMs < FAIR_MS && error instanceof ConnectError) {
        unfair.add(error);
      }
      throw error;
    } finally {
      counts.underWay -= 1;
      lease.release();
    }
  };

  return {
    unary(call, method, request, { deadlineMs, hasStandIn }) {
      const tried = triedOf(method);
      const metadata = identityMetadata(call, tried.scopes);
      const once = () =>
        attempt(tried, call, deadlineMs, async ({ client }) => {
          const options = { metadata, signal: call.signal, deadline: deadlineMs };
          const answer = await exchange(client, method, request, options);
          const unknown = unknownValueIn(method.output, answer);
          if (unknown !== undefined) {
            throw new InvalidAnswer(`${capability}/${vendor}: ${method.name}: ${unknown} has an unknown value`);
          }
          return answer;
        });
      return counted(tried, (sent) =>
        tried.policies.execute(sent(once), {
          isRetried: isRetried(method),
          signal: call.signal,
          ...(hasStandIn ? { maxAttempts: STAND_IN_ATTEMPTS } : {}),
        }),
      );
    },
    stream(call, method, requests, { deadlineMs }) {
      const tried = triedOf(method);
      const header = identityHeaders(call, rulesOf(method).requiredScopes);
      const once = () =>
        attempt(tried, call, deadlineMs, (transport) =>
          transport.stream(method, call.signal, Math.max(1, deadlineMs - Date.now()), header, requests),
        );
      return counted(tried, async (sent) => {
        const response = await tried.policies.execute(sent(once), { isRetried: false, signal: call.signal });
        return { ...response, message: checkedAnswers(method.output, response.message, vendor) };
      });
    },
    states: () =>
      [...methods].map(([method, { policies, counts }]) => ({
        ...counts,
        method,
        breaker: policies.breaker,
        maxUnderWay: MAX_UNDER_WAY,
      })),
    close: () => connection.close(),
  };
}

/** With a vendor to stand in, one more try is enough: waiting costs the caller's time. */
const STAND_IN_ATTEMPTS = 2;

async function* checkedAnswers<Desc extends DescMessage>(
  desc: Desc,
  answers: AsyncIterable<MessageShape<Desc>>,
  vendor: string,
): AsyncGenerator<MessageShape<Desc>> {
  try {
    for await (const answer of answers) {
      const unknown = unknownValueIn(desc, answer);
      if (unknown !== undefined) {
        throw new InvalidAnswer(`${vendor}: ${unknown} has an unknown value`);
      }
      yield answer;
    }
  } catch (error) {
    throw toFailure(error, vendor, true);
  }
}

/** A connection to where the vendor is; when it moves, calls under way end on the old one. */
function followAddress({ capability, vendor, addressOf, tls }: VendorLinkOptions) {
  let current: { readonly address: string; readonly transport: GrpcTransport; underWay: number } | undefined;
  const retire = () => {
    const old = current;
    current = undefined;
    if (old?.underWay === 0) {
      old.transport.close();
    }
  };
  return {
    take() {
      const address = addressOf();
      if (address === undefined) {
        throw new ConnectError("No connection established: nobody knows where the vendor is", Code.Unavailable);
      }
      if (current?.address !== address) {
        retire();
        current = {
          address,
          transport: openGrpcTransport(address, clientCredentials(tls, `${capability}/${vendor}`)),
          underWay: 0,
        };
      }
      const taken = current;
      taken.underWay += 1;
      return {
        transport: taken.transport,
        release() {
          taken.underWay -= 1;
          if (taken.underWay === 0 && taken !== current) {
            taken.transport.close();
          }
        },
      };
    },
    close: retire,
  };
}
