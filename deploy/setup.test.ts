/** The set-up of a clone, on a small one whose npm only notes that it was called. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { until } from "#platform/embedded/server-process.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
let clone: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "malla-setup-"));
  for (const file of ["deploy/setup.mjs", "platform/embedded/process-lock.mjs"]) {
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    copyFileSync(join(root, file), join(clone, file));
  }
  write("package-lock.json", JSON.stringify({ packages: {} }));
  write(
    "tools/npm",
    `#!/bin/sh
echo "$@" >> ${clone}/npm-calls
while [ -e ${clone}/npm-waits ]; do sleep 0.02; done
mkdir -p node_modules/.bin && ln -sf ${process.execPath} node_modules/.bin/node
`,
  );
  write(
    "says.ts",
    "const words: string[] = process.argv.slice(2); console.log(words.join(' ')); process.exitCode = 7;",
  );
});

afterEach(() => rmSync(clone, { recursive: true, force: true }));

function write(file: string, content: string): void {
  mkdirSync(dirname(join(clone, file)), { recursive: true });
  writeFileSync(join(clone, file), content, { mode: 0o755 });
}

const environment = () => ({ PATH: `${clone}/tools:${process.env["PATH"] ?? ""}` });
const setUp = (...args: readonly string[]) =>
  spawnSync(process.execPath, [join(clone, "deploy/setup.mjs"), ...args], { encoding: "utf8", env: environment() });
const setUpBeside = (...args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [join(clone, "deploy/setup.mjs"), ...args], { env: environment() });
const npmCalls = () =>
  existsSync(join(clone, "npm-calls")) ? readFileSync(join(clone, "npm-calls"), "utf8").trim().split("\n") : [];
const npmIsCalled = (times: number) =>
  until(
    () => npmCalls().length === times,
    10_000,
    () => `npm was called ${npmCalls().length} times`,
  );

it("it installs, hands arguments on, and ends with the program's exit code", () => {
  const { stdout, status } = setUp("says.ts", "one", "--two");
  expect({ stdout, status }).toEqual({ stdout: "one --two\n", status: 7 });
  expect(npmCalls()).toEqual(["ci --no-audit --no-fund --include=optional --include=dev --loglevel=error"]);
});

it("it installs once per version of the lockfile", () => {
  setUp("says.ts");
  setUp("says.ts");
  expect(npmCalls()).toHaveLength(1);
  write("package-lock.json", JSON.stringify({ packages: {}, changed: true }));
  setUp("says.ts");
  expect(npmCalls()).toHaveLength(2);
});

it("it leaves packages alone that npm has installed by hand", () => {
  const packages = { "node_modules/a": { version: "1.0.0", integrity: "sha512-a" } };
  const elsewhere = { "node_modules/b": { version: "1.0.0", integrity: "sha512-b", optional: true, os: ["aix"] } };
  write("package-lock.json", JSON.stringify({ packages: { "": {}, ...packages, ...elsewhere } }));
  write("node_modules/.package-lock.json", JSON.stringify({ packages }));
  setUp("--bin", "none");
  expect(npmCalls()).toEqual([]);
});

it("it installs over packages that are not those of the lockfile", () => {
  const packages = (integrity: string) => ({ packages: { "node_modules/a": { version: "1.0.0", integrity } } });
  write("package-lock.json", JSON.stringify(packages("sha512-new")));
  write("node_modules/.package-lock.json", JSON.stringify(packages("sha512-old")));
  setUp("says.ts");
  expect(npmCalls()).toHaveLength(1);
});

it("two at once install once", async () => {
  write("npm-waits", "");
  const first = setUpBeside("says.ts");
  await npmIsCalled(1);
  const second = setUpBeside("says.ts");
  let said = "";
  second.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until(
    () => said.includes(`Waiting for process ${first.pid}`),
    10_000,
    () => `it said ${said}`,
  );
  const ended = Promise.all([once(first, "exit"), once(second, "exit")]);
  rmSync(join(clone, "npm-waits"));
  expect(await ended).toEqual([
    [7, null],
    [7, null],
  ]);
  expect(npmCalls()).toHaveLength(1);
});

it("one that was killed while npm works holds up the next only until npm has ended", async () => {
  write("npm-waits", "");
  const first = setUpBeside("says.ts");
  await npmIsCalled(1);
  first.kill("SIGKILL");
  await once(first, "exit");
  const second = setUpBeside("says.ts");
  const ended = once(second, "exit");
  rmSync(join(clone, "npm-waits"));
  expect(await ended).toEqual([7, null]);
  expect(npmCalls()).toHaveLength(2);
});

it("SIGTERM and a SIGINT from no terminal reach the program", async () => {
  write(
    "waits.ts",
    `for (const [signal, code] of [["SIGTERM", 3], ["SIGINT", 4]] as const) process.on(signal, () => process.exit(code));
    console.log("ready"); setInterval(() => {}, 1000);`,
  );
  for (const [signal, code] of [
    ["SIGTERM", 3],
    ["SIGINT", 4],
  ] as const) {
    const running = spawn("setsid", [process.execPath, join(clone, "deploy/setup.mjs"), "waits.ts"], {
      env: environment(),
    });
    await once(running.stdout, "data");
    running.kill(signal);
    expect(await once(running, "exit")).toEqual([code, null]);
  }
});

it.each([
  { args: [], status: 2, said: "usage: node deploy/setup.mjs" },
  { args: ["--bin"], status: 2, said: "usage: node deploy/setup.mjs" },
  { args: ["--help"], status: 2, said: "usage: node deploy/setup.mjs" },
  { args: ["missing.ts"], status: 1, said: "missing.ts does not exist" },
  { args: ["--bin", "missing"], status: 1, said: ".bin/missing does not exist" },
])("$args is answered with a sentence", ({ args, status, said }) => {
  const result = setUp(...args);
  expect(result.status).toBe(status);
  expect(result.stderr).toContain(said);
});
