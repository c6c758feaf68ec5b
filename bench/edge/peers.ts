/** The same REST call through transcoders in Go, where Go is installed; they are built from bench/edge/peers/. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brief, median, share, type Table, whole } from "../ledger/figures.ts";
import type { Ground, Served } from "./ground.ts";
import { type BenchOptions, run } from "./measure.ts";
import { rowsOf, type Servers } from "./rows.ts";

const folder = fileURLToPath(new URL("./peers", import.meta.url));
const NAMES = ["grpc-gateway", "vanguard"];

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

async function startPeer(name: string, upstream: Served, ground: Ground): Promise<Served | undefined> {
  const source = join(folder, name);
  const program = join(mkdtempSync(join(tmpdir(), "malla-bench-peer-")), name);
  try {
    if (!existsSync(source)) {
      throw new Error("its sources are not here");
    }
    const build = join(source, "build.sh");
    execFileSync(existsSync(build) ? build : "go", existsSync(build) ? [program] : ["build", "-o", program, "."], {
      cwd: source,
      stdio: ["ignore", "ignore", "pipe"],
    });
  } catch (error) {
    ground.progress(`${name} is left out: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`);
    return undefined;
  }
  const port = await freePort();
  const args = ["-upstream", `${upstream.host}:${upstream.port}`, "-listen", `127.0.0.1:${port}`];
  const child = spawn(program, [...args, "-descriptors", ground.descriptors], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  const url = `http://127.0.0.1:${port}/v1/shelves/7/echoes/8`;
  for (const until = Date.now() + 10_000; Date.now() < until; ) {
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) {
      return { pid: child.pid ?? 0, host: "127.0.0.1", port, stop: () => void child.kill("SIGKILL") };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  ground.progress(`${name} is left out: it does not listen`);
  return undefined;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === "object" && bound !== null ? bound.port : 0));
    });
  });
}
