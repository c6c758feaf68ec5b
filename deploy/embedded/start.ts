/** `npm start`: a whole bank on this machine, until Ctrl-C. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { openStateFolder } from "#platform/embedded/state-folder.ts";
import { bindVendors } from "./bind-vendors.ts";
import { type Mesh, startMesh } from "./mesh.ts";
import { type RunningMesh, writeRunningMesh } from "./running.ts";
import { seed } from "./seed.ts";
import { SERVICES } from "./services.ts";
import { hearStopSignals } from "./stop-signals.ts";
import { summary } from "./summary.ts";
import { writeDemoTokens } from "./tokens.ts";

const HELP = `npm start [-- --listen 127.0.0.1:8080] [--state .malla]
  Starts PostgreSQL, nats-server, every service and the edge, and keeps them running until Ctrl-C.
  --listen  where the edge listens (default 127.0.0.1:8080; another port when that one is busy or 0)
  --port    the port alone
  --state   folder that keeps everything between starts (default .malla)
`;

/** Exit code of a program that Ctrl-C ended, as shells have it. */
const EXIT_FORCED = 130;

const { values } = parseArgs({
  options: {
    listen: { type: "string", default: "127.0.0.1:8080" },
    port: { type: "string" },
    state: { type: "string", default: ".malla" },
    help: { type: "boolean" },
  },
});
const say = (line: string) => process.stdout.write(`${line}\n`);
const progress = (line: string) => say(`  ${(performance.now() / 1000).toFixed(1).padStart(5)} s  ${line}`);

if (values.help === true) {
  process.stdout.write(HELP);
} else {
  const path = resolve(values.state);
  process.exitCode = await main(path).catch((error: unknown) => {
    process.stderr.write(`Malla did not start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.stderr.write(`  Logs are in ${path}/logs\n`);
    return 1;
  });
  // Whatever a part may have left open must not hold up the end.
  process.exit();
}

/** Gives the exit code. */
async function main(path: string): Promise<number> {
  const { host, port } = readListen();
  const state = openStateFolder(path);
  const signals = hearStopSignals(say);
  const exitCode = () => (signals.force.aborted ? EXIT_FORCED : 0);
  say("Starting Malla");
  let publish = () => {};
  const mesh = await startMesh({
    state,
    edgeHost: host,
    edgePort: port,
    progress,
    signal: signals.stop,
    force: signals.force,
    onRestart: () => publish(),
  }).catch((error: unknown) => {
    if (signals.stop.aborted) {
      return undefined;
    }
    throw error;
  });
  if (mesh === undefined) {
    say("Stopped before it was ready");
    return exitCode();
  }
  try {
    const { tokens, files } = await writeDemoTokens(state, mesh.issuer);
    await seed(mesh, tokens);
    publish = () => writeRunningMesh(state, describe(mesh, files));
    publish();
    say(summary(mesh, describe(mesh, files), { readyMs: performance.now(), askedPort: port }));
    await Promise.race([vendorsReady(mesh, tokens, signals.stop), signals.asked]);
    publish();
    await Promise.race([slowVendorsReady(mesh), signals.asked]);
    publish();
    await signals.asked;
  } finally {
    publish = () => {};
    await mesh.stop();
  }
  say("Stopped; everything is kept for the next start");
  return exitCode();
}

/** Waits for the vendors, binds them to the demo tenants, and says which there are. */
async function vendorsReady(mesh: Mesh, tokens: ReadonlyMap<string, string>, signal: AbortSignal): Promise<void> {
  await mesh.vendors.settled;
  if (mesh.vendors.running.size === 0) {
    return;
  }
  try {
    await bindVendors(mesh, tokens, signal);
    progress(`vendors: ${[...mesh.vendors.running.keys()].sort().join(", ")}; try npm run demo -- vendors`);
  } catch (error) {
    if (signal.aborted) {
      return;
    }
    progress(`vendors are not bound: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Says which vendors came later than the others. */
async function slowVendorsReady({ vendors }: Mesh): Promise<void> {
  const before = new Set(vendors.running.keys());
  await vendors.allSettled;
  const late = [...vendors.running.keys()].filter((name) => !before.has(name));
  if (late.length > 0) {
    progress(`vendors: ${late.join(", ")} as well`);
  }
}

function describe(mesh: Mesh, tokens: Readonly<Record<string, string>>): RunningMesh {
  return {
    pid: process.pid,
    edgeUrl: mesh.edgeUrl,
    services: SERVICES.map(({ name, vendor }) => ({
      name,
      vendor,
      address: mesh.services.get(name)?.address ?? "",
      pid: mesh.services.get(name)?.pid,
    })),
    vendors: [...mesh.vendors.running].sort().map(([key, { address, pid }]) => {
      const [name = "", vendor = ""] = key.split("/");
      return { name, vendor, address, pid };
    }),
    tokens,
  };
}

function readListen(): { readonly host: string; readonly port: number } {
  const [, host = "", listenPort = ""] = /^([^:]+):(\d+)$/.exec(values.listen) ?? [];
  const port = Number(values.port ?? listenPort);
  if (host === "") {
    throw new Error(`--listen ${values.listen} is wrong: expected host:port, e.g. 127.0.0.1:8080`);
  }
  if (!/^\d+$/.test(values.port ?? listenPort) || port > 65_535) {
    throw new Error(`--port ${values.port ?? listenPort} is wrong: expected a whole number from 0 to 65535`);
  }
  return { host, port };
}
