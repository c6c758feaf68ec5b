/** A process of the ledger: the real shard and its memory on a simulated store, from its start to its end. */
import { happens } from "../../domain/testing/draw.ts";
import { openExpiries } from "../../engine/expiries.ts";
import type { Job } from "../../engine/job.ts";
import { nativeLedger } from "../../engine/native-ledger.ts";
import { openResident } from "../../engine/resident.ts";
import { openShard, type Shard } from "../../engine/shard.ts";
import type { Ledger } from "../../store/ledger.ts";
import type { Loader } from "../../store/load.ts";
import { connect } from "./connection.ts";
import { SimulatedFault } from "./simulated-fault.ts";
import { readsOf } from "./simulated-loader.ts";
import { FENCED, type SimulatedPostgres } from "./simulated-postgres.ts";
import type { Attempt, Witness } from "./witness.ts";
import type { World } from "./world.ts";

export interface LedgerProcess {
  readonly ledger: Ledger;
  /** Has the next job that is submitted known as this attempt's. */
  attribute(attempt: Attempt): void;
  isRunning(): boolean;
  /** Looks for what is due. */
  expire(): void;
  /** Hears how far the balances in the database are. */
  noteCheckpoint(number: number): void;
  loseConnection(): void;
  /** Ends it at once: nothing of it does or hears anything any more. */
  kill(): void;
}

export interface ProcessDeps {
  readonly world: World;
  readonly postgres: SimulatedPostgres;
  readonly witness: Witness;
  /** How little it remembers. */
  readonly maxAccounts: number;
  readonly rotation: number;
  /** Hears that it has come to an end, and why. */
  readonly onEnd: (error: unknown) => void;
}

/** How often a read of the store fails, in a hundred. */
const READ_FAILURES = 2;

/** Becomes the writer; undefined where it comes to an end before it is one. */
export async function startProcess(deps: ProcessDeps): Promise<LedgerProcess> {
  const { world, postgres, witness, onEnd } = deps;
  let isDead = false;
  let running: Shard | undefined;
  const end = (error: unknown) => {
    if (!isDead) {
      isDead = true;
      // What a process that was replaced reads no longer fits what it remembers: whatever it makes of that, it cannot commit.
      if (writer.epoch === postgres.epoch() && !isExpected(error)) world.fault(error);
      running?.fail(error);
      onEnd(error);
    }
  };
  const connection = connect(world, postgres, end);
  const writer = { ...postgres.takeOver(), commit: connection.commit };
  const booked = witness.follow(writer.epoch, writer.end.number);
  let checkpoint = postgres.advance(postgres.log.length);
  const resident = openResident(
    delayedLoader(deps, () => isDead),
    deps.maxAccounts,
    deps.rotation,
  );
  const shard = openShard({
    writer,
    resident,
    now: () => world.nowMs,
    defer: (work) =>
      world.later(() => {
        if (!isDead) work();
      }),
    checkpoint: () => checkpoint,
    onCommit: () => {},
    explain: (error) => error,
    onBroken: end,
  });
  running = shard;
  let next: Attempt | undefined;
  /** Between whoever asks and the shard, the witness sees what is decided. */
  const submit = (job: Job) => {
    const attempt = next;
    next = undefined;
    shard.submit({
      ...job,
      decide(books, nowNs) {
        const before = books.added.length;
        const reply = job.decide(books, nowNs);
        booked.decided(job.tenant, nowNs, books.added.length - before, attempt);
        return reply;
      },
    });
  };
  const expiries = openExpiries({ shard: { submit }, resident });
  const loaded = resident.loadTimeouts();
  loaded.catch(end);
  await loaded.catch(() => {});
  return {
    ledger: nativeLedger(
      { submit, status: () => undefined, settled: async () => {}, close: async () => {} },
      NO_DATABASE,
    ),
    attribute(attempt) {
      next = attempt;
    },
    isRunning: () => !isDead,
    expire() {
      if (!isDead) {
        expiries.submit(world.nowMs);
      }
    },
    noteCheckpoint(number) {
      checkpoint = number;
    },
    loseConnection: () => connection.lose(),
    kill() {
      if (!isDead) {
        connection.abandon();
        // Callers see their connections end.
        end(new SimulatedFault("the process was killed"));
      }
    },
  };
}

/** What the simulation itself does to a process, or PostgreSQL to one that was replaced; all else is a bug. */
function isExpected(error: unknown): boolean {
  return error instanceof SimulatedFault || (error instanceof Error && "code" in error && error.code === FENCED);
}

/** Reads take their time twice: until the store reads, and until the answer is there. Some fail. */
function delayedLoader({ world, postgres }: ProcessDeps, isDead: () => boolean): Loader {
  const reads = readsOf(postgres);
  const delay = <Result>(read: () => Result): Promise<Result> =>
    new Promise((resolve, reject) => {
      world.later(() => {
        const result = read();
        world.later(() => {
          if (isDead()) {
            return;
          }
          if (!world.isCalm && happens(world.draw, READ_FAILURES)) {
            reject(new SimulatedFault("the read failed"));
          } else {
            resolve(result);
          }
        });
      });
    });
  return {
    tenant: (tenant) => delay(() => reads.tenant(tenant)),
    accounts: (tenant, ids) => delay(() => reads.accounts(tenant, ids)),
    transfers: (tenant, ids) => delay(() => reads.transfers(tenant, ids)),
    timeouts: () => delay(() => reads.timeouts()),
  };
}

const unused = () => Promise.reject(new Error("the simulation has no other database"));
const NO_DATABASE = { tenant: unused, worker: unused, ping: unused, close: unused };
