/** The door of the mesh: who calls is proven by a token, what they may do by the contract's scopes, and every call is seen. */
import type { DescMessage } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { context } from "@opentelemetry/api";
import type { TokenVerifier } from "#platform/auth/token.ts";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { requireScopes } from "#platform/rpc/authorize.ts";
import type { Caller } from "#platform/rpc/call.ts";
import { identityHeaders, withReason } from "#platform/rpc/mesh-client.ts";
import { asRpcError, createObserver } from "#platform/rpc/observe.ts";
import { validateMessage } from "#platform/rpc/validate.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import type { Arrival, Door, Passage } from "./edge/door.ts";
import { hasRules } from "./edge/has-rules.ts";

/** Deadlines that the edge gives, in milliseconds. */
export interface Deadlines {
  /** For calls that bring none; undefined leaves them without. */
  readonly defaultMs: number | undefined;
  /** The longest. */
  readonly maxMs: number;
}

/** What the door is made from. */
export interface BankDoorOptions {
  readonly verify: TokenVerifier;
  readonly log: Logger;
  readonly deadlines: Deadlines;
}

const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

/**
 * Makes the door. Callers are established before anything else is looked at (AIP-211); of their metadata only the trace
 * goes on, and tenant, principal and scopes are those of the token.
 */
export function createBankDoor({ verify, log, deadlines }: BankDoorOptions): Door {
  const observe = createObserver(log);
  const checks = new Map<DescMessage, Passage["check"]>();
  const checkOf = (desc: DescMessage): Passage["check"] => {
    if (!checks.has(desc)) {
      checks.set(desc, hasRules(desc) ? (message) => validateMessage(desc, message) : undefined);
    }
    return checks.get(desc);
  };

  return async (arrival) => {
    const { method, header } = arrival;
    let caller: Caller | undefined;
    const seen = observe({ rpc: `${method.parent.typeName}/${method.name}`, header, caller: () => caller });
    const over = (error: ConnectError | undefined) => {
      const heard = error === undefined ? undefined : context.with(seen.context, () => asRpcError(withReason(error)));
      seen.end(heard);
      return heard;
    };
    try {
      caller = await identify(arrival, verify);
      const known = caller;
      const headers = context.with(seen.context, () => identityHeaders(known, known.scopes));
      return {
        metadata: [...headers],
        timeoutMs: boundedMs(arrival.timeoutMs, deadlines),
        check: checkOf(method.input),
        over,
      };
    } catch (error) {
      throw over(asRpcError(error));
    }
  };
}

async function identify({ method, header }: Arrival, verify: TokenVerifier): Promise<Caller> {
  const token = BEARER.exec(header.get("authorization") ?? "")?.[1];
  if (token === undefined) {
    throw meshError("TOKEN_INVALID");
  }
  const caller = await verify(token);
  requireScopes(method, caller);
  return caller;
}

function boundedMs(askedMs: number | undefined, { defaultMs, maxMs }: Deadlines): number | undefined {
  const wantedMs = askedMs ?? defaultMs;
  return wantedMs === undefined ? undefined : Math.min(wantedMs, maxMs);
}
