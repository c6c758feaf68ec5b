/** Looks, from outside, whether anything was lost, doubled or left out of balance. */
import { expect } from "vitest";
import type { EdgeClient, Json } from "../../demo/edge-client.ts";
import { type LoadOutcome, OPENING_BALANCE, type TransferLoad } from "./transfer-load.ts";

/** Longest wait until every event has had its effect, in milliseconds. */
const SETTLE_MS = 90_000;

/** Fails unless every acknowledged transfer is there once, money is conserved, and each side was notified once. */
export async function audit(edge: EdgeClient, load: TransferLoad, outcome: LoadOutcome): Promise<void> {
  const { lines } = await edge.get("/v1/ledger/trialBalance");
  expect(
    (lines as Json[]).every((line) => line["balanced"] === true && line["debitsPosted"] === line["creditsPosted"]),
  ).toBe(true);

  const out = new Map<string, number>();
  const into = new Map<string, number>();
  let total = 0n;
  for (const account of load.accounts) {
    const { booked } = await edge.get(`/v1/${account}/balance`);
    const balance = BigInt(String((booked as Json)["minorUnits"]));
    expect(balance).toBeGreaterThanOrEqual(0n);
    total += balance;
    for (const entry of await all(edge, `/v1/${account}/entries`, "entries")) {
      const operation = String(entry["operation"]).replace("operations/", "");
      const side = { KIND_TRANSFER_OUT: out, KIND_TRANSFER_IN: into }[String(entry["kind"])];
      side?.set(operation, (side.get(operation) ?? 0) + 1);
    }
  }
  expect(total).toBe(OPENING_BALANCE * BigInt(load.accounts.length));
  expect([...outcome.succeeded].filter((id) => out.get(id) !== 1 || into.get(id) !== 1)).toEqual([]);
  expect([...out, ...into].filter(([, times]) => times !== 1)).toEqual([]);

  // What the ledger moved is told of once to each side, whatever happened to the broker meanwhile.
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const missing = await wronglyNotified(edge, load, new Set(out.keys()));
    if (missing.length === 0) {
      return;
    }
    if (Date.now() > deadline) {
      expect(missing).toEqual([]);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function wronglyNotified(
  edge: EdgeClient,
  load: TransferLoad,
  operations: ReadonlySet<string>,
): Promise<string[]> {
  const told = new Map<string, number>();
  for (const account of load.accounts) {
    for (const notification of await all(edge, `/v1/notifications?account=${account}`, "notifications")) {
      const key = `${notification["kind"]} ${String(notification["operation"]).replace("operations/", "")}`;
      told.set(key, (told.get(key) ?? 0) + 1);
    }
  }
  return [...operations]
    .flatMap((operation) => [`KIND_TRANSFER_SENT ${operation}`, `KIND_TRANSFER_RECEIVED ${operation}`])
    .filter((key) => told.get(key) !== 1)
    .map((key) => `${key}: told ${told.get(key) ?? 0} times`);
}

/** Every item of a list, page after page. */
async function all(edge: EdgeClient, path: string, field: string): Promise<Json[]> {
  const items: Json[] = [];
  for (let token = ""; ; ) {
    const page = await edge.get(
      `${path}${path.includes("?") ? "&" : "?"}pageSize=1000&pageToken=${encodeURIComponent(token)}`,
    );
    items.push(...((page[field] ?? []) as Json[]));
    token = String(page["nextPageToken"] ?? "");
    if (token === "") {
      return items;
    }
  }
}
