import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { compare, findNatsProgram } from "./nats-binary.ts";
import type { FetchWay } from "./nats-fetch.ts";

const folder = mkdtempSync(join(tmpdir(), "malla-nats-program-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder with a program that says it is nats-server of the version. */
function folderWith(version: string): string {
  const path = mkdtempSync(join(folder, "bin-"));
  putProgram(path, version);
  return path;
}

function putProgram(path: string, version: string): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "nats-server"), `#!/bin/sh\necho "nats-server: v${version}"\n`);
  chmodSync(join(path, "nats-server"), 0o755);
}

const failing = (name: string): FetchWay => ({ name, fetchInto: () => Promise.reject(new Error(`${name} is away`)) });
const giving = (version: string): FetchWay => ({
  name: "gift",
  fetchInto: async (bin) => putProgram(bin, version),
});

it("the newest program at hand is taken", async () => {
  const [old, recent] = [folderWith("98.0.0"), folderWith("99.1.2")];
  const search = { state: { bin: old }, searchPath: recent, serverFolders: [], progress: () => {}, ways: [] };
  expect(await findNatsProgram(search)).toEqual({ path: join(recent, "nats-server"), version: [99, 1, 2] });
});

it("ways to fetch are tried in order, and each failure is said in one line", async () => {
  const lines: string[] = [];
  const bin = mkdtempSync(join(folder, "bin-"));
  const ways = [failing("first"), giving("0.1.0"), giving("99.0.0"), failing("last")];
  const search = {
    state: { bin },
    searchPath: "",
    serverFolders: [],
    progress: (line: string) => void lines.push(line),
    ways,
  };
  const found = await findNatsProgram(search);
  expect(found.version).toEqual([99, 0, 0]);
  expect(lines.filter((line) => line.includes("not from"))).toEqual([
    "nats-server: not from the first (first is away)",
    "nats-server: not from the gift (what it gave does not run, or is older than 2.9.0)",
  ]);
});

it("versions are compared part by part", () => {
  const versions = [
    [2, 12, 3],
    [2, 9, 10],
    [2, 10, 0],
  ];
  expect(versions.toSorted(compare)).toEqual([
    [2, 9, 10],
    [2, 10, 0],
    [2, 12, 3],
  ]);
});
