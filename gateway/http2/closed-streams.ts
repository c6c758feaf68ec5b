/** How a stream ended that is no longer there. */
export type Ending = "never-opened" | "complete" | "reset-here" | "reset-there" | "forgotten";

/** Streams remembered: what is late for one of these is judged, for older ones it is passed over. A power of two. */
const REMEMBERED = 1024;

const endings: readonly Ending[] = ["never-opened", "complete", "reset-here", "reset-there"];

/** Remembers the last streams of one side, by their ids: a ring that allocates nothing. */
export class ClosedStreams {
  readonly #ids = new Uint32Array(REMEMBERED);
  readonly #endings = new Uint8Array(REMEMBERED);

  add(id: number, ending: Ending): void {
    const place = (id >>> 1) & (REMEMBERED - 1);
    this.#ids[place] = id;
    this.#endings[place] = endings.indexOf(ending);
  }

  /** Of a stream that is not open and whose id is no longer idle. */
  endingOf(id: number): Ending {
    const place = (id >>> 1) & (REMEMBERED - 1);
    const known = this.#ids[place] ?? 0;
    if (known > id) return "forgotten";
    return known === id ? (endings[this.#endings[place] ?? 0] ?? "forgotten") : "never-opened";
  }
}
