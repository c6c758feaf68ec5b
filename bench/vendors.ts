/** `npm run bench:mesh`: what the way to vendors costs, beside a bare call of grpc-js in the same run, and what it keeps from callers. */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { brief, markdown, median, share, whole } from "./ledger/figures.ts";
import { type Ground, openGround, type Vendor } from "./vendors/ground.ts";
import type { Calls, Way } from "./vendors/jobs.ts";

const HELP = `npm run bench:mesh [-- options]
  Starts PostgreSQL, nats-server, the bindings service, vendors and processes that call them, and measures the mesh client.
    --seconds N   of each measurement (5)
    --rounds N    interleaved, of which the medians are shown (3)
    --switches N  of a binding, under load (100)
    --only LIST   of compare,saturate,switch,hang,retry (all)
    --help
`;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
    switches: { type: "string", default: "100" },
    only: { type: "string", default: "compare,saturate,switch,hang,retry" },
    help: { type: "boolean" },
  },
});
/** Callers at once where calls per second are taken, and of each process while bindings are switched. */
const CALLERS = 64;
const FOLLOWERS = 4;
/** Processes that see a switch. */
const PROCESSES = 3;
/** Calls per second of each tenant while one tenant's vendor hangs, and of the one whose vendor fails. */
const RATE = 100;
/** Longest that callers wait for the vendor that hangs, in milliseconds. */
const HANG_TIMEOUT_MS = 1_000;

if (values.help === true) {
  process.stdout.write(HELP);
} else {
  const ground = await openGround(progress);
  try {
    await measure(ground);
  } finally {
    await ground.stop();
  }
  process.exit();
}

interface Row {
  readonly what: string;
  readonly figure: string;
  readonly aim: string;
}

async function measure(ground: Ground): Promise<void> {
  const only = new Set(values.only.split(","));
  const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
  const alpha = await ground.startVendor("alpha", "answers");
  await ground.startVendor("beta", "answers");
  await ground.bind("bench", { primaryVendor: "alpha" });
  const rows: Row[] = [];
  if (only.has("compare")) {
    rows.push(...(await compare(ground, alpha, seconds, rounds)));
  }
  if (only.has("saturate")) {
    rows.push(...(await saturate(ground, alpha, seconds, rounds)));
  }
  if (only.has("switch")) {
    rows.push(...(await switchOver(ground, Number(values.switches))));
  }
  if (only.has("hang")) {
    rows.push(...(await hang(ground, seconds, rounds)));
  }
  if (only.has("retry")) {
    rows.push(...(await retry(ground, seconds)));
  }
  const { model } = cpus()[0] ?? { model: "unknown" };
  process.stdout.write(
    markdown({
      title: `${cpus().length} cores (${model.trim()}), Node ${process.versions.node}`,
      meaning: [`${seconds} s each, medians of ${rounds} rounds.`],
      columns: ["what", "figure", "aim"],
      rows: rows.map(({ what, figure, aim }) => [what, figure, aim]),
    }),
  );
}

async function compare(ground: Ground, { address }: Vendor, seconds: number, rounds: number): Promise<Row[]> {
  const caller = await ground.startCaller();
  const runs: { readonly bare: Calls; readonly mesh: Calls }[] = [];
  for (let round = 0; round < rounds; round++) {
    progress(`a bare call and one by the mesh in turn, round ${round + 1} of ${rounds}`);
    runs.push(await caller.do({ kind: "compare", seconds, address, vendor: "alpha" }, "compared"));
  }
  const of = (way: Way, key: "p50Ms" | "p99Ms") => median(runs.map((run) => run[way][key]));
  const added = (key: "p50Ms" | "p99Ms") => median(runs.map(({ mesh, bare }) => mesh[key] - bare[key]));
  return [
    { what: "bare grpc-js call, p50 / p99", figure: both(of("bare", "p50Ms"), of("bare", "p99Ms")), aim: "" },
    { what: "call by the mesh, p50 / p99", figure: both(of("mesh", "p50Ms"), of("mesh", "p99Ms")), aim: "" },
    {
      what: "added by the mesh, p50 / p99",
      figure: both(added("p50Ms"), added("p99Ms")),
      aim: `p50 < 0.15 ms: ${met(added("p50Ms") < 0.15)}`,
    },
  ];
}

