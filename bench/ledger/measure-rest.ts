/** Transfers through the edge: REST in, committed, answered; beside a bare node:http server. */
import { openTokenIssuer } from "#platform/embedded/token-issuer.ts";
import { SERVICES } from "../../deploy/embedded/services.ts";
import type { Http1Target } from "./drive-http1.ts";
import { brief, median, type Table, whole } from "./figures.ts";
import { cores } from "./fill.ts";
import { type BenchLedger, type Ground, TENANT } from "./ground.ts";
import type { MeasuredLoad } from "./jobs.ts";
import type { Baseline } from "./measure-tpcb.ts";
import type { BenchOptions } from "./options.ts";

const CALLERS = 64;
/** Life of the generator's token: longer than any run. */
const TOKEN_SECONDS = 86_400;
/** A port that nobody listens on, for services that take no part. */
const NOWHERE = "127.0.0.1:1";

/** A pair of measurements. */
interface Pair {
  readonly edge: MeasuredLoad;
  readonly echo: MeasuredLoad;
  readonly tpcb: number | undefined;
}

/** Measures it. */
export async function measureRest(
  ground: Ground,
  ledger: BenchLedger,
  baseline: Baseline | undefined,
  options: BenchOptions,
): Promise<Table> {
  const { gateway, headers, listen } = await startEdge(ground, ledger);
  const echo = await ground.startProgram("echo", "bench/ledger/http1-echo.ts", {});
  const targets = {
    edge: target(listen, "/v1/ledger/transfers:batchCreate", headers),
    echo: target(await echo.ready, "/", headers),
  };
  const run = (answers: "edge" | "echo", watchedGateway: number) =>
    ground.load.run({
      kind: "http1",
      target: targets[answers],
      callers: CALLERS,
      answers,
      warmupSeconds: options.warmupSeconds,
      until: { kind: "seconds", seconds: options.seconds },
      accountIds: ledger.accountIds,
      watched: { ledger: ledger.process.pid, postgres: ground.postgres.pid, gateway: watchedGateway },
    });
  const pairs: Pair[] = [];
  for (let pair = 1; pair <= options.pairs; pair++) {
    const tpcb = await baseline?.again();
    const result = { echo: await run("echo", echo.pid), edge: await run("edge", gateway.pid), tpcb };
    pairs.push(result);
    ground.progress(
      `pair ${pair} of ${options.pairs}: REST ${whole(rate(result.edge))}/s, echo ${whole(rate(result.echo))}/s`,
    );
  }
  await Promise.all([gateway.stop(), echo.stop()]);
  return table(pairs);
}

async function startEdge(ground: Ground, ledger: BenchLedger) {
  const issuer = await openTokenIssuer(ground.state);
  const claims = { tenant: TENANT, subject: "bench", scopes: ["ledger.write"], ttlSeconds: TOKEN_SECONDS };
  const addresses = SERVICES.map(({ name }) => [
    `MALLA_${name.toUpperCase()}_ADDRESS`,
    name === "ledger" ? ledger.wire.address : NOWHERE,
  ]);
  const gateway = await ground.startProgram("gateway", "gateway/main.ts", {
    ...Object.fromEntries(addresses),
    MALLA_LISTEN: "127.0.0.1:0",
    MALLA_JWKS_FILE: issuer.jwksFile,
    MALLA_TOKEN_ISSUER: issuer.issuer,
    MALLA_TOKEN_AUDIENCE: issuer.audience,
  });
  const listen = await gateway.ready;
  return { gateway, listen, headers: { authorization: `Bearer ${await issuer.issue(claims)}` } };
}

function target(listen: string, path: string, headers: Readonly<Record<string, string>>): Http1Target {
  const [host = "", port = ""] = listen.split(":");
  return { host, port: Number(port), path, headers };
}

function table(pairs: readonly Pair[]): Table {
  const of = (value: (pair: Pair) => number) => median(pairs.map(value));
  const row = (name: string, kind: "edge" | "echo", ratio: string, toEcho: string) => [
    name,
    whole(of((pair) => rate(pair[kind]))),
    ratio,
    toEcho,
    brief(of((pair) => pair[kind].p50Ms)),
    brief(of((pair) => pair[kind].p99Ms)),
    brief(of((pair) => cores(pair[kind]).gateway)),
    brief(of((pair) => cores(pair[kind]).ledger)),
    brief(of((pair) => cores(pair[kind]).postgres)),
    brief(of((pair) => cores(pair[kind]).client)),
    whole(pairs.reduce((sum, pair) => sum + Object.values(pair[kind].refusals).reduce((a, b) => a + b, 0), 0)),
  ];
  const ratio = of(({ edge, tpcb }) => (tpcb === undefined ? Number.NaN : rate(edge) / tpcb));
  return {
    title: "REST to commit",
    meaning: [
      `POST /v1/ledger/transfers:batchCreate with one transfer and a bearer token, ${CALLERS} callers over HTTP/1.1, through the gateway`,
      `process to the ledger and to disk; medians of ${pairs.length} pairs. The echo is a bare node:http server that answers with what it was sent.`,
    ],
    columns: [
      "what",
      "requests/s",
      "x TPC-B",
      "of the echo",
      "p50 ms",
      "p99 ms",
      "cores: gateway or echo",
      "ledger",
      "PostgreSQL",
      "client",
      "not booked",
    ],
    rows: [
      row("REST transfer", "edge", brief(ratio), `${brief(of(({ edge, echo }) => (rate(edge) / rate(echo)) * 100))} %`),
      row("bare node:http echo", "echo", "", ""),
    ],
  };
}

function rate({ transfers, seconds }: MeasuredLoad): number {
  return transfers / seconds;
}
