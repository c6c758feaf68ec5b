import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAlive } from "#platform/embedded/server-process.ts";
import { openStateFolder } from "#platform/embedded/state-folder.ts";
import { openWatchmanApi } from "../watchman-api.ts";
import { buildWatchman } from "./build-watchman.ts";
import { type RunningWatchman, startWatchman } from "./start-watchman.ts";

const MALLA = fileURLToPath(new URL("../../../../../.malla", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "malla-watchman-"));
const environment = process.env;
const progress = (line: string) => void process.stderr.write(`${line}\n`);
const state = { ...openStateFolder(folder), bin: openStateFolder(MALLA).bin };

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("without Go it is said why there is no program", async () => {
  const build = { bin: folder, environment: { PATH: folder }, progress: () => {} };
  await expect(buildWatchman(build)).rejects.toThrow("Go is not installed");
});

/** Undefined where Go or its proxy is not at hand. */
const program = await buildWatchman({ bin: state.bin, environment, progress }).catch((error: unknown) => {
  progress(`\n*** watchman itself is NOT tested: ${error instanceof Error ? error.message : String(error)} ***\n`);
  return undefined;
});

describe.runIf(program !== undefined)("watchman itself", () => {
  let server: RunningWatchman;
  const { signal } = new AbortController();

  beforeAll(async () => {
    server = await startWatchman({ state, environment, progress });
  }, 60_000);
  afterAll(() => server.stop());

  it("starts with no network on the files that we give it", async () => {
    expect((await openWatchmanApi(server.url).lists(signal)).lists).toEqual({ us_ofac: 40 });
  });

  it("finds who is listed, and says so in the form that we read", async () => {
    const query = { name: "Nicolás Maduro Moros", type: "person", minMatch: 0.6, limit: 5 } as const;
    const [maduro] = await openWatchmanApi(server.url).search({ ...query, birthDate: "1962-11-23" }, signal);
    expect(maduro).toMatchObject({ sourceList: "us_ofac", sourceID: "22790", entityType: "person" });
    expect(maduro?.match).toBeGreaterThan(0.85);
  });

  it("finds a listed firm, and nobody for a name of nobody", async () => {
    const api = openWatchmanApi(server.url);
    const firm = { name: "Banco Nacional de Cuba", type: "business", minMatch: 0.6, limit: 5 } as const;
    expect((await api.search(firm, signal)).map(({ sourceID }) => sourceID)).toEqual(["306"]);
    expect(await api.search({ ...firm, name: "Padaria Souza", limit: 1 }, signal)).toEqual([]);
  });

  it("started again after it was killed, it answers", async () => {
    await server.kill();
    expect(isAlive(server.pid)).toBe(false);
    server = await startWatchman({ state, environment, progress });
    expect((await openWatchmanApi(server.url).lists(signal)).lists).toEqual({ us_ofac: 40 });
  }, 60_000);

  it("one left over from a start that was killed is ended before the next", async () => {
    const leftOver = server;
    server = await startWatchman({ state, environment, progress });
    expect(isAlive(leftOver.pid)).toBe(false);
    expect((await openWatchmanApi(server.url).lists(signal)).lists).toEqual({ us_ofac: 40 });
  }, 60_000);
});
