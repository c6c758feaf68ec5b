/** PostgreSQL and nats-server through the accidents of a developer's day. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, expect, inject, it } from "vitest";
import { startNatsServer } from "./nats-server.ts";
import { startPostgres } from "./postgres.ts";
import { removeStateFolder } from "./postgres-home.ts";
import { isAlive } from "./server-process.ts";
import { openStateFolder } from "./state-folder.ts";

// mkdtemp makes a folder that only its owner may enter: as root, the hardest place for PostgreSQL.
const folder = mkdtempSync(join(tmpdir(), "malla-servers-"));
const state = { ...openStateFolder(folder), bin: inject("natsFolder") };
const quiet = () => {};

afterAll(() => {
  removeStateFolder(state);
});

/** User and group of a folder, to run as. */
function ownerOf(path: string): { readonly uid: number; readonly gid: number } {
  const { uid, gid } = statSync(path);
  return { uid, gid };
}

/** Starts the server in a process of its own, which is then killed: what `kill -9` of the launcher leaves behind. */
async function startAndAbandon(module: string, start: string): Promise<number> {
  const code = `
    import { openStateFolder } from ${JSON.stringify(new URL("./state-folder.ts", import.meta.url).href)};
    import { ${start} } from ${JSON.stringify(new URL(module, import.meta.url).href)};
    const state = { ...openStateFolder(${JSON.stringify(folder)}), bin: ${JSON.stringify(state.bin)} };
    const server = await ${start}({ state, progress: () => {} });
    process.send(server.pid);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", code], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const [pid] = await once(child, "message");
  child.kill("SIGKILL");
  await once(child, "exit");
  return Number(pid);
}

it("PostgreSQL keeps its data between starts, is durable, and is not hindered by one that a killed launcher left", async () => {
  const first = await startPostgres({ state, progress: quiet });
  const urls = await first.ensureServiceDatabase("shop");
  const owner = postgres(urls.owner, { max: 1 });
  await owner`create table kept as select 42 as answer`;
  const [durable] =
    await owner`select current_setting('fsync') || current_setting('synchronous_commit') || current_setting('full_page_writes') as text`;
  expect(durable?.["text"]).toBe("ononon");
  await owner.end();
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);

  const abandoned = await startAndAbandon("./postgres.ts", "startPostgres");
  expect(isAlive(abandoned)).toBe(true);

  const second = await startPostgres({ state, progress: quiet });
  expect(isAlive(abandoned)).toBe(false);
  const again = postgres((await second.ensureServiceDatabase("shop")).owner, { max: 1 });
  expect(await again`select answer from kept`).toMatchObject([{ answer: 42 }]);
  await again.end();
  await second.stop();
});

it("a cluster whose making was cut short is made again", async () => {
  const cut = { ...openStateFolder(join(folder, "cut")), bin: state.bin };
  mkdirSync(join(cut.postgres, "data.new"), { recursive: true });
  writeFileSync(join(cut.postgres, "data.new", "PG_VERSION"), "18");
  const server = await startPostgres({ state: cut, progress: quiet });
  await server.stop();
  removeStateFolder(cut);
});

it("nats-server keeps its store, and is not hindered by one that a killed launcher left", async () => {
  const abandoned = await startAndAbandon("./nats-server.ts", "startNatsServer");
  const server = await startNatsServer({ state, progress: quiet });
  expect(isAlive(abandoned)).toBe(false);
  expect(existsSync(join(state.nats, "store"))).toBe(true);
  await server.stop();
  expect(isAlive(server.pid)).toBe(false);
});

it("nats-server that was killed starts again on the same port", async () => {
  const server = await startNatsServer({ state, progress: quiet });
  const [pid, port] = [server.pid, server.port];
  await server.kill();
  expect(isAlive(pid)).toBe(false);
  await server.start({ forget: true });
  expect({ port: server.port, isNew: server.pid !== pid }).toEqual({ port, isNew: true });
  await server.stop();
});

it("PostgreSQL is not hindered by a lock file whose process number somebody else was given since", async () => {
  const first = await startPostgres({ state, progress: quiet });
  const lockFile = join(state.postgres, "data/postmaster.pid");
  const lines = readFileSync(lockFile, "utf8").split("\n");
  await first.stop();
  const somebody = spawn("sleep", ["60"], { ...ownerOf(join(state.postgres, "data")), stdio: "ignore" });
  await once(somebody, "spawn");
  writeFileSync(lockFile, [somebody.pid, ...lines.slice(1)].join("\n"));
  const second = await startPostgres({ state, progress: quiet });
  expect(isAlive(somebody.pid ?? 0)).toBe(true);
  somebody.kill();
  await second.stop();
});

it("a service's roles own, serve and work, and only the worker is above row-level security; none reaches another database", async () => {
  const server = await startPostgres({ state, progress: quiet });
  const urls = await server.ensureServiceDatabase("ledger");
  expect(await server.ensureServiceDatabase("ledger")).toEqual(urls);
  const other = await server.ensureServiceDatabase("cards");
  const admin = postgres(server.superuserUrl("ledger"), { max: 1 });
  expect(
    await admin`select rolname, rolsuper or rolcreatedb or rolcreaterole as powerful, rolbypassrls, rolcanlogin
                from pg_roles where rolname like 'ledger%' order by rolname`,
  ).toEqual(
    ["ledger_app", "ledger_owner", "ledger_worker"].map((rolname) => ({
      rolname,
      powerful: false,
      rolbypassrls: rolname === "ledger_worker",
      rolcanlogin: true,
    })),
  );
  await admin.end();
  const refusalOf = async (url: string, statement: string) => {
    const client = postgres(url, { max: 1, onnotice: () => {} });
    try {
      await client.unsafe(statement);
      return "none";
    } catch (error) {
      return error instanceof postgres.PostgresError ? error.code : String(error);
    } finally {
      await client.end();
    }
  };
  const elsewhere = new URL(other.app);
  elsewhere.pathname = "/ledger";
  expect({
    ownerMakesTable: await refusalOf(urls.owner, "create table made (id int)"),
    appMakesTable: await refusalOf(urls.app, "create table more (id int)"),
    workerConnects: await refusalOf(urls.worker, "select 1"),
    strangerConnects: await refusalOf(elsewhere.href, "select 1"),
  }).toEqual({ ownerMakesTable: "none", appMakesTable: "42501", workerConnects: "none", strangerConnects: "42501" });

  const before = server.pid;
  await server.restart("immediate");
  expect(server.pid).not.toBe(before);
  expect(await refusalOf(urls.owner, "select * from made")).toBe("none");
  await server.stop();
}, 60_000);

it("a folder that was open to all when the data was made, and is not any more, keeps the data", async () => {
  const open = mkdtempSync(join(tmpdir(), "malla-open-"));
  chmodSync(open, 0o755);
  const here = { ...openStateFolder(open), bin: state.bin };
  const first = await startPostgres({ state: here, progress: quiet });
  await first.ensureServiceDatabase("shop");
  await first.stop();
  chmodSync(open, 0o700);
  const second = await startPostgres({ state: here, progress: quiet });
  const admin = postgres(second.superuserUrl(), { max: 1 });
  expect(await admin`select datname from pg_database where datname = 'shop'`).toHaveLength(1);
  await admin.end();
  await second.stop();
  removeStateFolder(here);
}, 60_000);
