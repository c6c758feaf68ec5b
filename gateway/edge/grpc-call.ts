/**
 * One call of gRPC or gRPC-Web in the binary codec, whatever carries it. Envelopes are passed on as they came; a
 * request message is decoded only where the door wants to look at it.
 */

import { Code, ConnectError } from "@connectrpc/connect";
import type { BackendCall } from "../grpc/backend.ts";
import { errorOfAbort } from "../grpc/call-fields.ts";
import { fieldsOf, isMetadata, readerOf } from "../grpc/metadata.ts";
import { callError, statusTrailers } from "../grpc/status.ts";
import type { HeaderField } from "../http2/index.ts";
import type { Passage, ProtocolName } from "./door.ts";
import type { MessageLimits } from "./envelope-meter.ts";
import { createStreamExchange } from "./grpc-stream.ts";
import { createUnaryExchange } from "./grpc-unary.ts";
import type { EdgeMethod } from "./methods.ts";

/** Where the answer goes. */
export interface CallSink {
  /** Once, before data. */
  header(fields: readonly HeaderField[]): void;
  /** False when enough waits: go on at {@link GrpcCall.drained}. */
  data(chunk: Uint8Array): boolean;
  /** The end; without a header before it, it is the whole answer. */
  end(trailers: readonly HeaderField[]): void;
  /** Gives credit back for bytes of the request. */
  consume(bytes: number): void;
}

/** What a carrier knows of a call. */
export interface CallInit {
  readonly method: EdgeMethod;
  readonly protocol: ProtocolName;
  readonly fields: readonly HeaderField[];
  readonly timeoutMs: number | undefined;
  readonly sink: CallSink;
  readonly options: GrpcOptions;
}

/** What holds for every call. */
export interface GrpcOptions {
  readonly limits: MessageLimits;
  /** Longest wait for the message of a unary call, in milliseconds. */
  readonly requestMs: number;
  /** Whether a header or trailer of the backend goes to the caller. */
  readonly passesBack: (name: string) => boolean;
  /** Lets the call begin, now or soon, or throws. Gives what is to be called at its end. */
  readonly enter: (method: EdgeMethod) => Turn;
}

/** A place among the calls under way. */
export type Turn = (() => void) | Promise<() => void>;

/** What a carrier tells a call. */
export interface GrpcCall {
  data(chunk: Uint8Array): void;
  /** The request is over. */
  end(): void;
  /** The caller left. */
  leave(): void;
  drained(): void;
}

/** The kind-specific half of a call. */
export interface Exchange extends Omit<GrpcCall, "leave"> {
  /** The door is open. */
  begin(passage: Passage, call: BackendCall): void;
  /** The call was given up. */
  stop(): void;
}

/** How a call ends and what it sends on the way, for its {@link Exchange}. */
export interface Answering {
  readonly init: CallInit;
  header(fields: readonly HeaderField[]): void;
  /** Ends the call, once; later ends are dropped. */
  finish(trailer: readonly HeaderField[], error: ConnectError | undefined): void;
}

const NO_FIELDS: readonly HeaderField[] = [];

/** Starts a call: asks the door at once, while the request comes in. */
export function startGrpcCall(init: CallInit): GrpcCall {
  const { method, sink, options } = init;
  const abort = new AbortController();
  let passage: Passage | undefined;
  let release: (() => void) | undefined;
  let isOver = false;

  const finish: Answering["finish"] = (trailer, error) => {
    if (isOver) {
      return;
    }
    isOver = true;
    release?.();
    exchange.stop();
    const heard = passage === undefined ? error : passage.over(error);
    if (heard !== undefined && !abort.signal.aborted) {
      abort.abort(heard);
    }
    const told = trailer.length > 0 || heard === undefined ? trailer : fieldsOf(heard.metadata);
    const passed = passBack(told, options.passesBack);
    sink.end(passed.length === 0 ? statusTrailers(heard) : [...statusTrailers(heard), ...passed]);
  };
  const fail = (error: unknown) => finish(NO_FIELDS, callError(error));
  const answering: Answering = {
    init,
    header: (fields) => sink.header(passBack(fields, options.passesBack)),
    finish,
  };
  const exchange =
    method.desc.methodKind === "unary" ? createUnaryExchange(answering) : createStreamExchange(answering);

  const begin = (opened: Passage) => {
    passage = opened;
    if (isOver) {
      passage.over(errorOfAbort(abort.signal));
      return;
    }
    const { metadata, timeoutMs, tellsTimeout = true } = passage;
    const encoded = encodingFields(init.fields);
    exchange.begin(passage, {
      path: method.path,
      metadata: encoded.length === 0 ? metadata : [...metadata, ...encoded],
      timeoutMs,
      tellsTimeout,
      signal: abort.signal,
    });
  };
  const enter = (leave: () => void) => {
    if (isOver) {
      leave();
      return;
    }
    release = leave;
    const opened = method.door({
      method: method.desc,
      protocol: init.protocol,
      header: readerOf(init.fields),
      metadata: () => init.fields.filter(([name]) => isMetadata(name)),
      timeoutMs: init.timeoutMs,
    });
    if (opened instanceof Promise) {
      opened.then(begin).catch(fail);
    } else {
      begin(opened);
    }
  };
  try {
    const turn = options.enter(method);
    if (turn instanceof Promise) {
      turn.then(enter).catch(fail);
    } else {
      enter(turn);
    }
  } catch (error) {
    fail(error);
  }

  return {
    data: (chunk) => (isOver ? sink.consume(chunk.length) : exchange.data(chunk)),
    end: () => (isOver ? undefined : exchange.end()),
    drained: () => exchange.drained(),
    leave() {
      if (!isOver) {
        const left = new ConnectError("the caller left", Code.Canceled);
        abort.abort(left);
        finish(NO_FIELDS, left);
      }
    },
  };
}

/** A refusal of a call that never started, as its whole answer. */
export function refuse(sink: CallSink, error: ConnectError): void {
  sink.end(statusTrailers(error));
}

/** What a caller says of its compression is said to the backend, since the bytes pass as they are. */
function encodingFields(fields: readonly HeaderField[]): HeaderField[] {
  return fields.filter(([name]) => name === "grpc-encoding" || name === "grpc-accept-encoding");
}

function passBack(fields: readonly HeaderField[], passesBack: (name: string) => boolean): readonly HeaderField[] {
  return fields.filter(([name]) => name === "grpc-encoding" || (isMetadata(name) && passesBack(name)));
}
