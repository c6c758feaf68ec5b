/** A whole mesh, broken in the ways that machines break, while money moves. */

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { removeStateFolder } from "#platform/embedded/postgres-home.ts";
import { openStateFolder } from "#platform/embedded/state-folder.ts";
import { type EdgeClient, openEdgeClient } from "../../demo/edge-client.ts";
import { type Mesh, startMesh } from "../mesh.ts";
import { seed } from "../seed.ts";
import { DEMO_SCOPES } from "../tenants.ts";
import { audit } from "./audit.ts";
import { openTransferLoad, type TransferLoad } from "./transfer-load.ts";

const folder = mkdtempSync(join(tmpdir(), "malla-faults-"));
let mesh: Mesh;
let edge: EdgeClient;
let run = Math.floor(Date.now() / 1000);

beforeAll(async () => {
  const state = { ...openStateFolder(folder), bin: inject("natsFolder") };
  mesh = await startMesh({ state, edgePort: 0, progress: () => {} });
  const token = await mesh.issuer.issue({
    tenant: "banco-ipe",
    subject: "test",
    scopes: DEMO_SCOPES,
    ttlSeconds: 7_200,
  });
  const file = join(folder, "token");
  writeFileSync(file, token);
  await seed(mesh, new Map([["banco-ipe", token]]));
  edge = openEdgeClient(mesh.edgeUrl, file);
});

afterAll(async () => {
  await mesh.stop();
  removeStateFolder({ path: folder });
});

const newLoad = (): Promise<TransferLoad> => openTransferLoad(edge, run++);
const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

describe("money moves on, none is lost and none is doubled", () => {
  it.each(["ledger", "accounts", "customers", "products", "notifications", "gateway"])(
    "when %s is killed in the middle of a load, twice",
    async (name) => {
      const load = await newLoad();
      const victim = name === "gateway" ? mesh.edge : mesh.services.get(name);
      const restarts = victim?.restarts ?? 0;
      const outcome = await load.run(
        (async () => {
          for (let kills = 0; kills < 2; kills++) {
            await seconds(1);
            await victim?.kill();
          }
          await seconds(1);
        })(),
      );
      expect(victim?.restarts).toBe(restarts + 2);
      expect(outcome.succeeded.size).toBeGreaterThan(20);
      await audit(edge, load, outcome);
    },
    180_000,
  );

  it("while nats-server is down for 30 s, and its store is deleted", async () => {
    const load = await newLoad();
    const outcome = await load.run(
      (async () => {
        await seconds(1);
        await mesh.nats.kill();
        await seconds(30);
        await mesh.nats.start({ forget: true });
        await seconds(2);
      })(),
    );
    // The broker is not on the way of money: nobody was even asked to come again.
    expect([...outcome.retried]).toEqual([]);
    expect(outcome.succeeded.size).toBeGreaterThan(100);
    await audit(edge, load, outcome);
  }, 240_000);

  it("while database backends are killed ten times a second", async () => {
    const load = await newLoad();
    const admin = postgres(mesh.postgres.superuserUrl(), { max: 1, onnotice: () => {} });
    const pids = () => [mesh.edge, ...mesh.services.values()].map((service) => service.pid);
    const before = pids();
    const outcome = await load.run(
      (async () => {
        for (let kills = 0; kills < 100; kills++) {
          await admin`
              select pg_terminate_backend(pid) from pg_stat_activity
              where usename like '%\\_app' or usename like '%\\_worker' order by random() limit 1`;
          await seconds(0.1);
        }
      })(),
    );
    await admin.end();
    expect(pids()).toEqual(before);
    expect(outcome.succeeded.size).toBeGreaterThan(100);
    await audit(edge, load, outcome);
  }, 240_000);

  it("while PostgreSQL is restarted under load, as in a crash", async () => {
    const load = await newLoad();
    const pids = () => [mesh.edge, ...mesh.services.values()].map((service) => service.pid);
    const before = pids();
    const outcome = await load.run(
      (async () => {
        for (const how of ["fast", "immediate"] as const) {
          await seconds(1);
          await mesh.postgres.restart(how);
          await seconds(2);
        }
      })(),
    );
    // Recovered without a restart of any service; what was answered meanwhile asked to come again.
    expect(pids()).toEqual(before);
    expect(
      [...outcome.retried.keys()].filter((reason) => !["DEPENDENCY_UNAVAILABLE", "DEADLINE_PASSED"].includes(reason)),
    ).toEqual([]);
    await audit(edge, load, outcome);
  }, 240_000);
});

it("of two hundred withdrawals at once exactly as many succeed as the balance covers", async () => {
  const load = await newLoad();
  const [account] = load.accounts;
  // 10,000 on the account; each takes 100 and a fee of 150: forty are covered.
  const attempts = await Promise.allSettled(
    Array.from({ length: 200 }, () =>
      edge.post(`/v1/${account}:withdraw`, { amount: { currencyCode: "BRL", minorUnits: "100" } }),
    ),
  );
  expect(attempts.filter((attempt) => attempt.status === "fulfilled")).toHaveLength(40);
  const reasons = new Set(
    attempts.flatMap((attempt) => (attempt.status === "rejected" ? [attempt.reason.reason] : [])),
  );
  expect([...reasons]).toEqual(["INSUFFICIENT_FUNDS"]);
  expect(await edge.get(`/v1/${account}/balance`)).toMatchObject({ booked: { minorUnits: "0" } });
});

it("every table with tenants in it is bound to them by the database", async () => {
  for (const name of mesh.services.keys()) {
    const admin = postgres(mesh.postgres.superuserUrl(name), { max: 1 });
    const loose = await admin`
      select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
      where c.relkind in ('r', 'p') and not a.attisdropped and (not c.relrowsecurity or not c.relforcerowsecurity
        or not exists (select 1 from pg_policy p where p.polrelid = c.oid))`;
    const powerful = await admin`
      select rolname from pg_roles where (rolname like '%\\_app' or rolname like '%\\_worker')
        and (rolsuper or rolcreaterole or (rolbypassrls and rolname not like '%\\_worker'))`;
    await admin.end();
    expect({ name, loose, powerful }).toEqual({ name, loose: [], powerful: [] });
  }
});
