/** PostgreSQL and nats-server through the accidents of a developer's day. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, expect, inject, it } from "vitest";
import { compare } from "./nats-binary.ts";
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

it("versions are compared part by part", () => {
  expect(
    [
      [2, 9, 10],
      [2, 10, 0],
      [2, 12, 3],
    ].sort(compare),
  ).toEqual([
    [2, 9, 10],
    [2, 10, 0],
    [2, 12, 3],
  ]);
  expect(compare([2, 9, 10], [2, 10, 0])).toBeLessThan(0);
});
