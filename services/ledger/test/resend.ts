/** Clients that do as the contract tells them: what was not answered is sent again, just as it was. */
import { Code, ConnectError } from "@connectrpc/connect";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { send, type transfer } from "./build.ts";
import type { LedgerClient } from "./client.ts";

/** Answers that ask to come again: the last of each reason. */
export type Refusals = Map<string, ConnectError>;

/** Answers that say nothing of what was done: to send again is safe, and all that helps. */
const COME_AGAIN = new Set([Code.Unavailable, Code.DeadlineExceeded, Code.ResourceExhausted]);
/** Longest that one request may go without an answer, in milliseconds: then it was lost for good. */
const GIVE_UP_MS = 60_000;

/** Clients of the processes that may write; who answered last is asked first. */
export interface Doors {
  readonly clients: readonly LedgerClient[];
  next: number;
}

/** Sends transfers, to one client after the other, until one answers. Any other failure than to come again is thrown. */
export async function sendUntilAnswered(
  doors: Doors,
  transfers: readonly ReturnType<typeof transfer>[],
  refusals: Refusals = new Map(),
): Promise<string[]> {
  const giveUpMs = Date.now() + GIVE_UP_MS;
  for (;;) {
    const asked = doors.next;
    const client = doors.clients[asked];
    if (client === undefined) {
      throw new Error("there is nobody to send to");
    }
    try {
      return await send(client, ...transfers);
    } catch (thrown) {
      const error = ConnectError.from(thrown);
      if (!COME_AGAIN.has(error.code) || Date.now() > giveUpMs) {
        throw thrown;
      }
      refusals.set(errorInfoOf(error)?.reason ?? "NO_REASON", error);
      doors.next = (asked + 1) % doors.clients.length;
    }
  }
}

/** Asks again until there is an answer. Any other failure than to come again is thrown. */
export async function untilAnswered<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const giveUpMs = Date.now() + GIVE_UP_MS;
  for (;;) {
    try {
      return await ask();
    } catch (thrown) {
      if (!COME_AGAIN.has(ConnectError.from(thrown).code) || Date.now() > giveUpMs) {
        throw thrown;
      }
    }
  }
}

/** Clients that send one new transfer after the other until told to stop; `next` makes them. */
export function startLoad(
  clients: readonly LedgerClient[],
  count: number,
  next: () => ReturnType<typeof transfer>,
  refusals: Refusals = new Map(),
): { stop(): Promise<LoadOutcome>; answered(): number } {
  const statuses: string[] = [];
  const doors: Doors = { clients, next: 0 };
  let isOver = false;
  const running = Promise.all(
    Array.from({ length: count }, async () => {
      while (!isOver) {
        statuses.push(...(await sendUntilAnswered(doors, [next()], refusals)));
      }
    }),
  );
  let failure: { readonly error: unknown } | undefined;
  running.catch((error: unknown) => {
    failure = { error };
  });
  return {
    answered() {
      if (failure !== undefined) {
        throw failure.error;
      }
      return statuses.length;
    },
    async stop() {
      isOver = true;
      await running;
      return { statuses, refusals };
    },
  };
}

/** What the clients of a load heard. */
export interface LoadOutcome {
  /** Of every transfer. */
  readonly statuses: readonly string[];
  readonly refusals: Refusals;
}
