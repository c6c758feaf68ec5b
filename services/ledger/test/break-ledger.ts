/** Ways in which a ledger that runs as a process of its own is broken. */
import type postgres from "postgres";
import { until } from "#platform/embedded/server-process.ts";
import type { LedgerProcess } from "./ledger-process.ts";

/** Longest wait for a commit to be caught, in milliseconds. */
const DEADLINE_MS = 20_000;

/** Each breaks the ledger once, and leaves it running. `sql` is the superuser in its database. */
export const FAULTS: readonly ((ledger: LedgerProcess, sql: postgres.Sql) => Promise<void>)[] = [
  async function killProcess(ledger) {
    await ledger.kill();
    await ledger.start();
  },
  async function breakCommit(ledger, sql) {
    await inTheMiddleOfACommit(ledger, sql, async (writer) => {
      await sql`select pg_terminate_backend(${writer})`;
    });
  },
  async function breakAllConnections({ databaseName }, sql) {
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = ${databaseName} and pid <> pg_backend_pid()`;
  },
  async function killProcessDuringCommit(ledger, sql) {
    // PostgreSQL has the whole batch, and goes on with it when nobody is left to hear of it.
    await inTheMiddleOfACommit(ledger, sql, async () => {
      await ledger.kill();
      await ledger.start();
    });
  },
];

/** Does something while the writer's batch is under way and cannot end: whoever holds this row makes it wait. */
async function inTheMiddleOfACommit(
  { databaseName }: LedgerProcess,
  sql: postgres.Sql,
  work: (writer: number) => Promise<void>,
): Promise<void> {
  await sql.begin(async (holding) => {
    await holding`select * from writer for update`;
    let writer: number | undefined;
    await until(
      async () => {
        const [waiting] = await sql<{ pid: number }[]>`
          select pid from pg_stat_activity
          where application_name = 'ledger writer' and datname = ${databaseName} and wait_event_type = 'Lock'`;
        writer = waiting?.pid;
        return writer !== undefined;
      },
      DEADLINE_MS,
      () => "no commit waits",
    );
    await work(writer ?? 0);
  });
}
