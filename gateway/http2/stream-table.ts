import { ClosedStreams, type Ending } from "./closed-streams.ts";
import type { Stream } from "./stream.ts";

/** Streams of a connection, all opened by the client: ids are odd and only rise (RFC 9113, 5.1.1). */
export class StreamTable {
  readonly open = new Map<number, Stream>();
  /** Highest id used. */
  lastId = 0;
  readonly #closed = new ClosedStreams();

  isIdle(id: number): boolean {
    return id % 2 === 0 || id > this.lastId;
  }

  remove(stream: Stream, ending: Ending): void {
    if (this.open.delete(stream.id)) this.#closed.add(stream.id, ending);
  }

  /** Notes a stream that never was open: it was reset at once. */
  noteReset(id: number): void {
    this.#closed.add(id, "reset-here");
  }

  endingOf(id: number): Ending {
    return this.#closed.endingOf(id);
  }
}
