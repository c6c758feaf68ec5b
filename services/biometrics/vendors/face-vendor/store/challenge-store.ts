/** Challenges, and the frames that answered them, within a tenant's transaction. */
import { sql } from "drizzle-orm";
import { arrayLiteral } from "#platform/db/array-literal.ts";
import type { Transaction } from "#platform/db/database.ts";
import { type Action, type Failure, isAction } from "../judge-frames.ts";

/** A challenge as it is stored. */
export interface StoredChallenge {
  readonly id: string;
  readonly actions: readonly Action[];
  readonly nonce: string;
  readonly openTime: Date;
  readonly expireTime: Date;
  readonly isAnswered: boolean;
  readonly state: "open" | "passed" | "failed" | "expired";
  readonly failure: Failure | undefined;
}

type Row = {
  id: string;
  actions: string;
  nonce: string;
  open_time: Date | string;
  expire_time: Date | string;
  answer_time: Date | string | null;
  state: StoredChallenge["state"];
  failure: Failure | null;
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Adds a challenge. */
export async function insertChallenge(transaction: Transaction, tenant: string, made: StoredChallenge): Promise<void> {
  await transaction.execute(sql`
    insert into challenges (tenant_id, id, actions, nonce, open_time, expire_time, state)
    values (${tenant}, ${made.id}, ${arrayLiteral(made.actions)}::text[], ${made.nonce},
      ${made.openTime.toISOString()}, ${made.expireTime.toISOString()}, ${made.state})`);
}

/** The challenge; undefined where there is none. */
export async function findChallenge(
  transaction: Transaction,
  id: string,
  lock = false,
): Promise<StoredChallenge | undefined> {
  if (!UUID.test(id)) {
    return undefined;
  }
  const [row] = await transaction.execute<Row>(sql`
    select id, array_to_string(actions, ',') as actions, nonce, open_time, expire_time, answer_time, state, failure from challenges
    where tenant_id = current_tenant() and id = ${id} ${lock ? sql`for update` : sql``}`);
  return row === undefined ? undefined : toChallenge(row);
}

/** Notes that somebody answers: from here on nobody else can. */
export async function takeAnswer(transaction: Transaction, id: string, at: Date): Promise<void> {
  await transaction.execute(sql`
    update challenges set answer_time = ${at.toISOString()} where tenant_id = current_tenant() and id = ${id}`);
}

/** Writes the verdict. */
export async function endChallenge(
  transaction: Transaction,
  { id, state, failure }: Pick<StoredChallenge, "id" | "state" | "failure">,
): Promise<void> {
  await transaction.execute(sql`
    update challenges set state = ${state}, failure = ${failure ?? null}
    where tenant_id = current_tenant() and id = ${id}`);
}

/** Keeps digests of frames; answers how many of them are new. */
export async function keepFrames(
  transaction: Transaction,
  tenant: string,
  challenge: string,
  digests: readonly Buffer[],
): Promise<number> {
  const kept = await transaction.execute(sql`
    insert into frames (tenant_id, digest, challenge_id)
    select ${tenant}, digest, ${challenge}::uuid from unnest(${arrayLiteral(digests)}::bytea[]) as digest
    on conflict do nothing returning digest`);
  return kept.length;
}

function toChallenge(row: Row): StoredChallenge {
  return {
    id: row.id,
    actions: row.actions.split(",").filter(isAction),
    nonce: row.nonce,
    openTime: new Date(row.open_time),
    expireTime: new Date(row.expire_time),
    isAnswered: row.answer_time !== null,
    state: row.state,
    failure: row.failure ?? undefined,
  };
}
