/** Brings what is derived from the log further along it: balances of accounts, history, and the events that were told. */
import { sql } from "drizzle-orm";
import type { Database } from "#platform/db/database.ts";

/** What is derived in the database itself, and by which of its functions. */
const FUNCTIONS = { checkpoint: sql`checkpoint_balances`, history: sql`project_history` } as const;

/** Something derived in the database. */
export type Derived = keyof typeof FUNCTIONS;

/** Goes on by at most `most` entries, and returns how far it is. */
export function advance(database: Database, derived: Derived, most: number): Promise<number> {
  return database.worker(async (transaction) => {
    const [row] = await transaction.execute<{ number: string }>(
      sql`select ${FUNCTIONS[derived]}(${most}::bigint) as number`,
    );
    return Number(row?.number ?? 0);
  });
}

/** How far the log and what is derived from it are. */
export interface Positions {
  readonly epoch: number;
  readonly booked: number;
  readonly checkpoint: number;
  readonly history: number;
  readonly events: number;
}

/** Reads how far everything is, as of one moment. */
export function readPositions(database: Database): Promise<Positions> {
  return database.worker(async (transaction) => {
    const [row] = await transaction.execute<Record<keyof Positions, string>>(sql`
      select epoch, last_number as booked,
        (select number from positions where name = 'checkpoint') as checkpoint,
        (select number from positions where name = 'history') as history,
        (select number from positions where name = 'events') as events
      from writer`);
    return {
      epoch: Number(row?.epoch ?? 0),
      booked: Number(row?.booked ?? 0),
      checkpoint: Number(row?.checkpoint ?? 0),
      history: Number(row?.history ?? 0),
      events: Number(row?.events ?? 0),
    };
  });
}
