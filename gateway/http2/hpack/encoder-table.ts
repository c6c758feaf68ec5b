import { ENTRY_OVERHEAD } from "./entry.ts";
import { NamePolicy, policyOf } from "./name-policy.ts";
import { FIRST_DYNAMIC, staticFields } from "./static-table.ts";

/** What the encoder knows of a name. */
export interface KnownName {
  /** Of a NamePolicy. */
  readonly policy: number;
  /** Static index of the name; 0 for none. */
  readonly index: number;
  /** Where a value is: a static index, or FIRST_DYNAMIC plus the number of entries added before it. */
  readonly places: Map<string, number>;
  /** Values added and not met again: a name that only changes is kept out of the table. */
  misses: number;
}

interface Row {
  readonly known: KnownName;
  readonly value: string;
  readonly size: number;
}

/** Static index of each name, and of its values. */
const staticIndex = new Map<string, number>();
const staticPlaces = new Map<string, Map<string, number>>();
for (const [at, [name, value]] of staticFields.entries()) {
  if (!staticIndex.has(name)) staticIndex.set(name, at + 1);
  if (value !== "") staticPlaces.set(name, (staticPlaces.get(name) ?? new Map()).set(value, at + 1));
}

/** Names that are remembered: a bound, should they be made up at run time. */
const MAX_NAMES = 512;
/** Values of one name in a row that were added for nothing, after which it is sent as a literal. */
const MAX_MISSES = 32;

/** Our side of the dynamic table, and where everything in it is. */
export class EncoderTable {
  readonly #names = new Map<string, KnownName>();
  #rows: Row[] = [];
  #oldest = 0;
  #added = 0;
  #bytes = 0;
  #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get maxBytes(): number {
    return this.#maxBytes;
  }

  name(name: string): KnownName {
    return this.#names.get(name) ?? this.#learn(name);
  }

  /** The wire's index of a place (RFC 7541, 2.3.3). */
  indexOf(place: number): number {
    return place < FIRST_DYNAMIC ? place : this.#added - 1 - place + 2 * FIRST_DYNAMIC;
  }

  /** Whether the pair is worth a place: it takes no more than a quarter, and its name does come again. */
  isWorthwhile(known: KnownName, size: number): boolean {
    return known.policy === NamePolicy.INDEX && size * 4 <= this.#maxBytes && known.misses < MAX_MISSES;
  }

  add(known: KnownName, name: string, value: string): void {
    const size = name.length + value.length + ENTRY_OVERHEAD;
    this.#evict(size);
    known.places.set(value, FIRST_DYNAMIC + this.#added);
    known.misses += 1;
    this.#rows.push({ known, value, size });
    this.#added += 1;
    this.#bytes += size;
  }

  resize(maxBytes: number): void {
    this.#maxBytes = maxBytes;
    this.#evict(0);
  }

  #evict(room: number): void {
    while (this.#oldest < this.#rows.length && this.#bytes + room > this.#maxBytes) {
      const row = this.#rows[this.#oldest];
      this.#oldest += 1;
      if (row === undefined) continue;
      this.#bytes -= row.size;
      row.known.places.delete(row.value);
    }
    if (this.#oldest > 256) {
      this.#rows = this.#rows.slice(this.#oldest);
      this.#oldest = 0;
    }
  }

  #learn(name: string): KnownName {
    const isKept = this.#names.size < MAX_NAMES;
    const policy = isKept ? policyOf(name) : NamePolicy.LITERAL;
    const known = { policy, index: staticIndex.get(name) ?? 0, places: new Map(staticPlaces.get(name)), misses: 0 };
    if (isKept) this.#names.set(name, known);
    return known;
  }
}
