/** The questions that the bench of the edge asks. */
import { connect as connectHttp1 } from "node:net";
import { familySeconds } from "../ledger/cpu.ts";
import { brief, median, share, type Table, whole } from "../ledger/figures.ts";
import { type Ground, residentBytes } from "./ground.ts";
import type { Load, Shape } from "./load.ts";
import { type Row, rowsOf, type Servers } from "./rows.ts";

/** How long and how often. */
export interface BenchOptions {
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly rounds: number;
}

type RowName = keyof ReturnType<typeof rowsOf>;

/** A load with the CPU time of the server that was asked. */
interface Measured extends Load {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

/** What one row came to. */
export interface Saturation {
  readonly row: Row;
  readonly rounds: readonly Measured[];
}

export type Saturations = ReadonlyMap<RowName, Saturation>;

/** Requests a second that are answered when as many are under way as is worth it; rounds interleaved. */
export async function measureSaturation(ground: Ground, servers: Servers, options: BenchOptions): Promise<Saturations> {
  const rows = rowsOf(ground, servers);
  const names = Object.keys(rows) as RowName[];
  const found = new Map<RowName, Measured[]>(names.map((name) => [name, []]));
  for (let round = 1; round <= options.rounds; round++) {
    for (const name of names) {
      const row = rows[name];
      const measured = await run(ground, row, { kind: "closed", underWay: row.underWay }, options);
      found.get(name)?.push(measured);
      ground.progress(`round ${round} of ${options.rounds}: ${row.name}: ${whole(measured.perSecond)}/s`);
    }
  }
  return new Map(names.map((name) => [name, { row: rows[name], rounds: found.get(name) ?? [] }]));
}

function roundsOf(all: Saturations, name: RowName): readonly Measured[] {
  return all.get(name)?.rounds ?? [];
}

export async function run(
  ground: Ground,
  row: Row,
  shape: Shape,
  { warmupSeconds, seconds }: BenchOptions,
): Promise<Measured> {
  const before = familySeconds(row.pid);
  const load = await ground.load({ target: row.target, shape, warmupSeconds, seconds });
  const cpuSeconds = familySeconds(row.pid) - before;
  const perSecond = load.ok / load.seconds;
  // The warming up used CPU time too, at the same rate.
  const answered = ((load.ok + load.refused + load.failed) / load.seconds) * (load.seconds + warmupSeconds);
  return { ...load, perSecond, cpuMicros: (cpuSeconds / Math.max(1, answered)) * 1e6 };
}

/** The table of it, with the ratios that are aimed at; each of a round, of which the median is shown. */
export function saturationTable(all: Saturations): Table {
  const ratio = (name: RowName, to: RowName) =>
    median(
      roundsOf(all, name).map((each, round) => each.perSecond / (roundsOf(all, to)[round]?.perSecond ?? Number.NaN)),
    );
  const beside: Partial<Record<RowName, RowName>> = {
    restPost: "floor",
    restGet: "floor",
    edgeGrpcJs: "directGrpcJs",
    edgeThin: "directThin",
    directThin: "nodeHttp2",
  };
  return {
    title: "At saturation",
    meaning: ["64 requests under way, the generator and the echo upstream on the same machine; medians of the rounds."],
    columns: ["", "requests/s", "beside", "ratio", "p50 / p99 ms", "CPU us a request, of the server asked", "failed"],
    rows: [...all].map(([name, { row, rounds }]) => {
      const to = beside[name];
      const of = (value: (measured: Measured) => number) => median(rounds.map(value));
      return [
        row.name,
        whole(of(({ perSecond }) => perSecond)),
        to === undefined ? "" : (all.get(to)?.row.name ?? ""),
        to === undefined ? "" : share(ratio(name, to), 1),
        `${brief(of(({ p50Ms }) => p50Ms))} / ${brief(of(({ p99Ms }) => p99Ms))}`,
        brief(of(({ cpuMicros }) => cpuMicros)),
        whole(rounds.reduce((sum, { failed }) => sum + failed, 0)),
      ];
    }),
  };
}

/** Latency when half of what saturates comes, and what the edge adds to a call of the upstream at the same rate. */
export async function measureHalfLoad(
  ground: Ground,
  servers: Servers,
  all: Saturations,
  options: BenchOptions,
): Promise<Table> {
  const rows = rowsOf(ground, servers);
  const rateOf = (name: RowName) => median(roundsOf(all, name).map(({ perSecond }) => perSecond)) / 2;
  const perSecond = Math.floor(Math.min(rateOf("restPost"), rateOf("edgeGrpcJs")));
  const names: RowName[] = ["floor", "restPost", "restGet", "directThin", "edgeThin", "directGrpcJs", "edgeGrpcJs"];
  const found = new Map<RowName, Measured[]>(names.map((name) => [name, []]));
  for (let round = 1; round <= options.rounds; round++) {
    for (const name of names) {
      found.get(name)?.push(await run(ground, rows[name], { kind: "open", perSecond }, options));
    }
    ground.progress(`half load, round ${round} of ${options.rounds}`);
  }
  const p50 = (name: RowName) => median((found.get(name) ?? []).map(({ p50Ms }) => p50Ms));
  const p99 = (name: RowName) => median((found.get(name) ?? []).map(({ p99Ms }) => p99Ms));
  const direct: Partial<Record<RowName, RowName>> = {
    restPost: "directThin",
    restGet: "directThin",
    edgeThin: "directThin",
    edgeGrpcJs: "directGrpcJs",
  };
  return {
    title: "At half of it",
    meaning: [
      `${whole(perSecond)} requests begun a second, whatever comes back; "added" is to a call of the upstream without the edge.`,
    ],
    columns: ["", "p50 ms", "p99 ms", "added p50 ms"],
    rows: names.map((name) => {
      const to = direct[name];
      return [rows[name].name, brief(p50(name)), brief(p99(name)), to === undefined ? "" : brief(p50(name) - p50(to))];
    }),
  };
}

/** What is still answered when twice as much comes as can be. */
export async function measureOverload(ground: Ground, servers: Servers, options: BenchOptions): Promise<Table> {
  const rows = rowsOf(ground, servers);
  const cases: { readonly name: RowName; readonly connections: number }[] = [
    { name: "restPost", connections: 256 },
    { name: "restPost", connections: 2_000 },
    { name: "edgeThin", connections: 16 },
  ];
  const table: string[][] = [];
  for (const { name, connections } of cases) {
    const row = { ...rows[name], target: { ...rows[name].target, connections } };
    const peak = await run(ground, rows[name], { kind: "closed", underWay: row.underWay }, options);
    const load = await run(ground, row, { kind: "open", perSecond: Math.floor(peak.perSecond * 2) }, options);
    ground.progress(`overload: ${row.name}, ${connections} connections: ${whole(load.perSecond)}/s`);
    table.push([
      row.name,
      whole(connections),
      whole(peak.perSecond),
      whole(load.perSecond),
      share(load.perSecond, peak.perSecond),
      whole(load.refused / load.seconds),
      whole(load.failed),
      brief(load.p99Ms),
    ]);
  }
  return {
    title: "At twice of it",
    meaning: [
      "Twice the peak is begun each second. What no connection is free for waits at the caller, as it does behind any bounded pool;",
      "refused is answered 429 with Retry-After.",
    ],
    columns: [
      "",
      "connections",
      "peak/s",
      "answered/s",
      "of the peak",
      "refused/s",
      "failed",
      "p99 ms, waiting included",
    ],
    rows: table,
  };
}

/** Memory of 1,000 streams that stay open. */
export async function measureStreams(ground: Ground, servers: Servers): Promise<Table> {
  const { edge } = servers;
  const streams = 1_000;
  const before = residentBytes(edge.pid);
  const sockets = await Promise.all(
    Array.from({ length: streams }, async () => {
      const socket = connectHttp1({ host: edge.host, port: edge.port });
      socket.write("GET /v1/shelves/7:stream HTTP/1.1\r\nhost: a\r\naccept: text/event-stream\r\n\r\n");
      await new Promise((resolve) => socket.once("data", resolve));
      return socket;
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const during = residentBytes(edge.pid);
  for (const socket of sockets) {
    socket.destroy();
  }
  ground.progress(`${streams} streams`);
  return {
    title: "1,000 server-sent event streams open, a message a second on each",
    meaning: ["Resident memory of the edge, with what its garbage collector has not taken back yet."],
    columns: ["resident before", "with the streams", "a stream"],
    rows: [[mebibytes(before), mebibytes(during), `${brief((during - before) / streams / 1024)} KiB`]],
  };
}

function mebibytes(bytes: number): string {
  return `${brief(bytes / 1_048_576)} MiB`;
}
