/** What is known of the mesh that runs on a state folder: who started it, and where everything is. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { holderOf, tryLock } from "#platform/embedded/process-lock.mjs";
import type { StateFolder } from "#platform/embedded/state-folder.ts";

const program = z.object({ name: z.string(), vendor: z.string(), address: z.string(), pid: z.number().optional() });

const running = z.object({
  pid: z.number(),
  edgeUrl: z.string(),
  services: z.array(program),
  /** Vendors that run behind services, named by capability. */
  vendors: z.array(program),
  /** Token file of each tenant. */
  tokens: z.record(z.string(), z.string()),
});

/** A mesh as other programs find it. */
export type RunningMesh = z.infer<typeof running>;

/** The mesh that runs on the state folder; undefined when none does, or it is not ready yet. */
export function findRunningMesh(state: StateFolder): RunningMesh | undefined {
  const file = fileOf(state);
  const holder = holderOf(lockOf(state));
  if (holder === undefined || !existsSync(file)) {
    return undefined;
  }
  const mesh = running.parse(JSON.parse(readFileSync(file, "utf8")));
  return mesh.pid === holder ? mesh : undefined;
}

/**
 * Takes the state folder for this process until the release that it gives; kill -9 releases it too.
 *
 * @throws Error that says which process has it
 */
export function claimState(state: StateFolder): () => void {
  const lock = tryLock(lockOf(state));
  if ("holder" in lock) {
    const url = findRunningMesh(state)?.edgeUrl ?? "not ready yet, or stopping";
    throw new Error(`a mesh runs on ${state.path} already (process ${lock.holder}): ${url}; stop it first`);
  }
  return () => {
    rmSync(fileOf(state), { force: true });
    lock.release();
  };
}

/** Writes down what this process runs. Readers see the old text or the new one, never half of one. */
export function writeRunningMesh(state: StateFolder, mesh: RunningMesh): void {
  const scratch = `${fileOf(state)}.new`;
  writeFileSync(scratch, `${JSON.stringify(mesh, null, 2)}\n`, { mode: 0o600 });
  renameSync(scratch, fileOf(state));
}

function fileOf(state: StateFolder): string {
  return join(state.run, "mesh.json");
}

function lockOf(state: StateFolder): string {
  return join(state.run, "mesh.lock");
}
