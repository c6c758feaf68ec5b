/** Loads a wire: as fast as it answers, or at a rate whatever it does. */
import type { Outcome, Wire } from "./wire.ts";

/** How to load. */
export type Shape =
  /** So many under way at once. */
  | { readonly kind: "closed"; readonly underWay: number }
  /** So many begun a second; what no connection is free for waits its turn, and its wait counts. */
  | { readonly kind: "open"; readonly perSecond: number };

/** What came of it. */
export interface Load {
  readonly seconds: number;
  readonly ok: number;
  readonly refused: number;
  readonly failed: number;
  /** Begun, but not answered by the end. */
  readonly late: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Ticks of an open load, in milliseconds: what falls due in one is sent together. */
const TICK_MS = 1;

/** Loads for some seconds after some of warming up. */
export function load(wire: Wire, shape: Shape, warmupSeconds: number, seconds: number): Promise<Load> {
  const times: number[] = [];
  const counts = { ok: 0, refused: 0, failed: 0 };
  const startedMs = performance.now();
  const measuredFromMs = startedMs + warmupSeconds * 1000;
  const endMs = measuredFromMs + seconds * 1000;
  const waiting: number[] = [];
  let underWay = 0;
  let isOver = false;

  const begin = (dueMs: number): boolean => {
    const sent = wire.send((outcome: Outcome) => {
      underWay--;
      const now = performance.now();
      if (!isOver && now >= measuredFromMs) {
        counts[outcome]++;
        if (outcome === "ok") {
          times.push(now - dueMs);
        }
      }
      again(now);
    });
    underWay += sent ? 1 : 0;
    return sent;
  };
  const again = (now: number) => {
    if (isOver) {
      return;
    }
    if (shape.kind === "closed") {
      begin(now);
    } else {
      drain();
    }
  };
  const drain = () => {
    let taken = 0;
    while (taken < waiting.length && begin(waiting[taken] ?? 0)) {
      taken++;
    }
    waiting.splice(0, taken);
  };

  return new Promise((resolve) => {
    const finish = () => {
      isOver = true;
      clearInterval(ticking);
      times.sort((a, b) => a - b);
      const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
      resolve({ seconds, ...counts, late: underWay + waiting.length, p50Ms: at(0.5), p99Ms: at(0.99) });
    };
    let due = 0;
    const tick = () => {
      const now = performance.now();
      if (now >= endMs) {
        finish();
      } else if (shape.kind === "open") {
        for (const wanted = ((now - startedMs) / 1000) * shape.perSecond; due < wanted; due++) {
          waiting.push(startedMs + (due / shape.perSecond) * 1000);
        }
        drain();
      }
    };
    const ticking = setInterval(tick, TICK_MS);
    if (shape.kind === "closed") {
      for (let count = 0; count < shape.underWay; count++) {
        begin(performance.now());
      }
    }
  });
}
