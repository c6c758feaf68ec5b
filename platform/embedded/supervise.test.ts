import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { isAlive, until } from "./server-process.ts";
import { supervise } from "./supervise.ts";

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

it("a program that was killed by somebody else is started anew", async () => {
  const running = await supervise(program("victim"));
  process.kill(running.pid ?? 0, "SIGKILL");
  await until(
    () => running.restarts === 1 && running.pid !== undefined,
    10_000,
    () => "not started anew",
  );
  await running.stop();
});

it("a program that does not start is reported with the last it said", async () => {
  await expect(supervise(program("failing", { PROGRAM: "fails" }))).rejects.toThrow(
    /ended before it was ready.*cannot find its shoes/s,
  );
});
