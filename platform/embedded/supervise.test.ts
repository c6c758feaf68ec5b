import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { isAlive, until } from "./server-process.ts";
import { type SupervisedEvent, supervise } from "./supervise.ts";

const folder = mkdtempSync(join(tmpdir(), "malla-supervise-"));
const program = (name: string, env: Record<string, string> = {}) => ({
  name,
  program: fileURLToPath(new URL("./testdata/program.ts", import.meta.url)),
  env: { PATH: process.env["PATH"] ?? "", ...env },
  logFile: join(folder, `${name}.log`),
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("a program is started anew when it dies, and not when it is stopped", async () => {
  const running = await supervise(program("steady"));
  const first = running.pid ?? 0;
  await running.kill();
  const second = running.pid ?? 0;
  expect(second).not.toBe(first);
  expect(running.restarts).toBe(1);
  await running.stop();
  expect(isAlive(second)).toBe(false);
  expect(running.restarts).toBe(1);
});

it("a program that dies is started anew after a pause, which is said and doubles", async () => {
  const heard: SupervisedEvent[] = [];
  const running = await supervise({ ...program("victim"), hear: (event) => heard.push(event) });
  for (const count of [2, 4]) {
    process.kill(running.pid ?? 0, "SIGKILL");
    await until(
      () => heard.length === count,
      10_000,
      () => "not started anew",
    );
  }
  await running.stop();
  expect(heard).toMatchObject([
    { kind: "died", name: "victim", how: "SIGKILL", nextStartMs: 100 },
    { kind: "ready-again", name: "victim" },
    { kind: "died", name: "victim", how: "SIGKILL", nextStartMs: 200 },
    { kind: "ready-again", name: "victim" },
  ]);
});

it("a start that is given up leaves nothing running", async () => {
  const given = new AbortController();
  const starting = supervise({ ...program("slow", { PROGRAM: "never ready" }), signal: given.signal });
  given.abort(new Error("not wanted any more"));
  await expect(starting).rejects.toThrow("not wanted any more");
});

it("a stop that waits for a deaf program is cut short by force", async () => {
  const running = await supervise(program("deaf", { PROGRAM: "deaf" }));
  const pid = running.pid ?? 0;
  const stopped = running.stop();
  running.abort();
  await stopped;
  expect(isAlive(pid)).toBe(false);
});

it("a program that does not start is reported with the last it said", async () => {
  await expect(supervise(program("failing", { PROGRAM: "fails" }))).rejects.toThrow(
    /ended before it was ready.*cannot find its shoes/s,
  );
});
