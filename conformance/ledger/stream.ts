/** A stream of transfers from its caller's side. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { StreamedAnswer, StreamedRequestSchema } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import type { LedgerClient } from "./harness.ts";

type StreamRequest = MessageInitShape<typeof StreamedRequestSchema>;

/** Both directions of one call of StreamTransfers. */
export interface TransferStream {
  send(request: StreamRequest): void;
  /** The next `count` answers; fewer when the ledger ends the stream. */
  take(count: number): Promise<StreamedAnswer[]>;
  /** Says that nothing more will be sent. */
  end(): void;
  /** Breaks the call off, as a caller that dies does. */
  cut(): Promise<void>;
}

/** Opens a stream. */
export function openStream(client: LedgerClient): TransferStream {
  const waiting: StreamRequest[] = [];
  const cutting = new AbortController();
  let isEnded = false;
  let wake = () => {};
  async function* requests(): AsyncGenerator<{ requests: StreamRequest[] }> {
    for (;;) {
      if (waiting.length > 0) {
        yield { requests: waiting.splice(0) };
      }
      if (waiting.length === 0) {
        if (isEnded) {
          return;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }
  const heard: StreamedAnswer[] = [];
  const answers = client.streamTransfers(requests(), { signal: cutting.signal })[Symbol.asyncIterator]();
  return {
    send(request) {
      waiting.push(request);
      wake();
    },
    async take(count) {
      while (heard.length < count) {
        const next = await answers.next();
        if (next.done === true) {
          break;
        }
        heard.push(...next.value.answers);
      }
      return heard.splice(0, count);
    },
    end() {
      isEnded = true;
      wake();
    },
    async cut() {
      isEnded = true;
      cutting.abort();
      wake();
      // The answers under way end with the cancellation, which is what was asked for.
      await answers.next().catch(() => {});
    },
  };
}
