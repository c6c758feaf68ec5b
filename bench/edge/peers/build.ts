/** Builds the peers: other transcoders in front of the same echo, in Go, where there is a Go to build them with. */
import { execFileSync, spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

/** A transcoder to compare with. */
export type PeerName = "grpc-gateway" | "vanguard";

const root = resolve(import.meta.dirname, "../../..");
const googleapis = "node_modules/google-gax/build/protos";
const config = JSON.stringify({
  version: "v2",
  modules: [
    { path: "bench/edge" },
    { path: googleapis, includes: [`${googleapis}/google/api`], excludes: [`${googleapis}/google/api/expr`] },
  ],
});

/** True where peers can be built. */
export const hasGo = spawnSync("go", ["version"]).status === 0;

/**
 * Builds a peer.
 *
 * @returns its command: `-upstream HOST:PORT -listen HOST:PORT` follow, and it says `listening on URL` when ready
 */
export function buildPeer(name: PeerName): readonly [file: string, ...args: string[]] {
  const folder = join(import.meta.dirname, name);
  const binary = join(folder, "peer");
  const descriptors = join(folder, "echo.binpb");
  if (name === "grpc-gateway") buf(["generate", ".", "--template", "bench/edge/peers/grpc-gateway/buf.gen.yaml"]);
  else buf(["build", ".", "-o", descriptors]);
  execFileSync("go", ["build", "-o", binary, "."], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  return name === "grpc-gateway" ? [binary] : [binary, "-descriptors", descriptors];
}

function buf(args: readonly string[]): void {
  const paths = ["--path", "bench/edge/echo.proto"];
  execFileSync(join(root, "node_modules/.bin/buf"), [...args, "--config", config, ...paths], { cwd: root });
}
