/** The streaming half of a call: bytes both ways, as fast as the slower side takes them. */

import { Code, ConnectError } from "@connectrpc/connect";
import type { BackendCall, Relay } from "../grpc/backend.ts";
import { EnvelopeReader } from "../grpc/envelope.ts";
import { fieldOf } from "../grpc/metadata.ts";
import { callError } from "../grpc/status.ts";
import { messageOf } from "./check-messages.ts";
import type { Passage } from "./door.ts";
import { EnvelopeMeter } from "./envelope-meter.ts";
import type { Answering, Exchange } from "./grpc-call.ts";

/** Passes a stream on once the door is open; until then its first bytes wait, as many as the carrier's window lets in. */
export function createStreamExchange({ init, header, finish }: Answering): Exchange {
  const { method, sink, options, fields } = init;
  const early: Uint8Array[] = [];
  let relay: Relay | undefined;
  let send: (chunk: Uint8Array) => void = (chunk) => early.push(chunk);
  let isEnded = false;
  let endRequest = () => {};
  /** Bytes whose credit is held back, because the other side takes no more now. */
  let owedToCaller = 0;
  let owedToBackend = 0;
  const fail = (error: unknown) => finish([], callError(error));

  return {
    begin(passage, call) {
      relay = method.backend.relay(call, {
        onHeader: header,
        onData(chunk) {
          if (sink.data(chunk)) {
            relay?.consume(chunk.length);
          } else {
            owedToBackend += chunk.length;
          }
        },
        onDrain() {
          sink.consume(owedToCaller);
          owedToCaller = 0;
        },
        onEnd: finish,
      });
      const way = passage.check === undefined ? unread(relay) : readFirst(relay, passage.check, call);
      send = way.send;
      endRequest = way.end;
      for (const chunk of early.splice(0)) {
        send(chunk);
      }
      if (isEnded) {
        endRequest();
      }
    },
    data: (chunk) => send(chunk),
    end() {
      isEnded = true;
      endRequest();
    },
    drained() {
      relay?.consume(owedToBackend);
      owedToBackend = 0;
    },
    stop() {
      send = (chunk) => sink.consume(chunk.length);
    },
  };

  function pass(to: Relay, chunk: Uint8Array): void {
    if (to.write(chunk)) {
      sink.consume(chunk.length);
    } else {
      owedToCaller += chunk.length;
    }
  }

  /** Bytes are counted, not read. */
  function unread(to: Relay) {
    const meter = new EnvelopeMeter(options.limits);
    return {
      send(chunk: Uint8Array) {
        try {
          meter.pass(chunk);
        } catch (error) {
          fail(error);
          return;
        }
        pass(to, chunk);
      },
      end: () => (meter.isAtBoundary ? to.end() : fail(cutShort())),
    };
  }

  /** Each message is looked at before it goes on; one after the other, since looking may have to inflate first. */
  function readFirst(to: Relay, check: NonNullable<Passage["check"]>, { signal }: BackendCall) {
    const reader = new EnvelopeReader(options.limits.maxMessageBytes);
    const meter = new EnvelopeMeter(options.limits);
    const encoding = fieldOf(fields, "grpc-encoding");
    let last = Promise.resolve();
    const then = (step: () => Promise<void> | void) => {
      last = last.then(() => (signal.aborted ? undefined : step())).catch(fail);
    };
    return {
      send: (chunk: Uint8Array) =>
        then(async () => {
          meter.pass(chunk);
          reader.push(chunk);
          let passed = 0;
          for (let next = reader.next(); next !== undefined; next = reader.next()) {
            check(await messageOf(method.desc.input, next, encoding, options.limits.maxMessageBytes));
            if (!to.write(next)) {
              passed += next.length;
            }
          }
          // What waits in the reader is bounded by the largest message, so its credit can go back.
          const heldBack = Math.min(passed, chunk.length);
          owedToCaller += heldBack;
          sink.consume(chunk.length - heldBack);
        }),
      end: () => then(() => (reader.isAtBoundary ? to.end() : fail(cutShort()))),
    };
  }
}

function cutShort(): ConnectError {
  return new ConnectError("the last message is cut short", Code.InvalidArgument);
}
