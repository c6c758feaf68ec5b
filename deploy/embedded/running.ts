/** What is known of the mesh that runs on a state folder: who started it, and where everything is. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { commandLineOf, isAlive } from "#platform/embedded/server-process.ts";
import type { StateFolder } from "#platform/embedded/state-folder.ts";

const running = z.object({
  pid: z.number(),
  edgeUrl: z.string(),
  services: z.array(
    z.object({ name: z.string(), vendor: z.string(), address: z.string(), pid: z.number().optional() }),
  ),
  /** Token file of each tenant. */
  tokens: z.record(z.string(), z.string()),
});

/** A mesh as other programs find it. */
export type RunningMesh = z.infer<typeof running>;

/** The mesh that runs on the state folder; undefined when none does. */
export function findRunningMesh(state: StateFolder): RunningMesh | undefined {
  const file = fileOf(state);
  if (!existsSync(file)) {
    return undefined;
  }
  const mesh = running.parse(JSON.parse(readFileSync(file, "utf8")));
  return isAlive(mesh.pid) && commandLineOf(mesh.pid).includes("start.ts") ? mesh : undefined;
}

/** Writes down that this process runs the mesh. */
export function writeRunningMesh(state: StateFolder, mesh: RunningMesh): void {
  writeFileSync(fileOf(state), `${JSON.stringify(mesh, null, 2)}\n`, { mode: 0o600 });
}

/** Forgets it. */
export function forgetRunningMesh(state: StateFolder): void {
  rmSync(fileOf(state), { force: true });
}

function fileOf(state: StateFolder): string {
  return join(state.run, "mesh.json");
}
