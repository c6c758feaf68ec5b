import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { holderOf, identityOf, tryLock } from "./process-lock.mjs";

const folder = mkdtempSync(join(tmpdir(), "malla-lock-"));
const module = new URL("./process-lock.mjs", import.meta.url).href;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A process that tries for the lock, says what it got, and lives on. */
async function contender(lock: string) {
  const code = `import { tryLock } from ${JSON.stringify(module)};
    process.send(tryLock(${JSON.stringify(lock)}).holder ?? "held"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const [answer] = await once(child, "message");
  return { child, answer: answer as unknown };
}

it("of many that try at once one gets it, and the others hear who", async () => {
  const contenders = await Promise.all(Array.from({ length: 8 }, () => contender(join(folder, "race"))));
  const winners = contenders.filter(({ answer }) => answer === "held");
  expect(winners).toHaveLength(1);
  expect(new Set(contenders.map(({ answer }) => answer))).toEqual(new Set(["held", winners[0]?.child.pid]));
  for (const { child } of contenders) {
    child.kill("SIGKILL");
  }
}, 20_000);

it("the lock of a killed process is taken over at once", async () => {
  const lock = join(folder, "killed");
  const { child, answer } = await contender(lock);
  expect(answer).toBe("held");
  expect(holderOf(lock)).toBe(child.pid);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(tryLock(lock)).not.toHaveProperty("holder");
}, 20_000);

it("a released lock is free", () => {
  const lock = join(folder, "released");
  const held = tryLock(lock);
  expect(tryLock(lock)).toEqual({ holder: process.pid });
  if (!("holder" in held)) {
    held.release();
  }
  expect(holderOf(lock)).toBeUndefined();
});

it("a process that ended but was not reaped does not run", async () => {
  // The shell is replaced by a program that never reaps the child it was given.
  const parent = spawn("sh", ["-c", "sh -c 'echo $$' & exec sleep 60"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(parent.stdout, "data");
  const pid = Number(line);
  await expect.poll(() => identityOf(pid), { timeout: 5_000 }).toBeUndefined();
  parent.kill("SIGKILL");
});
