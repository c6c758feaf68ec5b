import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { EventSchema } from "#gen/malla/event/v1/event_pb.js";
import { MoneySchema } from "#gen/malla/type/v1/money_pb.js";
import { type Bus, connectBus } from "../bus/bus.ts";
import { streamOf } from "../bus/subjects.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { migrate } from "../db/migrate.ts";
import { type EmbeddedNats, startNatsServer } from "../embedded/nats-server.ts";
import { until } from "../embedded/server-process.ts";
import { ensureServiceDatabase } from "../embedded/service-database.ts";
import { openStateFolder } from "../embedded/state-folder.ts";
import { openLogger } from "../telemetry/log.ts";
import { fact, openOutbox } from "./append.ts";
import { type Relay, startRelay } from "./relay.ts";

const log = openLogger("relay-test", "fatal");
const folder = mkdtempSync(join(tmpdir(), "malla-relay-"));
const CAPABILITY = "probe";
let nats: EmbeddedNats;
let database: Database;
let bus: Bus;
let relay: Relay;

beforeAll(async () => {
  const urls = await ensureServiceDatabase(inject("postgresUrl"), `relay_${process.pid}`, () => "test");
  await migrate(urls.owner, new URL("../db/testdata/migrations", import.meta.url));
  database = openDatabase({ url: urls.app, workerUrl: urls.worker, pool: 4, name: "relay-test" });
  // A broker of its own, to be killed and robbed.
  const state = { ...openStateFolder(folder), bin: inject("natsFolder") };
  nats = await startNatsServer({ state, progress: () => {} });
  bus = await connectBus(nats.url, "relay-test", log);
  relay = startRelay({ capability: CAPABILITY, database, bus, log });
});

afterAll(async () => {
  await relay.stop();
  await bus.close();
  await database.close();
  await nats.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function emit(count: number): Promise<void> {
  const outbox = openOutbox(CAPABILITY, relay.wake);
  const facts = Array.from({ length: count }, (_, index) =>
    fact({
      tenant: "banco",
      type: MoneySchema,
      subject: `probe/${randomUUID()}`,
      time: new Date(),
      data: { minorUnits: BigInt(index) },
    }),
  );
  await database.tenant({ tenant: "banco", deadlineMs: Date.now() + 10_000 }, (tx) => outbox.append(tx, facts));
}

/** Ids in the outbox, in its order. */
async function written(): Promise<string[]> {
  const rows = await database.worker((tx) =>
    tx.execute<{ event_id: string }>(sql`select event_id from outbox order by position`),
  );
  return rows.map((row) => row.event_id);
}

/** Ids in the stream, in its order, once it holds `count`. */
async function published(count: number): Promise<string[]> {
  const ids: string[] = [];
  const enough = new AbortController();
  const signal = AbortSignal.any([enough.signal, AbortSignal.timeout(20_000)]);
  await bus.consume(
    { stream: streamOf(CAPABILITY), subject: "malla.probe.>", startSequence: 1, signal },
    async (message) => {
      ids.push(fromBinary(EventSchema, message.data).id);
      if (ids.length >= count) {
        enough.abort();
      }
      return { kind: "done" };
    },
  );
  return ids;
}

describe("events of committed changes", () => {
  it("are published in the order of the outbox, each once", async () => {
    await emit(700);
    const ids = await published(700);
    expect(ids).toEqual(await written());
  });

  it("are not published when the change does not commit", async () => {
    const before = (await written()).length;
    const outbox = openOutbox(CAPABILITY, relay.wake);
    const failing = database.tenant({ tenant: "banco", deadlineMs: Date.now() + 5_000 }, async (tx) => {
      await outbox.append(tx, [fact({ tenant: "banco", type: MoneySchema, subject: "x", time: new Date(), data: {} })]);
      throw new Error("changed its mind");
    });
    await expect(failing).rejects.toThrow("changed its mind");
    expect(await written()).toHaveLength(before);
  });

  it("wait while the broker is down, and arrive when it is back", async () => {
    const before = (await written()).length;
    await nats.kill();
    await emit(50);
    await nats.start({ forget: false });
    expect(await published(before + 50)).toEqual(await written());
  });

  it("are published again when the broker lost its store", async () => {
    const all = await written();
    await nats.kill();
    await nats.start({ forget: true });
    expect([...new Set(await published(all.length))].sort()).toEqual([...all].sort());
  });

  it("are published again when the broker forgot only the newest", async () => {
    // What a power cut does to a stream that was not synced: the rows say that more was stored than is there.
    await emit(10);
    const all = await written();
    await published(all.length);
    await until(
      () => bus.isConnected(),
      5_000,
      () => "not connected",
    );
    const newest = all.slice(-3);
    await database.worker((tx) =>
      tx.execute(
        sql`update outbox set stream_sequence = stream_sequence + 1000 where event_id in (${sql.join(
          newest.map((id) => sql`${id}`),
          sql`, `,
        )})`,
      ),
    );
    await nats.kill();
    await nats.start({ forget: false });
    const unsent = () =>
      database.worker((tx) =>
        tx.execute<{ count: string }>(
          sql`select count(*) from outbox where stream_sequence > 1000 or stream_sequence is null`,
        ),
      );
    const deadline = Date.now() + 15_000;
    while (Number((await unsent())[0]?.count) > 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(Number((await unsent())[0]?.count)).toBe(0);
  });
});
