/** A case: what is sent, and what has to come of it. */
import type { SendInit } from "../client.ts";

/** One request and its outcome. What is not named is not looked at. */
export interface Case {
  /** The behaviour, as a sentence or the clause it comes from. */
  readonly clause: string;
  /** "METHOD /path", as on the wire. */
  readonly target: string;
  readonly init: SendInit;
  readonly expected: Expected;
}

/** The outcome. */
export interface Expected {
  readonly status: number;
  /** "Service/Method" without the package, and the message the upstream got, as ProtoJSON without defaults. */
  readonly call?: readonly [method: string, request: unknown];
  /** The whole answer as JSON. */
  readonly json?: unknown;
  /** A part of the answer as JSON. */
  readonly part?: object;
  readonly text?: string;
  readonly lines?: readonly unknown[];
  /** google.rpc.ErrorInfo.reason. */
  readonly reason?: string;
  /** First field of google.rpc.BadRequest. */
  readonly field?: string;
  readonly header?: Readonly<Record<string, string | undefined>>;
  /** Metadata the upstream got; needs `tell` in the plan. */
  readonly metadata?: Readonly<Record<string, readonly string[] | undefined>>;
}

/** A request that becomes a call. */
export function bound(
  clause: string,
  target: string,
  method: string,
  request: unknown,
  init: SendInit = {},
  expected: Partial<Expected> = {},
): Case {
  return { clause, target, init, expected: { status: 200, call: [method, request], ...expected } };
}

/** A request that becomes no call. */
export function refused(
  clause: string,
  target: string,
  status: number,
  reason: string,
  field?: string,
  init: SendInit = {},
): Case {
  return { clause, target, init, expected: { status, reason, ...(field === undefined ? {} : { field }) } };
}

/** A call whose answer matters. */
export function answered(clause: string, target: string, init: SendInit, expected: Partial<Expected>): Case {
  return { clause, target, init, expected: { status: 200, ...expected } };
}

/** A JSON body. */
export function json(value: unknown, rest: Omit<SendInit, "body"> = {}): SendInit {
  return { ...rest, body: JSON.stringify(value) };
}
