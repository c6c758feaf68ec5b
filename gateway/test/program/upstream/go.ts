/** The same upstream in Go, where there is a Go to build it with: an edge must not know what language it fronts. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { CaseDescriptors } from "../descriptors.ts";
import type { Upstream } from "./server.ts";

const source = resolve(import.meta.dirname, "../upstream-go");

/** True where it can be built. */
export const hasGo = spawnSync("go", ["version"]).status === 0;

/** Builds it and starts it on any free port. */
export async function startGoUpstream({ path }: CaseDescriptors): Promise<Upstream> {
  const binary = join(mkdtempSync(join(tmpdir(), "upstream-")), "upstream");
  execFileSync("go", ["build", "-o", binary, "."], { cwd: source, stdio: ["ignore", "ignore", "inherit"] });
  const child = spawn(binary, ["-descriptors", path], { stdio: ["ignore", "pipe", "inherit"] });
  const [line]: string[] = await once(createInterface({ input: child.stdout }), "line");
  return { url: String(line).replace("listening on ", ""), close: () => void child.kill() };
}
