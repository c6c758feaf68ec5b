/**
 * What a case tells the upstream to do, and what the upstream tells of the call. Both travel in headers, so that an
 * upstream keeps no state and one in another language needs nothing but gRPC: `x-plan` in, `x-seen` out.
 */
import type { JsonValue } from "@bufbuild/protobuf";

/** What to do with a call. Without a plan, the answer is the request, as far as the answer has its fields. */
export interface Plan {
  /** Answers instead of the echo, as ProtoJSON of the method's output. */
  readonly replies?: readonly JsonValue[];
  /** Times to echo, for methods that stream. Default once for each message. */
  readonly count?: number;
  /** Pause before each answer. */
  readonly everyMs?: number;
  /** Answer a message whose field `text`, `note` or `data` is this long. */
  readonly size?: number;
  /** Answer bytes that are no message. */
  readonly garbage?: boolean;
  /** Fail, after `failAfter` answers. */
  readonly error?: PlannedError;
  readonly failAfter?: number;
  /** Never answer. */
  readonly hang?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly trailers?: Readonly<Record<string, string>>;
  /** Report the metadata of the call, and its deadline. */
  readonly tell?: boolean;
  /** Remember under this name how the call ended; ask `/probe.v1.Probe/AwaitEnd` for it. */
  readonly tag?: string;
}

/** A google.rpc.Status in the making. */
export interface PlannedError {
  readonly code: number;
  readonly message: string;
  /** Type URL and bytes in base64. */
  readonly details?: readonly { readonly type: string; readonly base64: string }[];
}

/** What the upstream saw of a call. */
export interface Seen {
  /** "package.Service/Method". */
  readonly method: string;
  /** Request messages as ProtoJSON, without defaults. */
  readonly requests: readonly JsonValue[];
  /** Only when the plan says `tell`. */
  readonly metadata?: Readonly<Record<string, readonly string[]>>;
  /** Only when the plan says `tell` and there is a deadline. */
  readonly timeoutMs?: number;
}

/** A value as one header line. */
export function encodeHeader(value: Plan | Seen): string {
  return encodeURIComponent(JSON.stringify(value));
}

/** Reads `x-plan`. */
export function decodePlan(text: string | undefined): Plan {
  const plan: Plan = text === undefined ? {} : JSON.parse(decodeURIComponent(text));
  return plan;
}

/** Reads `x-seen`; undefined when the call never arrived, or was too large to tell. */
export function decodeSeen(text: string | undefined): Seen | undefined {
  if (text === undefined || text === TOO_LARGE) return undefined;
  const seen: Seen = JSON.parse(decodeURIComponent(text));
  return seen;
}

/** Stands for a report that no header may hold. */
export const TOO_LARGE = "too-large";
/** Longest report: well below the 8 KiB that most peers take for a header section. */
export const MAX_SEEN_LENGTH = 6_000;
