/** moov-io/watchman on the same list, a process of its own, asked over HTTP as its vendor asks it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openStateFolder } from "#platform/embedded/state-folder.ts";
import { startWatchman } from "../../services/kyc/vendors/watchman/program/start-watchman.ts";
import { openWatchmanApi } from "../../services/kyc/vendors/watchman/watchman-api.ts";
import type { Screener } from "./measure.ts";

const MALLA = fileURLToPath(new URL("../../.malla", import.meta.url));
/** An exact name with nothing else known scores 0.81; below this everybody is alike somebody. */
const LEAST_MATCH = 0.4;

/** Builds and starts watchman. @throws Error where Go is not at hand */
export async function openWatchmanScreener(
  lists: string,
  threshold: number,
  progress: (line: string) => void,
): Promise<Screener & { close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "malla-bench-"));
  const state = { ...openStateFolder(folder), bin: openStateFolder(MALLA).bin };
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const server = await startWatchman({ state, environment: process.env, progress, lists }).catch((error: unknown) => {
    remove();
    throw error;
  });
  const api = openWatchmanApi(server.url);
  return {
    name: "watchman",
    threshold,
    async screen(name, kind) {
      const type = kind === "person" ? "person" : "business";
      const query = { name, type, minMatch: LEAST_MATCH, limit: 50 } as const;
      const entities = await api.search(query, new AbortController().signal);
      return entities.map(({ sourceID, match }) => ({ id: sourceID, basisPoints: Math.round(match * 10_000) }));
    },
    async close() {
      await server.stop();
      remove();
    },
  };
}
