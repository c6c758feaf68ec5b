/** The clock of a connection: one coarse timer for all its time limits. */
import { ErrorCode } from "./codes.ts";
import type { Connection } from "./connection.ts";
import type { Limits } from "./limits.ts";
import { lost, type Stream } from "./stream.ts";

/** Timers look no more often than this, and no less. */
const FINEST_MS = 5;
const COARSEST_MS = 1_000;

export class Watch {
  readonly #connection: Connection;
  readonly #limits: Limits;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = performance.now();
  #headersSince = 0;
  #fullSince = 0;
  #idleSince = 0;
  #silentSince = this.#startedAt;
  #isPinged = false;

  constructor(connection: Connection, limits: Limits) {
    this.#connection = connection;
    this.#limits = limits;
    const { handshakeMs, idleMs, stallMs, pingIntervalMs, pingTimeoutMs } = limits;
    const spans = [handshakeMs, idleMs, stallMs, pingIntervalMs, pingIntervalMs && pingTimeoutMs].filter(
      (ms) => ms > 0,
    );
    const everyMs = Math.min(COARSEST_MS, Math.max(FINEST_MS, Math.min(...spans) / 4));
    this.#timer = setInterval(() => this.#look(performance.now()), everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(now: number): void {
    const { handshakeMs, stallMs } = this.#limits;
    const connection = this.#connection;
    const { outbound, inbound, table } = connection;
    const isEstablished = inbound.hasSettings && connection.areSettingsKnown;
    if (!isEstablished && isOver(handshakeMs, this.#startedAt, now)) {
      connection.fail(ErrorCode.SETTINGS_TIMEOUT, "no SETTINGS in time");
      return;
    }
    this.#headersSince = since(inbound.blocks.isOpen, this.#headersSince, now);
    this.#fullSince = since(outbound.isFull, this.#fullSince, now);
    if (isOver(handshakeMs, this.#headersSince, now)) this.#giveUp("a header section without end");
    if (isOver(stallMs, this.#fullSince, now)) this.#giveUp("nothing is read");
    if (connection.isOver) return;
    for (const stream of table.open.values()) this.#lookAtStream(stream, now);
    this.#idleSince = since(table.open.size === 0, this.#idleSince, now);
    if (isOver(this.#limits.idleMs, this.#idleSince, now)) connection.close();
    if (table.open.size === 0) outbound.output.rest();
    this.#lookForLife(now);
  }

  #giveUp(message: string): void {
    this.#connection.fail(ErrorCode.ENHANCE_YOUR_CALM, message, new Error(message));
  }

  #lookAtStream(stream: Stream, now: number): void {
    if (stream.progress >= this.#limits.minProgressBytes || !stream.hasQueued) stream.stalledSince = 0;
    if (stream.stalledSince === 0) stream.progress = 0;
    stream.stalledSince = since(stream.hasQueued, stream.stalledSince, now);
    if (!isOver(this.#limits.stallMs, stream.stalledSince, now)) return;
    this.#connection.resetStream(stream, ErrorCode.CANCEL, lost(ErrorCode.CANCEL, false, "the peer takes no data"));
  }

  #lookForLife(now: number): void {
    const { pingIntervalMs, pingTimeoutMs } = this.#limits;
    if (this.#connection.hasHeard) {
      this.#connection.hasHeard = false;
      this.#silentSince = now;
      this.#isPinged = false;
    }
    if (this.#isPinged) {
      if (isOver(pingTimeoutMs, this.#silentSince, now)) this.#giveUp("no answer to a ping");
    } else if (isOver(pingIntervalMs, this.#silentSince, now)) {
      // A loss shows in the silence; the promise has nothing to add.
      this.#connection.ping().catch(() => undefined);
      this.#isPinged = true;
      // From here on the silence is that after the ping.
      this.#silentSince = now;
    }
  }
}

function since(holds: boolean, before: number, now: number): number {
  if (!holds) return 0;
  return before === 0 ? now : before;
}

function isOver(spanMs: number, sinceMs: number, now: number): boolean {
  return spanMs > 0 && sinceMs > 0 && now - sinceMs >= spanMs;
}
