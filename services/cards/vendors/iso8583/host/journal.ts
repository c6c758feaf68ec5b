/** The host's journal: what it did, one line each, written before the answer leaves. A restart reads it from the start. */
import { closeSync, existsSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";

/** A journal that is open. */
export interface Journal<Entry> {
  /** Written when this returns: the death of the process does not take it back. */
  append(entry: Entry): void;
  close(): void;
}

/**
 * Opens the journal, or starts one.
 *
 * @param replay given each entry of the past, in order
 * @param parse makes an entry of a line; throws where it is none
 */
export function openJournal<Entry>(
  file: string,
  parse: (line: string) => Entry,
  replay: (entry: Entry) => void,
): Journal<Entry> {
  const past = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  // What follows the last line end was being written when the process died: its answer never left, so it never was.
  const whole = past.lastIndexOf("\n") + 1;
  for (const line of past.toString("utf8", 0, whole).split("\n")) {
    if (line !== "") {
      replay(parse(line));
    }
  }
  const handle = openSync(file, existsSync(file) ? "r+" : "w+", 0o600);
  ftruncateSync(handle, whole);
  let at = whole;
  return {
    append(entry) {
      at += writeSync(handle, `${JSON.stringify(entry)}\n`, at);
    },
    close() {
      fdatasyncSync(handle);
      closeSync(handle);
    },
  };
}
