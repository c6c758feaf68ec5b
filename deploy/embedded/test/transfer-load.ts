/** Clients that move money while things break, as the contract tells them to: what was not heard is sent again. */
import { randomUUID } from "node:crypto";
import { demoCustomers } from "../../demo/customers.ts";
import { type EdgeClient, EdgeError, type Json } from "../../demo/edge-client.ts";

/** A bank with accounts among which money moves; none comes in or goes out. */
export interface TransferLoad {
  readonly accounts: readonly string[];
  /** Runs clients until `until` settles, then lets each hear its last answer. Gives the ids of operations that succeeded. */
  run(until: Promise<unknown>): Promise<LoadOutcome>;
}

/** What the clients heard. */
export interface LoadOutcome {
  /** Operations acknowledged with success, by request id. */
  readonly succeeded: ReadonlySet<string>;
  /** Operations refused for good, by reason. */
  readonly refused: ReadonlyMap<string, number>;
  /** Answers that asked to come again, by reason. */
  readonly retried: ReadonlyMap<string, number>;
}

/** What each account starts with, in minor units. */
export const OPENING_BALANCE = 10_000n;
const ACCOUNTS = 12;
const CLIENTS = 8;
/** A client gives up on one operation after this long without an answer: then something was lost for good. */
const GIVE_UP_MS = 90_000;
/** Pause before sending again, in milliseconds. */
const RETRY_MS = 100;

/** Answers after which a client sends the same again. */
const RETRYABLE_STATUS = new Set([409, 429, 499, 500, 502, 503, 504]);

/** Opens accounts with money on them. */
export async function openTransferLoad(edge: EdgeClient, run: number): Promise<TransferLoad> {
  const customer = await edge.post("/v1/customers", demoCustomers("banco-ipe", run).person);
  const accounts: string[] = [];
  for (let index = 0; index < ACCOUNTS; index++) {
    const account = await edge.post("/v1/accounts", { customer: customer["name"], product: "products/conta-corrente" });
    accounts.push(String(account["name"]));
    await edge.post(`/v1/${account["name"]}:deposit`, {
      amount: { currencyCode: "BRL", minorUnits: String(OPENING_BALANCE) },
    });
  }
  return {
    accounts,
    async run(until) {
      const succeeded = new Set<string>();
      const refused = new Map<string, number>();
      const retried = new Map<string, number>();
      let going = true;
      const client = async () => {
        while (going) {
          const id = randomUUID();
          const outcome = await moveOnce(edge, accounts, id, retried);
          if (outcome === undefined) {
            succeeded.add(id);
          } else {
            count(refused, outcome);
          }
        }
      };
      const clients = Array.from({ length: CLIENTS }, client);
      await until;
      going = false;
      await Promise.all(clients);
      return { succeeded, refused, retried };
    },
  };
}

/** Sends one transfer until its outcome is heard; the reason where it was refused. */
async function moveOnce(
  edge: EdgeClient,
  accounts: readonly string[],
  id: string,
  retried: Map<string, number>,
): Promise<string | undefined> {
  const from = Math.floor(Math.random() * accounts.length);
  const to = (from + 1 + Math.floor(Math.random() * (accounts.length - 1))) % accounts.length;
  const body: Json = {
    creditorAccount: accounts[to],
    amount: { currencyCode: "BRL", minorUnits: String(1 + Math.floor(Math.random() * 3_000)) },
  };
  const started = Date.now();
  for (;;) {
    try {
      await edge.post(`/v1/${accounts[from]}:transfer`, body, id);
      return undefined;
    } catch (error) {
      const reason = error instanceof EdgeError ? error.reason : "CONNECTION";
      const final =
        error instanceof EdgeError && (!RETRYABLE_STATUS.has(error.status) || error.reason === "REQUEST_ID_REUSED");
      if (final) {
        return reason;
      }
      if (error instanceof EdgeError && error.reason === "INTERNAL") {
        throw new Error("an outage was answered as a defect", { cause: error });
      }
      count(retried, reason);
      if (Date.now() - started > GIVE_UP_MS) {
        throw new Error(`no outcome for ${id} in ${GIVE_UP_MS / 1000} s`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function count(tally: Map<string, number>, key: string): void {
  tally.set(key, (tally.get(key) ?? 0) + 1);
}
