/** Books in which something of everything happened. */
import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import { until } from "#platform/embedded/server-process.ts";
import { account, deposit, make, send, transfer } from "./build.ts";
import type { LedgerClient } from "./client.ts";

/** Longest wait for what happens soon, in milliseconds. */
const DEADLINE_MS = 20_000;

/** Books something of everything that the log may hold, in several batches; the last one is beyond the checkpoint. */
export async function bookEverything(client: LedgerClient): Promise<void> {
  const [cash, ana] = [account({ keepsHistory: true, metadata: { note: 'a "quoted" ü' } }), deposit(5n)];
  await make(client, cash, ana);
  await send(client, transfer(cash, ana, 100n, { metadata: { memo: "salary" } }), transfer(ana, cash, 10n));
  expect(await send(client, transfer(ana, cash, 1_000n))).toEqual(["EXCEEDS_CREDITS"]);
  const pending = Array.from({ length: 3 }, () => transfer(cash, ana, 7n, { phase: TransferPhase.PENDING }));
  const fleeting = transfer(cash, ana, 3n, { phase: TransferPhase.PENDING, timeoutSeconds: 1 });
  await send(client, ...pending, fleeting);
  const [posted, voided] = pending;
  await send(client, { id: randomUUID(), phase: TransferPhase.POST_PENDING, pendingId: posted?.id ?? "" });
  await send(client, { id: randomUUID(), phase: TransferPhase.VOID_PENDING, pendingId: voided?.id ?? "" });
  const value = { year: 2026, month: 2, day: 28 };
  await send(client, transfer(cash, ana, 1n, { valueDate: value }));
  await until(
    async () => (await client.lookupAccounts({ ids: [ana.id] })).accounts[0]?.creditsPending === 7n,
    DEADLINE_MS,
    () => "nothing expired",
  );
  await until(
    async () => {
      const { bookedNumber, checkpointNumber } = await client.getLedgerStatus({});
      return checkpointNumber === bookedNumber;
    },
    DEADLINE_MS,
    () => "there was no checkpoint",
  );
  // Beyond the checkpoint.
  await send(client, transfer(cash, ana, 2n));
}
