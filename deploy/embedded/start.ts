/** `npm start`: a whole bank on this machine, until Ctrl-C. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openStateFolder } from "#platform/embedded/state-folder.ts";
import { type Mesh, startMesh } from "./mesh.ts";
import { findRunningMesh, forgetRunningMesh, type RunningMesh, writeRunningMesh } from "./running.ts";
import { seed } from "./seed.ts";
import { SERVICES } from "./services.ts";
import { DEMO_SCOPES, DEMO_TENANTS } from "./tenants.ts";

const HELP = `npm start [-- --port 8080] [--state .malla]
  Starts PostgreSQL, nats-server, every service and the edge, and keeps them running until Ctrl-C.
  --port   port of the edge on 127.0.0.1 (default 8080; another one when it is busy)
  --state  folder that keeps everything between starts (default .malla)
`;

/** Life of a demo token, in seconds. */
const TOKEN_SECONDS = 30 * 86_400;

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8080" },
    state: { type: "string", default: ".malla" },
    help: { type: "boolean" },
  },
});
const started = performance.now();
const say = (line: string) => process.stdout.write(`${line}\n`);
const progress = (line: string) => say(`  ${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s  ${line}`);

if (values.help === true) {
  process.stdout.write(HELP);
} else {
  await main().catch((error: unknown) => {
    process.stderr.write(`Malla did not start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}

async function main(): Promise<void> {
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port ${values.port} is wrong: expected a whole number from 0 to 65535`);
  }
  const state = openStateFolder(resolve(values.state));
  const other = findRunningMesh(state);
  if (other !== undefined) {
    throw new Error(`a mesh runs on ${state.path} already (process ${other.pid}): ${other.edgeUrl}`);
  }
  say("Starting Malla");
  const mesh = await startMesh({ state, edgePort: port, progress });
  const stop = stopOnSignal(mesh, () => forgetRunningMesh(state));
  try {
    const tokens = new Map(
      await Promise.all(
        DEMO_TENANTS.map(async ({ id }) => {
          const claims = { tenant: id, subject: `demo@${id}`, scopes: DEMO_SCOPES, ttlSeconds: TOKEN_SECONDS };
          return [id, await mesh.issuer.issue(claims)] as const;
        }),
      ),
    );
    const files = Object.fromEntries(
      [...tokens].map(([tenant, token]) => {
        const file = join(state.tokens, `${tenant}.jwt`);
        writeFileSync(file, token, { mode: 0o600 });
        return [tenant, file];
      }),
    );
    await seed(mesh, tokens);
    const running: RunningMesh = {
      pid: process.pid,
      edgeUrl: mesh.edgeUrl,
      services: SERVICES.map(({ name, vendor }) => ({
        name,
        vendor,
        address: mesh.services.get(name)?.address ?? "",
        pid: mesh.services.get(name)?.pid,
      })),
      tokens: files,
    };
    writeRunningMesh(state, running);
    say(summary(mesh, running, port));
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Stops in order at the first signal, at once at the second. */
function stopOnSignal(mesh: Mesh, forget: () => void): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= mesh.stop().then(forget);
    return stopping;
  };
  const onSignal = () => {
    if (stopping !== undefined) {
      say("Stopping at once");
      process.exit(130);
    }
    say("\nStopping: finishing calls under way (again to stop at once)");
    stop().then(
      () => {
        say("Stopped; everything is kept for the next start");
        process.exit(0);
      },
      (error: unknown) => {
        process.stderr.write(`did not stop cleanly: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  process.on("SIGHUP", onSignal);
  return stop;
}

function summary(mesh: Mesh, { services, tokens }: RunningMesh, askedPort: number): string {
  const url = mesh.edgeUrl;
  const row = (...cells: readonly string[]) =>
    `  ${cells.map((cell, index) => cell.padEnd([16, 9, 18][index] ?? 0)).join(" ")}`;
  const token = tokens["banco-ipe"] ?? "";
  const authorization = `-H "Authorization: Bearer $(cat '${token}')"`;
  const customer = {
    naturalPerson: { givenName: "Ana", familyName: "Souza", birthDate: { year: 1990, month: 5, day: 17 } },
    taxIdentifiers: [{ type: "TYPE_BR_CPF", value: "529.982.247-25" }],
  };
  return [
    "",
    `Malla is ready (${((performance.now() - started) / 1000).toFixed(1)} s)`,
    "",
    ...(url.endsWith(`:${askedPort}`) || askedPort === 0
      ? []
      : [`  Port ${askedPort} is busy, so the edge took another one.`]),
    row("edge", "", url, "REST, gRPC, gRPC-Web, Connect"),
    row("docs", "", `${url}/docs`),
    ...services.map(({ name, vendor, address, pid }) => row(name, vendor, address, `pid ${pid ?? "-"}`)),
    row("PostgreSQL", "18", `127.0.0.1:${mesh.postgres.port}`, `pid ${mesh.postgres.pid}`),
    row("nats-server", mesh.nats.version, `127.0.0.1:${mesh.nats.port}`, `pid ${mesh.nats.pid}`),
    "",
    "  Demo tenants, each with a bearer token (npm run token -- <tenant> makes others):",
    ...DEMO_TENANTS.map(({ id, regionCode, currencyCode }) =>
      row(id, `${regionCode} ${currencyCode}`, tokens[id] ?? ""),
    ),
    "",
    "  Try:",
    `  curl -s '${url}/v1/products' ${authorization}`,
    `  curl -s '${url}/v1/customers' ${authorization} -H 'Idempotency-Key: 0192f0c1-7a00-7000-8000-000000000001' -H 'Content-Type: application/json' -d '${JSON.stringify(customer)}'`,
    `  curl -s '${url}/v1/ledger/trialBalance' ${authorization}`,
    "",
    "  npm run demo tells the whole story. Ctrl-C stops everything.",
  ].join("\n");
}
