/** One run: a seed draws what callers ask, what the machines do to them, and in which order everything happens. */
import assert from "node:assert/strict";
import { happens, pick, seededDraw } from "../../domain/testing/draw.ts";
import { type Callers, openCallers } from "./callers.ts";
import { assertAllIsWell, hasDue } from "./final-checks.ts";
import { type LedgerProcess, startProcess } from "./process.ts";
import { type SimulatedPostgres, simulatePostgres } from "./simulated-postgres.ts";
import { openWitness, type Witness } from "./witness.ts";
import { openWorld, type World } from "./world.ts";

/** What a run came to. */
export interface SeedReport {
  readonly events: number;
  readonly entries: number;
  readonly processes: number;
  readonly statuses: ReadonlyMap<string, number>;
}

/** Steps after which a run without faults must have come to rest. */
const MOST_CALM_STEPS = 50_000;
/** Looks for what is due, at the end. */
const MOST_LOOKS = 5;
/** Longer than the timeouts that are waited for, in milliseconds. */
const ALL_TIMEOUTS_MS = 10_000;

interface Run {
  readonly world: World;
  readonly postgres: SimulatedPostgres;
  readonly witness: Witness;
  readonly callers: Callers;
  /** Oldest first; all but the last were replaced. */
  readonly processes: LedgerProcess[];
  start(): void;
  started(): number;
}

/** @throws what must never be. */
export async function runSeed(seed: number): Promise<SeedReport> {
  const run = openRun(seed);
  const { world, postgres, callers } = run;
  run.start();
  const steps = 100 + world.draw(500);
  for (let step = 0; step < steps; step++) {
    if (world.waiting() === 0 || happens(world.draw, 20)) {
      act(run);
    }
    await world.step();
  }
  world.isCalm = true;
  await rest(run);
  for (let look = 0; hasDue(run.witness, world.nowMs + ALL_TIMEOUTS_MS); look++) {
    assert(look < MOST_LOOKS, "what is due expires");
    world.nowMs += ALL_TIMEOUTS_MS;
    run.processes.at(-1)?.expire();
    await rest(run);
  }
  // One more process, which knows only what is durable.
  run.processes.at(-1)?.kill();
  await rest(run);
  callers.askForBalances();
  await rest(run);
  assertAllIsWell(postgres, run.witness, callers.acknowledged);
  return { events: world.events, entries: postgres.log.length, processes: run.started(), statuses: callers.statuses };
}

function openRun(seed: number): Run {
  const draw = seededDraw(seed);
  const world = openWorld(draw);
  const postgres = simulatePostgres();
  const witness = openWitness(world, postgres);
  const processes: LedgerProcess[] = [];
  const maxAccounts = pick(draw, [1, 3, 6, 1_000]);
  const rotation = pick(draw, [1, 4, 20, 100_000]);
  let started = 0;
  let newest = 0;
  const start = (): void => {
    started++;
    const own = started;
    newest = own;
    const onEnd = () => {
      // Its successor may be there already.
      if (newest === own) {
        newest = 0;
        world.later(start);
      }
    };
    startProcess({ world, postgres, witness, maxAccounts, rotation, onEnd }).then(
      (process) => {
        if (newest === own) processes.push(process);
      },
      (error: unknown) => world.fault(error),
    );
  };
  const pickProcess = (): LedgerProcess | undefined => {
    const running = processes.filter((process) => process.isRunning());
    const isLost = !world.isCalm && happens(draw, 15);
    return isLost ? running[draw(running.length + 1)] : running.at(-1);
  };
  return {
    world,
    postgres,
    witness,
    callers: openCallers(world, pickProcess),
    processes,
    started: () => started,
    start,
  };
}

/** Someone does something, or something breaks. */
function act({ world, postgres, callers, processes, start }: Run): void {
  const { draw } = world;
  const process = processes.at(-1);
  const kind = draw(100);
  if (kind < 55) {
    callers.ask();
  } else if (kind < 68) {
    process?.expire();
  } else if (kind < 80) {
    const reached = postgres.advance(happens(draw, 50) ? 1 + draw(20) : 1_000);
    world.later(() => process?.noteCheckpoint(reached));
  } else if (kind < 88) {
    world.nowMs += draw(2_500);
  } else if (kind < 91) {
    world.nowMs -= draw(4_000);
  } else if (kind < 94) {
    processes[draw(processes.length + 1)]?.loseConnection();
  } else if (kind < 97) {
    processes[draw(processes.length + 1)]?.kill();
  } else if (process !== undefined) {
    // A second one takes over while the first still sends.
    start();
  }
}

/** Goes on without faults until everyone was answered and nothing more happens. */
async function rest({ world, callers }: Run): Promise<void> {
  for (let step = 0; world.waiting() > 0 || callers.unanswered() > 0; step++) {
    assert(step < MOST_CALM_STEPS, "everything comes to rest");
    await world.step();
  }
}