async function saturate(ground: Ground, { address }: Vendor, seconds: number, rounds: number): Promise<Row[]> {
  const rates: Record<Way, number[]> = { bare: [], mesh: [] };
  const cpu: Record<Way, number[]> = { bare: [], mesh: [] };
  for (let round = 0; round < rounds; round++) {
    for (const way of ["bare", "mesh"] as const) {
      progress(`${CALLERS} callers, ${way}, round ${round + 1} of ${rounds}`);
      const caller = await ground.startCaller();
      const job = { kind: "saturate", way, callers: CALLERS, seconds, address, vendor: "alpha" } as const;
      const { calls, cpuUs } = await caller.do(job, "saturated");
      rates[way].push(calls.rate);
      cpu[way].push(cpuUs);
    }
  }
  const [bare, mesh] = [median(rates.bare), median(rates.mesh)];
  return [
    { what: `calls/s of one process, ${CALLERS} callers, bare grpc-js`, figure: whole(bare), aim: "" },
    {
      what: `calls/s of one process, ${CALLERS} callers, mesh`,
      figure: `${whole(mesh)} (${share(mesh, bare)})`,
      aim: "",
    },
    {
      what: "processor time of the calling process per call, bare / mesh",
      figure: `${whole(median(cpu.bare))} / ${whole(median(cpu.mesh))} us`,
      aim: "",
    },
  ];
}

async function switchOver(ground: Ground, switches: number): Promise<Row[]> {
  progress(`${switches} switches under load in ${PROCESSES} processes`);
  const tenant = "switching";
  await ground.bind(tenant, { primaryVendor: "alpha" });
  const callers = await Promise.all(Array.from({ length: PROCESSES }, () => ground.startCaller()));
  let seen: { readonly vendor: string; readonly count: number; readonly done: () => void } | undefined;
  let lastAt = 0;
  let left = 0;
  for (const caller of callers) {
    caller.onAnswer((answer) => {
      if (answer.kind === "seen" && answer.vendor === seen?.vendor) {
        lastAt = Math.max(lastAt, answer.at);
        left -= 1;
        if (left === 0) {
          seen.done();
        }
      }
    });
  }
  const everywhere = (vendor: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    left = PROCESSES;
    lastAt = 0;
    seen = { vendor, count: 0, done: resolve };
    return promise;
  };
  const first = everywhere("alpha");
  const followed = callers.map((caller) => caller.do({ kind: "follow", tenant, callers: FOLLOWERS }, "followed"));
  await first;
  const fromCall: number[] = [];
  const fromAnswer: number[] = [];
  for (let round = 0; round < switches; round++) {
    const vendor = round % 2 === 0 ? "beta" : "alpha";
    const live = everywhere(vendor);
    const asked = performance.timeOrigin + performance.now();
    await ground.bind(tenant, { primaryVendor: vendor });
    const answered = performance.timeOrigin + performance.now();
    await live;
    fromCall.push(lastAt - asked);
    fromAnswer.push(Math.max(0, lastAt - answered));
  }
  for (const caller of callers) {
    caller.tell({ kind: "stop" });
  }
  const results = await Promise.all(followed);
  const calls = results.reduce((sum, one) => sum + one.calls.calls, 0);
  const failures = results.reduce((sum, one) => sum + one.calls.failures, 0);
  const greatest = Math.max(...fromCall);
  return [
    {
      what: `SetBinding sent, to the last of ${PROCESSES} processes calling the new vendor, median / greatest of ${switches}`,
      figure: both(median(fromCall), greatest),
      aim: `< 1 s: ${met(greatest < 1_000)}`,
    },
    {
      what: "the same from its answer, median / greatest",
      figure: both(median(fromAnswer), Math.max(...fromAnswer)),
      aim: "",
    },
    {
      what: `failed calls over ${switches} switches`,
      figure: `${failures} of ${whole(calls)}`,
      aim: `0: ${met(failures === 0)}`,
    },
  ];
}

