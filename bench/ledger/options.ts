/** What the bench is asked for on the command line. */
import { parseArgs } from "node:util";
import type { WireKind } from "./wire.ts";

/** The parts of the bench, in the order they run. */
export const PARTS = ["tpcb", "unary", "stream", "batch", "load", "storage", "rest", "growth", "recovery"] as const;

/** A part of the bench. */
export type PartName = (typeof PARTS)[number];

/** What to measure, and for how long. */
export interface BenchOptions {
  readonly only: ReadonlySet<PartName>;
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly pairs: number;
  readonly accounts: number;
  readonly rows: number;
  readonly keepsHistory: boolean;
  readonly settleSeconds: number;
  readonly wireKind: WireKind;
}

/** How it is used. */
export const HELP = `npm run bench:ledger [-- options]
  Measures the ledger through its gRPC interface, beside pgbench's TPC-B, on one PostgreSQL in a scratch folder.
  --only LIST      parts, with commas between: ${PARTS.join(",")} (default all)
  --seconds N      length of each measurement (default 5)
  --warmup N       seconds before each that are not counted (default 1)
  --pairs N        pairs of TPC-B and a headline shape; figures are medians (default 5)
  --accounts N     accounts that transfers are spread over (default 100000)
  --rows N         transfers for growth and recovery (default 10000000)
  --settle N       longest wait, in seconds, for history and events to catch up after each measurement (default 120)
  --keep-history   accounts keep their balance after every transfer
  --client KIND    http2: gRPC on bare node:http2, which costs least (default); grpc-js: what services of the mesh use
`;

/**
 * Reads the arguments; undefined when only help is asked for.
 *
 * @throws Error in one sentence when they make no sense
 */
export function readOptions(args: string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string", default: PARTS.join(",") },
      seconds: { type: "string", default: "5" },
      warmup: { type: "string", default: "1" },
      pairs: { type: "string", default: "5" },
      accounts: { type: "string", default: "100000" },
      rows: { type: "string", default: "10000000" },
      "keep-history": { type: "boolean", default: false },
      settle: { type: "string", default: "120" },
      client: { type: "string", default: "http2" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    return undefined;
  }
  if (values.client !== "http2" && values.client !== "grpc-js") {
    throw new Error(`--client ${values.client}: expected http2 or grpc-js`);
  }
  return {
    only: new Set(values.only.split(",").map(partNamed)),
    seconds: number("seconds", values.seconds, 0.1),
    warmupSeconds: number("warmup", values.warmup, 0),
    pairs: number("pairs", values.pairs, 1),
    accounts: number("accounts", values.accounts, 2),
    rows: number("rows", values.rows, 1),
    keepsHistory: values["keep-history"],
    settleSeconds: number("settle", values.settle, 0),
    wireKind: values.client,
  };
}

function partNamed(name: string): PartName {
  const part = PARTS.find((known) => known === name);
  if (part === undefined) {
    throw new Error(`--only ${name}: expected some of ${PARTS.join(", ")}`);
  }
  return part;
}

function number(name: string, text: string, least: number): number {
  const value = Number(text.replaceAll("_", ""));
  if (!(value >= least)) {
    throw new Error(`--${name} ${text}: expected a number of at least ${least}`);
  }
  return value;
}
