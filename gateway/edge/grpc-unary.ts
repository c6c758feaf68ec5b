/** The unary half of a call: one envelope in, one out. */

import { Code, ConnectError } from "@connectrpc/connect";
import type { BackendCall, UnaryAnswer } from "../grpc/backend.ts";
import { EnvelopeReader } from "../grpc/envelope.ts";
import { fieldOf } from "../grpc/metadata.ts";
import { callError, headerBefore } from "../grpc/status.ts";
import { messageOf } from "./check-messages.ts";
import type { Passage } from "./door.ts";
import type { Answering, Exchange } from "./grpc-call.ts";

/** Gathers the request, has it looked at, and sends it as soon as the door is open. */
export function createUnaryExchange({ init, header, finish }: Answering): Exchange {
  const { method, sink, options, fields } = init;
  const reader = new EnvelopeReader(options.limits.maxMessageBytes);
  let envelope: Uint8Array | undefined;
  let isWhole = false;
  let opened: { readonly passage: Passage; readonly call: BackendCall } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const fail = (error: unknown) => finish([], callError(error));

  return {
    begin(passage, call) {
      opened = { passage, call };
      if (isWhole) {
        proceed();
      } else {
        // The deadline is the backend's affair only once it has the call.
        const late = () => fail(new ConnectError("the request did not come in time", Code.DeadlineExceeded));
        timer = setTimeout(late, Math.min(call.timeoutMs ?? options.requestMs, options.requestMs));
      }
    },
    data(chunk) {
      sink.consume(chunk.length);
      reader.push(chunk);
      try {
        for (let next = reader.next(); next !== undefined; next = reader.next()) {
          if (envelope !== undefined) {
            throw new ConnectError("a unary call has one message", Code.Unimplemented);
          }
          envelope = next;
        }
      } catch (error) {
        fail(error);
      }
    },
    end() {
      isWhole = true;
      clearTimeout(timer);
      if (envelope === undefined || !reader.isAtBoundary) {
        fail(
          reader.isAtBoundary
            ? new ConnectError("a unary call has one message", Code.Unimplemented)
            : new ConnectError("the message is cut short", Code.InvalidArgument),
        );
      } else if (opened !== undefined) {
        proceed();
      }
    },
    drained() {},
    stop: () => clearTimeout(timer),
  };

  function proceed(): void {
    if (opened === undefined || envelope === undefined) {
      return;
    }
    const { passage, call } = opened;
    const sent =
      passage.check === undefined ? method.backend.unary(call, envelope) : checked(passage.check, call, envelope);
    sent.then(answer, (thrown: unknown) => {
      const error = callError(thrown);
      const before = headerBefore(error);
      if (before !== undefined && !call.signal.aborted) {
        header(before);
      }
      finish([], error);
    });
  }

  async function checked(
    check: NonNullable<Passage["check"]>,
    call: BackendCall,
    bytes: Uint8Array,
  ): Promise<UnaryAnswer> {
    const encoding = fieldOf(fields, "grpc-encoding");
    check(await messageOf(method.desc.input, bytes, encoding, options.limits.maxMessageBytes));
    return method.backend.unary(call, bytes);
  }

  function answer(answered: UnaryAnswer): void {
    if (opened?.call.signal.aborted === true) {
      return;
    }
    header(answered.header);
    sink.data(answered.envelope);
    finish(answered.trailer, undefined);
  }
}
