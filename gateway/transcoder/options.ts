/** What a transcoder is made from. */
import type {
  DescMethod,
  DescMethodBiDiStreaming,
  DescMethodClientStreaming,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  Message,
  Registry,
} from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import type { RefusalReason } from "./refusal.ts";
import type { ServiceConfig } from "./service-config.ts";

/** What a call gets beside its message. The names are those of Connect's CallOptions. */
export interface CallInfo {
  /** The allowed request headers. */
  readonly header: Headers;
  /** Aborted when the client is gone or stops reading. */
  readonly signal: AbortSignal;
  /** Time the client gives the call, in milliseconds; absent for no limit. The call has to keep it. */
  readonly timeoutMs?: number;
  /** A streaming call may hand over response headers; they count when they come before the first message. */
  readonly onHeader: (header: Headers) => void;
  /** A streaming call may hand over trailers before it ends. */
  readonly onTrailer: (trailer: Headers) => void;
  /** What the option `admit` gave. */
  readonly admitted: Admitted | undefined;
}

/** A call that may be made. */
export interface Admitted {
  /** Told, once, when the request turns out to be none, so that no call is made. */
  over(error: ConnectError): void;
}

/** The answer of a call with one answer. */
export interface UnaryReply {
  readonly message: Message;
  readonly header: Headers;
  readonly trailer: Headers;
}

/** Carries out calls: a Connect transport, an implementation in process, or a test. Errors are ConnectErrors. */
export interface TranscoderCall {
  unary(method: DescMethodUnary, message: Message, info: CallInfo): Promise<UnaryReply>;
  serverStream(method: DescMethodServerStreaming, message: Message, info: CallInfo): AsyncIterable<Message>;
  /** Messages are read from the request as they are pulled. Without this, rules of such methods are refused at start. */
  clientStream?(
    method: DescMethodClientStreaming,
    messages: AsyncIterable<Message>,
    info: CallInfo,
  ): Promise<UnaryReply>;
  bidiStream?(
    method: DescMethodBiDiStreaming,
    messages: AsyncIterable<Message>,
    info: CallInfo,
  ): AsyncIterable<Message>;
}

/** Bounds on what a client may send or make the server hold. */
export interface TranscoderLimits {
  /** Bytes of a request body, or of each message of a request stream, after decompression; more is 413. Default 1 MiB: a batch of thousands of rows, parsed in about 10 ms. */
  readonly maxBodyBytes: number;
  /** Bytes of path and query; more is 414. Default 8 KiB, as most servers have it. */
  readonly maxUrlBytes: number;
  /** Parameters of a query. Default 1,000. */
  readonly maxQueryParameters: number;
  /** Objects, arrays and scalars in one body. Default 100,000: an array of as many numbers fits, a bomb of `[[],[],…` not. */
  readonly maxJsonValues: number;
  /** Messages of one request stream; 0 for any number, which is the default. */
  readonly maxMessages: number;
  /** Objects and arrays inside one another. Default 100, the recursion limit of protobuf parsers. */
  readonly maxDepth: number;
  /** A heartbeat comment goes out on a silent event stream this often. Default 15 s: most proxies cut at 30 or 60. */
  readonly heartbeatMs: number;
  /**
   * How long a stream waits for its first message before 200 is sent. Default 250 ms: an error of the call's own
   * checks still gets its own HTTP status, and a watch of a quiet thing opens without delay that a person feels.
   */
  readonly firstMessageWaitMs: number;
}

/** Options of `createTranscoder`. */
export interface TranscoderOptions {
  /** Services whose methods carry google.api.http rules. */
  readonly services: readonly DescService[];
  /** Types for google.protobuf.Any and for error details. */
  readonly registry: Registry;
  readonly call: TranscoderCall;
  /** Rules from outside the protos; they go before those of the methods that they select. See `readServiceConfig`. */
  readonly serviceConfig?: ServiceConfig;
  /**
   * Asked once the route and the headers are known and before the body is read: who may not call is told so before
   * anything else is looked at (AIP-211). What it throws is the answer.
   */
  readonly admit?: (method: DescMethod, info: Pick<CallInfo, "header" | "timeoutMs">) => Admitted | Promise<Admitted>;
  readonly limits?: Partial<TranscoderLimits>;
  /** Request header to field path, for the request messages that have the field. Default none. */
  readonly headerFields?: Readonly<Record<string, string>>;
  /**
   * Request headers passed to the call; `x-*` stands for all that begin so. `Grpc-Metadata-Foo` passes as `foo` where
   * `foo` may. Default authorization, traceparent, tracestate.
   */
  readonly requestHeaders?: readonly string[];
  /** Headers and trailers of the call passed to the client; `x-*` stands for all that begin so. Default none. */
  readonly responseHeaders?: readonly string[];
  /** Query parameters that are no fields and are passed over. Default none. */
  readonly ignoredQueryParameters?: readonly string[];
  /** Pass over query parameters that are no fields. Default false. */
  readonly ignoreUnknownQueryParameters?: boolean;
  /** How answers are written, where ProtoJSON leaves a choice. */
  readonly printing?: Printing;
  /** Drop unknown JSON fields instead of refusing them. Default false. */
  readonly ignoreUnknownFields?: boolean;
  /**
   * What a body may say of a field that the path decides: nothing, so that there is one place to look, or the same, as
   * clients generated by Google's tools do, which send a resource whole, its name too. Default "nothing".
   */
  readonly pathFieldsInBody?: "nothing" | "same";
  /** Refuse U+0000 in strings, which PostgreSQL text cannot hold. Default true. */
  readonly refuseNul?: boolean;
  /** ErrorInfo.domain of the transcoder's own refusals. Default "transcoder". */
  readonly errorDomain?: string;
  /** ErrorInfo.reason by the transcoder's own name for it. Default the same name. */
  readonly errorReasons?: Partial<Readonly<Record<RefusalReason, string>>>;
  /** Fields of a server-sent event beside its data. Neither may hold a line break. */
  readonly sseEvent?: (method: DescMethod, message: Message) => SseFields;
  /** Hears what clients do not, for the log: errors answered as "internal error", and error details not writable. */
  readonly onInternalError?: (error: unknown, method: DescMethod | undefined) => void;
}

/** Options of a ProtoJSON printer. */
export interface Printing {
  /** Names as in the proto files instead of lowerCamel. Default false. */
  readonly protoNames?: boolean;
  /** Enums by number. Default false. */
  readonly enumsAsNumbers?: boolean;
  /** Leave out fields without presence that have their default value. Default false. */
  readonly omitDefaults?: boolean;
}

/** `id:` and `event:` of a server-sent event (WHATWG HTML, 9.2). */
export interface SseFields {
  readonly id?: string;
  readonly event?: string;
}

/** The limits that hold where options name none. */
export const defaultLimits: TranscoderLimits = {
  maxBodyBytes: 1_048_576,
  maxUrlBytes: 8_192,
  maxQueryParameters: 1_000,
  maxJsonValues: 100_000,
  maxMessages: 0,
  maxDepth: 100,
  heartbeatMs: 15_000,
  firstMessageWaitMs: 250,
};

/** The request headers that are passed to the call where options name none. */
export const defaultRequestHeaders: readonly string[] = ["authorization", "traceparent", "tracestate"];
