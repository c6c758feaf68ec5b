import { sql } from "drizzle-orm";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ensureServiceDatabase, type ServiceDatabaseUrls } from "../embedded/service-database.ts";
import { type Database, openDatabase } from "./database.ts";
import { isConnectionLost } from "./guard-transactions.ts";
import { migrate } from "./migrate.ts";

const name = `ground_${process.pid}`;
const KILLS = 60;
let urls: ServiceDatabaseUrls;
let database: Database;
let admin: postgres.Sql;

const scope = (tenant: string) => ({ tenant, deadlineMs: Date.now() + 10_000 });

beforeAll(async () => {
  const superuser = inject("postgresUrl");
  urls = await ensureServiceDatabase(superuser, name, () => "test");
  // The service's own migrations may be the ground's again: both are remembered by their own names.
  await migrate(urls.owner, new URL("./testdata/migrations", import.meta.url));
  admin = postgres(superuser, { max: 2, database: name, onnotice: () => {} });
  database = openDatabase({ url: urls.app, workerUrl: urls.worker, pool: 4, name: "database-test" });
});

afterAll(async () => {
  await database.close();
  await admin.end();
});

describe("tenants are kept apart by the database itself", () => {
  it("a tenant reads and changes only its own rows, without any WHERE", async () => {
    await database.tenant(scope("one"), (tx) =>
      tx.execute(sql`insert into pots (tenant_id, id, amount) values ('one', 1, 10)`),
    );
    await database.tenant(scope("two"), (tx) =>
      tx.execute(sql`insert into pots (tenant_id, id, amount) values ('two', 1, 20)`),
    );
    const rows = await database.tenant(scope("two"), (tx) =>
      tx.execute<{ amount: string }>(sql`select amount from pots`),
    );
    expect(rows.map((row) => Number(row.amount))).toEqual([20]);
    const changed = await database.tenant(scope("two"), (tx) =>
      tx.execute(sql`update pots set amount = 0 where tenant_id = 'one' returning 1`),
    );
    expect(changed).toHaveLength(0);
  });

  it("a row for another tenant is refused", async () => {
    await expect(
      database.tenant(scope("one"), (tx) =>
        tx.execute(sql`insert into pots (tenant_id, id, amount) values ('two', 2, 1)`),
      ),
    ).rejects.toMatchObject({ cause: { code: "42501" } });
  });

  it("outside a tenant's transaction the same role sees nothing", async () => {
    const bare = postgres(urls.app, { max: 1 });
    expect(await bare`select * from pots`).toHaveLength(0);
    await bare.end();
  });
});

describe("a transaction whose backend is killed", () => {
  it("leaves no half behind, hangs nobody and spares the process, ten times a second and more", async () => {
    await database.tenant(scope("kill"), (tx) =>
      tx.execute(sql`insert into pots (tenant_id, id, amount) select 'kill', id, 1000 from generate_series(1, 8) id`),
    );
    let running = true;
    const outcomes = { done: 0, lost: 0 };
    const move = async () => {
      while (running) {
        const [from, to] = [1 + Math.floor(Math.random() * 8), 1 + Math.floor(Math.random() * 8)];
        try {
          await database.tenant(scope("kill"), async (tx) => {
            await tx.execute(sql`update pots set amount = amount - 1 where id = ${Math.min(from, to)}`);
            // A turn of the event loop between the statements is where a lost connection used to be mistaken for another.
            await new Promise((resolve) => setImmediate(resolve));
            await tx.execute(sql`update pots set amount = amount + 1 where id = ${Math.max(from, to)}`);
          });
          outcomes.done++;
        } catch (error) {
          expect(error).toMatchObject({ message: expect.stringMatching(/cannot be reached/) });
          outcomes.lost++;
        }
      }
    };
    const workers = Array.from({ length: 8 }, move);
    for (let kills = 0; kills < KILLS; ) {
      const killed = await admin`
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'database-test' and datname = ${name} order by random() limit 1`;
      kills += killed.length;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    running = false;
    await Promise.all(workers);
    const [total] = await admin`select sum(amount)::int as amount from pots where tenant_id = 'kill'`;
    expect(total?.["amount"]).toBe(8_000);
    expect(outcomes.lost).toBeGreaterThan(0);
    expect(outcomes.done).toBeGreaterThan(20);
  });

  it("is told from an ordinary error", () => {
    expect(isConnectionLost(Object.assign(new Error("x"), { code: "57P01" }))).toBe(true);
    expect(
      isConnectionLost(
        new Error("query failed", { cause: Object.assign(new Error("x"), { code: "CONNECTION_CLOSED" }) }),
      ),
    ).toBe(true);
    expect(isConnectionLost(Object.assign(new Error("x"), { code: "23505" }))).toBe(false);
  });
});

it("a statement that outlives the deadline is cancelled and reported so", async () => {
  const slow = database.tenant({ tenant: "slow", deadlineMs: Date.now() + 200 }, (tx) =>
    tx.execute(sql`select pg_sleep(5)`),
  );
  await expect(slow).rejects.toThrow(/deadline/);
});
