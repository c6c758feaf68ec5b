/** Keeps requests under way on the ledger's gRPC interface until it is told to stop. */
import { type Answer, readCreated, readLoaded, readStreamed, streamedAnswers } from "./answers.ts";
import { openWire } from "./open-wire.ts";
import { type NextRequest, streamedRequests } from "./requests.ts";
import type { Shape } from "./shapes.ts";
import type { Tally } from "./tally.ts";
import { RESOURCE_EXHAUSTED, type Wire, WireError, type WireKind, type WireOptions } from "./wire.ts";

/** A load under way. */
export interface Drive {
  /** Sends nothing new, and resolves when all that was sent is answered; rejects with what went wrong before. */
  stop(): Promise<void>;
  /** Rejects as soon as a call fails. */
  readonly failed: Promise<never>;
}

/** Calls under way on one connection: servers of the mesh take 1,000 at most. */
const CALLS_PER_CONNECTION = 256;
/** Deadline of a unary call, in seconds. */
const CALL_SECONDS = 60;
/** Deadline of a stream: longer than any measurement. */
const STREAM_SECONDS = 7_200;

/** Starts the load. */
export function drive(shape: Shape, kind: WireKind, options: WireOptions, next: NextRequest, tally: Tally): Drive {
  const failed = Promise.withResolvers<never>();
  // It is heard by who waits for it; before and after that it must not end the process.
  failed.promise.catch(() => {});
  const run = shape.way === "stream" ? driveStream : driveCalls;
  return { ...run(shape, () => openWire(kind, options), next, tally, failed.reject), failed: failed.promise };
}

type Run = (
  shape: Shape,
  connect: () => Wire,
  next: NextRequest,
  tally: Tally,
  fail: (error: WireError) => void,
) => Pick<Drive, "stop">;

const driveCalls: Run = (shape, connect, next, tally, fail) => {
  const { transfersPerRequest: size, requestsInFlight: callers } = shape;
  const wires = Array.from({ length: Math.ceil(callers / CALLS_PER_CONNECTION) }, () => connect());
  const method = shape.way === "load" ? "LoadTransfers" : "CreateTransfers";
  const read = shape.way === "load" ? readLoaded : readCreated;
  const line = openLine(callers, () => closeAll(wires));
  const call = (wire: Wire) => {
    if (line.isStopping()) {
      line.leave();
      return;
    }
    const request = next(0);
    const sentAtMs = performance.now();
    wire.call(method, request, CALL_SECONDS, (error, bytes) => {
      if (error === undefined) {
        note(tally, read(bytes, size), size, sentAtMs);
        tally.lastAnswered = request;
      } else if (error.code === RESOURCE_EXHAUSTED) {
        // The ledger asks for patience: the caller comes again, as callers do.
        tally.refuse(error.message, size);
      } else {
        line.leave(error);
        fail(error);
        return;
      }
      call(wire);
    });
  };
  for (let caller = 0; caller < callers; caller++) {
    const wire = wires[caller % wires.length];
    if (wire !== undefined) {
      call(wire);
    }
  }
  return { stop: line.stop };
};

/** Requests in a message of a stream: about as many as fit the first window of HTTP/2 a few times. */
const MOST_GATHERED = 2_048;

const driveStream: Run = (shape, connect, next, tally, fail) => {
  const { transfersPerRequest: size, requestsInFlight } = shape;
  const wire = connect();
  const line = openLine(requestsInFlight, () => {
    stream.end();
    wire.close();
  });
  const sentAtMs = new Float64Array(requestsInFlight + 1);
  const stream = wire.open(
    "StreamTransfers",
    STREAM_SECONDS,
    (message) => {
      for (const bytes of streamedAnswers(message)) {
        const answer = readStreamed(bytes, size);
        note(tally, answer, size, sentAtMs[answer.sequence] ?? 0);
        send(answer.sequence);
      }
    },
    (error) => {
      // Also a stream that ends well has ended too early unless it was asked to.
      if (!line.isEmpty()) {
        const why = error ?? new WireError(0, "the stream ended");
        line.abandon(why);
        fail(why);
      }
    },
  );
  let gathered: Buffer[] = [];
  // A number is used again once it was answered: it says which place in the line its transfer has.
  const send = (sequence: number) => {
    if (line.isStopping()) {
      line.leave();
      return;
    }
    sentAtMs[sequence] = performance.now();
    gathered.push(next(sequence));
    if (gathered.length === 1) {
      // What comes up in one turn of the event loop goes out in one message.
      setImmediate(flush);
    } else if (gathered.length === MOST_GATHERED) {
      flush();
    }
  };
  const flush = () => {
    if (gathered.length > 0) {
      stream.write(streamedRequests(gathered));
      gathered = [];
    }
  };
  for (let sequence = 1; sequence <= requestsInFlight; sequence++) {
    send(sequence);
  }
  return { stop: line.stop };
};

/** Knows how many are under way, and when the last has left. */
function openLine(members: number, last: () => void) {
  const empty = Promise.withResolvers<void>();
  empty.promise.catch(() => {});
  let waiting = members;
  let stopping = false;
  let failure: WireError | undefined;
  const leave = (error?: WireError) => {
    failure ??= error;
    stopping ||= error !== undefined;
    waiting--;
    if (waiting === 0) {
      last();
      failure === undefined ? empty.resolve() : empty.reject(failure);
    }
  };
  return {
    isStopping: () => stopping,
    isEmpty: () => waiting === 0,
    leave,
    abandon(error: WireError) {
      waiting = 1;
      leave(error);
    },
    stop() {
      stopping = true;
      return empty.promise;
    },
  };
}

function note(tally: Tally, answer: Answer, size: number, sentAtMs: number): void {
  tally.add(answer.created, sentAtMs);
  if (answer.refusal !== undefined) {
    tally.refuse(answer.refusal, size - answer.created);
  }
}

function closeAll(wires: readonly Wire[]): void {
  for (const wire of wires) {
    wire.close();
  }
}
