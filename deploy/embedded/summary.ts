/** What `npm start` prints when the mesh is ready: where everything is, and what to try. */
import type { Mesh } from "./mesh.ts";
import type { RunningMesh } from "./running.ts";
import { DEMO_TENANTS } from "./tenants.ts";

/** What the summary says of the start itself. */
export interface Started {
  /** Time from start to ready, in milliseconds. */
  readonly readyMs: number;
  /** Port asked for; 0: any. */
  readonly askedPort: number;
}

/** Customer of the second printed command; the tax identifier is a well-known valid example. */
const EXAMPLE_CUSTOMER = {
  naturalPerson: { givenName: "Ana", familyName: "Souza", birthDate: { year: 1990, month: 5, day: 17 } },
  taxIdentifiers: [{ type: "TYPE_BR_CPF", value: "529.982.247-25" }],
};
/** Pasted again, the command repeats the first answer. */
const EXAMPLE_KEY = "0192f0c1-7a00-7000-8000-000000000001";
/** Widths of the table's columns, in characters. */
const WIDTHS = [16, 9, 22];

/** The text, without a line end. */
export function summary(mesh: Mesh, running: RunningMesh, { readyMs, askedPort }: Started): string {
  const url = running.edgeUrl;
  const isElsewhere = askedPort !== 0 && !url.endsWith(`:${askedPort}`);
  return [
    "",
    `Malla is ready (${(readyMs / 1000).toFixed(1)} s)`,
    "",
    ...(isElsewhere ? [`  Port ${askedPort} is busy, so the edge took another one.`] : []),
    row("edge", "", url, "  REST, gRPC, gRPC-Web, Connect"),
    row("docs", "", `${url}/docs`),
    row("openapi", "", `${url}/openapi.json`),
    ...running.services.map(({ name, vendor, address, pid }) => row(name, vendor, address, `pid ${pid ?? "-"}`)),
    row("PostgreSQL", "18", `127.0.0.1:${mesh.postgres.port}`, `pid ${mesh.postgres.pid}`),
    row("nats-server", mesh.nats.version, `127.0.0.1:${mesh.nats.port}`, `pid ${mesh.nats.pid}`),
    "",
    "  Demo tenants, each with a bearer token (npm run token -- <tenant> makes others):",
    ...DEMO_TENANTS.map(({ id, regionCode, currencyCode }) =>
      row(id, `${regionCode} ${currencyCode}`, running.tokens[id] ?? ""),
    ),
    "",
    "  Try:",
    ...commands(url, running.tokens["banco-ipe"] ?? "").map((command) => `  ${command}`),
    "",
    "  npm run demo tells the whole story. Ctrl-C stops everything.",
  ].join("\n");
}

/** Commands that work when pasted into any terminal of this user, in any folder. */
function commands(url: string, tokenFile: string): string[] {
  const authorization = `-H "Authorization: Bearer $(cat '${tokenFile}')"`;
  const body = `-H 'Idempotency-Key: ${EXAMPLE_KEY}' -H 'Content-Type: application/json' -d '${JSON.stringify(EXAMPLE_CUSTOMER)}'`;
  return [
    `curl -s '${url}/v1/products' ${authorization}`,
    `curl -s '${url}/v1/customers' ${authorization} ${body}`,
    `curl -s '${url}/v1/ledger/trialBalance' ${authorization}`,
  ];
}

function row(...cells: readonly string[]): string {
  return `  ${cells.map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0)).join(" ")}`.trimEnd();
}