async function hang(ground: Ground, seconds: number, rounds: number): Promise<Row[]> {
  await ground.startVendor("mute", "hangs");
  await ground.bind("healthy", { primaryVendor: "alpha" });
  await ground.bind("hung", { primaryVendor: "mute" });
  const caller = await ground.startCaller();
  const healthy = { tenant: "healthy", rate: RATE, timeoutMs: 5_000 };
  const hung = { tenant: "hung", rate: RATE, timeoutMs: HANG_TIMEOUT_MS };
  const alone: Calls[] = [];
  const beside: Calls[] = [];
  let mute: Calls | undefined;
  // Once beforehand, so that no round pays for connections and compilation.
  await caller.do({ kind: "steady", seconds: 2, loads: [healthy, hung] }, "steadied");
  for (let round = 0; round < rounds; round++) {
    progress(`a vendor hangs beside a healthy one, round ${round + 1} of ${rounds}`);
    // The same number of calls in both, so that only the hanging differs.
    const [one, two] = (
      await caller.do({ kind: "steady", seconds, loads: [healthy, { ...healthy, tenant: "bench" }] }, "steadied")
    ).calls;
    const [good, bad] = (await caller.do({ kind: "steady", seconds, loads: [healthy, hung] }, "steadied")).calls;
    if (one !== undefined && two !== undefined && good !== undefined) {
      alone.push(one);
      beside.push(good);
      mute = bad;
    }
  }
  const [before, after] = [median(alone.map(({ p99Ms }) => p99Ms)), median(beside.map(({ p99Ms }) => p99Ms))];
  const failures = beside.reduce((sum, one) => sum + one.failures, 0);
  return [
    {
      what: `healthy vendor at ${RATE}/s, p99 beside a healthy one / beside one that hangs`,
      figure: `${both(before, after)} (${after >= before ? "+" : ""}${((after / before - 1) * 100).toFixed(0)} %)`,
      aim: `within 10 %: ${met(after <= before * 1.1)}`,
    },
    {
      what: "failed calls of the healthy vendor / of the one that hangs",
      figure: `${failures} / ${mute === undefined ? "-" : share(mute.failures, mute.calls)}`,
      aim: `0: ${met(failures === 0)}`,
    },
  ];
}

async function retry(ground: Ground, seconds: number): Promise<Row[]> {
  progress("a vendor fails half of the time");
  const weak = await ground.startVendor("weak", "fails-half");
  await ground.bind("weak", { primaryVendor: "weak" });
  const caller = await ground.startCaller();
  const load = { tenant: "weak", rate: RATE, timeoutMs: 5_000 };
  const [calls] = (await caller.do({ kind: "steady", seconds, loads: [load] }, "steadied")).calls;
  const { attempts, cards } = await weak.asked();
  const amplification = attempts / cards;
  return [
    {
      what: "attempts per call at a vendor that fails 50 %",
      figure: `${amplification.toFixed(2)} (${whole(attempts)} of ${whole(cards)} calls; ${calls === undefined ? "-" : share(calls.failures, calls.calls)} of the callers' calls failed)`,
      aim: `<= 1.2: ${met(amplification <= 1.2)}`,
    },
  ];
}

function both(one: number, other: number): string {
  return `${brief(one)} / ${brief(other)} ms`;
}

function met(is: boolean): string {
  return is ? "met" : "**missed**";
}

function progress(line: string): void {
  process.stderr.write(`  ${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
}
