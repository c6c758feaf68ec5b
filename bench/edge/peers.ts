/** The same REST call through transcoders in Go, where Go is installed; they are built from bench/edge/peers/. */
import { spawn } from "node:child_process";
import { brief, median, share, type Table, whole } from "../ledger/figures.ts";
import type { Ground, Served } from "./ground.ts";
import { type BenchOptions, run } from "./measure.ts";
import { buildPeer, hasGo, type PeerName } from "./peers/build.ts";
import { rowsOf, type Servers } from "./rows.ts";

const NAMES: readonly PeerName[] = ["grpc-gateway", "vanguard"];

/** Measures those that can be built. */
export async function measurePeers(ground: Ground, servers: Servers, options: BenchOptions): Promise<Table> {
  const peers: { name: string; served: Served }[] = [];
  for (const name of NAMES) {
    const served = await startPeer(name, servers.upstream, ground);
    if (served !== undefined) {
      peers.push({ name, served });
    }
  }
  const { restPost } = rowsOf(ground, servers);
  const asked = [{ name: "this edge", served: servers.edge }, ...peers];
  const found = new Map(asked.map(({ name }) => [name, [] as Awaited<ReturnType<typeof run>>[]]));
  for (let round = 1; round <= options.rounds; round++) {
    for (const { name, served } of asked) {
      const row = {
        ...restPost,
        pid: served.pid,
        target: { ...restPost.target, host: served.host, port: served.port },
      };
      found.get(name)?.push(await run(ground, row, { kind: "closed", underWay: row.underWay }, options));
    }
    ground.progress(`peers, round ${round} of ${options.rounds}`);
  }
  const rate = (name: string) => median((found.get(name) ?? []).map(({ perSecond }) => perSecond));
  return {
    title: "REST POST beside other transcoders",
    meaning: ["Each fronts the same upstream; the ones in Go may use every core, this edge one."],
    columns: ["", "requests/s", "of this edge", "CPU us a request", "failed"],
    rows: asked.map(({ name }) => [
      name,
      whole(rate(name)),
      share(rate(name), rate("this edge")),
      brief(median((found.get(name) ?? []).map(({ cpuMicros }) => cpuMicros))),
      whole((found.get(name) ?? []).reduce((sum, { failed }) => sum + failed, 0)),
    ]),
  };
}

async function startPeer(name: PeerName, upstream: Served, ground: Ground): Promise<Served | undefined> {
  if (!hasGo) {
    ground.progress(`${name} is left out: there is no Go to build it with`);
    return undefined;
  }
  const [file, ...first] = buildPeer(name);
  const args = [...first, "-upstream", `${upstream.host}:${upstream.port}`, "-listen", "127.0.0.1:0"];
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
  process.once("exit", () => child.kill("SIGKILL"));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (text: Buffer) => resolve(text.toString()));
    child.once("exit", (code) => reject(new Error(`${name} ended with ${code} before it listened`)));
  });
  const url = new URL(/http:\S+/.exec(line)?.[0] ?? "http://127.0.0.1:0");
  return { pid: child.pid ?? 0, host: url.hostname, port: Number(url.port), stop: () => void child.kill("SIGKILL") };
}
