/** The vendor, put through the suite on clusters in memory: one for each clause, as imports are the whole cluster's. */
import { fromBinary } from "@bufbuild/protobuf";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Event, EventSchema } from "#gen/malla/event/v1/event_pb.js";
import type { Database } from "#platform/db/database.ts";
import { openOutbox } from "#platform/outbox/append.ts";
import {
  asksFor,
  type LedgerHarness,
  ledgerSuite,
  nothingProvoked,
  offers,
  runClause,
  unprovoked,
} from "../../../../conformance/ledger/suite.ts";
import { publishOnce } from "./publisher.ts";
import { openFakeTigerBeetle } from "./testing/fake-tigerbeetle.ts";
import { openTestDatabase, openTestLedger } from "./testing/ledger.ts";

/** Deadline of a call, and longest wait for events, in milliseconds. */
const TIMEOUT_MS = 20_000;

/** What the README says it does not keep, by the clause's sentence: these fail, by nothing but what is told here. */
const GAPS: Readonly<Record<string, RegExp>> = {
  "sums stop at 2^63-1 minor units": /OVERFLOWS_/,
  "sums of what is pending, and of posted and pending together, stop there too": /OVERFLOWS_/,
  "every fault of a transfer has its status": /OVERFLOWS_/,
  "of two faults of a transfer the first of the enum is the answer": /OVERFLOWS_/,
  "what expires first is released first, whenever it was booked": /\[\]/,
  "numbers grow, and what is derived catches up": /GetLedgerStatus/,
};

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const provoked = nothingProvoked();

describe.each(ledgerSuite)("$name", ({ clauses }) => {
  for (const clause of clauses) {
    const gap = GAPS[clause.says];
    it(`${clause.id}${gap === undefined ? "" : " is not kept"}: ${clause.says}`, async () => {
      const own = asksFor(clause, "events") ? await openTestDatabase() : database;
      const harness = openHarness(own);
      expect(offers(harness, clause)).toBe(true);
      try {
        const run = runClause(clause, harness, provoked);
        await (gap === undefined ? run : expect(run).rejects.toThrow(gap));
      } finally {
        if (own !== database) {
          await own.close();
        }
      }
    });
  }
});

it("every status that TigerBeetle can answer was answered", () => {
  expect(unprovoked(provoked).filter((status) => !status.startsWith("OVERFLOWS_"))).toEqual([]);
});

function openHarness(own: Database): LedgerHarness {
  const tigerbeetle = openFakeTigerBeetle();
  return {
    client: (tenant) => openTestLedger(tigerbeetle, own, tenant, TIMEOUT_MS).client,
    // What a process knows goes with it; each client stands for one of its own.
    restart: (whileDown) => whileDown(),
    async events(tenant, count) {
      const deps = { tigerbeetle, database: own, outbox: openOutbox("ledger", () => {}), log: { warn: () => {} } };
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      for (;;) {
        await publishOnce(deps, signal);
        const events = await readOutbox(own, tenant);
        if (events.length >= count) {
          return events;
        }
        signal.throwIfAborted();
      }
    },
  };
}

async function readOutbox(own: Database, tenant: string): Promise<Event[]> {
  const rows = await own.worker(
    async (transaction) =>
      await transaction.execute<{ payload: Buffer }>(
        sql`select payload from outbox where tenant_id = ${tenant} order by position`,
      ),
  );
  return rows.map(({ payload }) => fromBinary(EventSchema, payload));
}
