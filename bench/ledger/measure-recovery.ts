/** How soon the ledger answers again after kill -9 under load, and how soon a second process takes over. */
import { setTimeout as delay } from "node:timers/promises";
import { brief, median, type Table, whole } from "./figures.ts";
import { fastestServed, runShape } from "./fill.ts";
import type { BenchLedger, Ground } from "./ground.ts";
import { callOnce, openWire } from "./open-wire.ts";
import { createRequests } from "./requests.ts";
import type { Shape } from "./shapes.ts";
import { countMissing, readProof } from "./storage.ts";
import type { WireOptions } from "./wire.ts";

/** Load before each kill, so that there is something that no checkpoint has, in milliseconds. */
const LOAD_MS = 2_000;
/** A waiting process may say that it is ready, or keep silent until it writes; it is given this long to start. */
const STANDBY_MS = 10_000;
const TAKEOVERS = 3;
const PROBE_MS = 2;
/** Deadline of a probe, in seconds, and of all of them, in milliseconds. */
const PROBE_SECONDS = 5;
const GIVE_UP_MS = 600_000;

/** What was answered before a kill. */
interface Answered {
  readonly transfers: number;
  readonly lastIds: readonly string[];
}

/** Measures on a ledger that holds `filled` transfers. */
export async function measureRecovery(ground: Ground, ledger: BenchLedger, filled: number): Promise<Table> {
  const shape = await fastestServed(ground, ledger);
  const { transfers: before } = await readProof(ledger);
  const load = await killUnderLoad(ground, ledger, shape);
  const restarted = performance.now();
  const next = await ledger.startAnother();
  const ready = next.process.ready.then(() => performance.now() - restarted);
  const firstAnswerMs = (await firstAnswer(ledger, next.wire)) - restarted;
  ledger.adopt(next);
  const rows = [
    ["start after kill -9 to ready", `${brief((await ready) / 1000)} s`, ""],
    ["start after kill -9 to the first CreateTransfers answered", `${brief(firstAnswerMs / 1000)} s`, ""],
    ["after the start", ...(await proof(ledger, [load], Number(before) + 1))],
  ];
  ground.progress(`recovery: answers ${brief(firstAnswerMs / 1000)} s after the start`);
  const takeovers: number[] = [];
  const loads = [load];
  for (let round = 0; round < TAKEOVERS; round++) {
    const standby = await ledger.startAnother();
    await Promise.race([standby.process.ready, delay(STANDBY_MS)]);
    const killedAt = Promise.withResolvers<number>();
    const [killed, answeredAt] = await Promise.all([
      killUnderLoad(ground, ledger, shape, killedAt.resolve),
      firstAnswer(ledger, standby.wire, killedAt.promise),
    ]);
    loads.push(killed);
    takeovers.push(answeredAt - (await killedAt.promise));
    ledger.adopt(standby);
    ground.progress(`takeover ${round + 1} of ${TAKEOVERS}: ${brief(takeovers.at(-1))} ms`);
  }
  rows.push([
    "kill -9 to the first CreateTransfers answered by a waiting process",
    `${brief(median(takeovers))} ms`,
    `median of ${TAKEOVERS}; ${takeovers.map(brief).join(", ")}`,
  ]);
  // The first answer after each kill is a transfer too.
  rows.push(["after the takeovers", ...(await proof(ledger, loads, Number(before) + 1 + TAKEOVERS))]);
  return {
    title: "Recovery",
    meaning: [
      `The process is killed under load (${shape.name}), after ${whole(filled)} transfers or more, and started`,
      "again; then a second process waits on the same database while the first is killed. Missing: of the transfers that were",
      "answered last before each kill, those that cannot be looked up. Counted may exceed answered by what was cut on its way back.",
    ],
    columns: ["what", "figure", ""],
    rows,
  };
}

async function killUnderLoad(
  ground: Ground,
  ledger: BenchLedger,
  shape: Shape,
  killed: (atMs: number) => void = () => {},
): Promise<Answered> {
  const until = { kind: "failure" } as const;
  const load = runShape(ground, ledger, shape, { accounts: "uniform", warmupSeconds: 0, until });
  const kill = async () => {
    await delay(LOAD_MS);
    killed(performance.now());
    await ledger.process.kill();
  };
  const [{ transfersInAll, lastIds = [] }] = await Promise.all([load, kill()]);
  return { transfers: transfersInAll, lastIds };
}

/** When a transfer was first answered, asked for again and again from `from` on. */
async function firstAnswer(
  ledger: BenchLedger,
  options: WireOptions,
  from: Promise<unknown> = Promise.resolve(),
): Promise<number> {
  const next = createRequests({
    way: "unary",
    transfersPerRequest: 1,
    accountIds: ledger.accountIds,
    accounts: "uniform",
  });
  let wire = openWire("http2", options);
  try {
    await from;
    const startedAt = performance.now();
    for (;;) {
      try {
        await callOnce(wire, "CreateTransfers", next(0), PROBE_SECONDS);
        return performance.now();
      } catch (error) {
        if (performance.now() - startedAt > GIVE_UP_MS) {
          throw error;
        }
      }
      await delay(PROBE_MS);
      if (!wire.isOpen()) {
        wire = openWire("http2", options);
      }
    }
  } finally {
    wire.close();
  }
}

async function proof(ledger: BenchLedger, loads: readonly Answered[], others: number): Promise<[string, string]> {
  const { transfers, isBalanced } = await readProof(ledger);
  const answered = loads.reduce((sum, load) => sum + load.transfers, others);
  let missing = 0;
  let looked = 0;
  for (const { lastIds } of loads.filter((load) => load.lastIds.length > 0)) {
    looked += lastIds.length;
    missing += await countMissing(ledger, lastIds);
  }
  return [
    `${whole(missing)} of ${whole(looked)} missing, ${isBalanced ? "" : "not "}balanced`,
    `${whole(answered)} answered, ${whole(Number(transfers))} counted`,
  ];
}
