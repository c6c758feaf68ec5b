/** Timeouts: what is pending is released by itself, in time and in order. */
import assert from "node:assert/strict";
import { PendingState } from "#gen/malla/ledger/v1/ledger_pb.js";
import {
  account,
  cancel,
  deposit,
  type Identified,
  nanosOf,
  pending,
  post,
  type TransferInit,
  transfer,
} from "./build.ts";
import { type ClauseGroup, clause } from "./clause.ts";
import { eventually } from "./expect.ts";
import type { Ledger } from "./ledger.ts";

const SECOND_NS = 1_000_000_000n;

export const expiry: ClauseGroup = {
  name: "expiry",
  clauses: [
    clause(
      "LEDGER-028",
      "with a timeout it is released, not before its time, and then is expired for good",
      async (ledger) => {
        const [cash, ana] = [account(), deposit()];
        await ledger.make(cash, ana);
        const asked = pending(cash, ana, 10n, { timeoutSeconds: 2 });
        const [intime, never] = [pending(cash, ana, 7n, { timeoutSeconds: 1 }), pending(cash, ana, 3n)];
        await ledger.book(asked, intime, never, post(intime));
        assert.deepEqual(await ledger.sums(ana), [0n, 0n, 7n, 13n]);
        await eventually(async () => assert.deepEqual(await ledger.sums(ana), [0n, 0n, 7n, 3n]));
        await isReleasedInTime(ledger, asked, transfer(cash, ana, 0n));
        assert.deepEqual(await ledger.send(post(asked), cancel(asked), asked), [
          "PENDING_TRANSFER_EXPIRED",
          "PENDING_TRANSFER_EXPIRED",
          "EXISTS",
        ]);
        const { transfers } = await ledger.client.lookupTransfers({ ids: [asked.id, intime.id, never.id] });
        assert.deepEqual(
          transfers.map(({ state }) => state),
          [PendingState.EXPIRED, PendingState.POSTED, PendingState.PENDING],
        );
        assert.deepEqual(await ledger.sums(cash), [7n, 3n, 0n, 0n]);
      },
    ),

    clause("LEDGER-028", "what expires first is released first, whenever it was booked", async (ledger) => {
      const [cash, ana] = [account(), deposit(0n, { keepsHistory: true })];
      await ledger.make(cash, ana);
      const [late, early] = [
        pending(cash, ana, 1n, { timeoutSeconds: 2 }),
        pending(cash, ana, 2n, { timeoutSeconds: 1 }),
      ];
      await ledger.book(late, early);
      await eventually(async () => assert.deepEqual(await ledger.sums(ana), [0n, 0n, 0n, 0n]));
      const { entries } = await ledger.client.listEntries({ accountId: ana.id });
      const expiries = entries.filter(({ isExpiry }) => isExpiry);
      assert.deepEqual(
        expiries.map((entry) => [entry.transfer?.id, entry.creditsPendingAfter]),
        [
          [late.id, 0n],
          [early.id, 1n],
        ],
      );
    }),

    clause(
      "LEDGER-028",
      "what expired while the ledger was down is released when it is up again",
      async (ledger) => {
        const [cash, ana] = [account(), deposit()];
        await ledger.make(cash, ana);
        const asked = pending(cash, ana, 10n, { timeoutSeconds: 1 });
        const kept = pending(cash, ana, 5n, { timeoutSeconds: 3_600 });
        await ledger.book(asked, kept);
        const { bookTime } = await ledger.transfer(asked);
        const expiryMs = Number(nanosOf(bookTime) / 1_000_000n) + 1_000;
        const isPast = async () => assert.ok(Date.now() > expiryMs);
        const again = await ledger.restart(() => eventually(isPast));
        await eventually(async () => assert.deepEqual(await again.sums(ana), [0n, 0n, 0n, 5n]));
        assert.deepEqual(await again.send(post(asked), post(kept)), ["PENDING_TRANSFER_EXPIRED", "CREATED"]);
      },
      { needs: "restart" },
    ),
  ],
};

/** Checks, by the ledger's own clock, that it is past the time of expiry now that the transfer is released. */
async function isReleasedInTime(ledger: Ledger, expired: Identified, probe: TransferInit & Identified): Promise<void> {
  await ledger.book(probe);
  const [booked, now] = [await ledger.transfer(expired), await ledger.transfer(probe)];
  const expiry = nanosOf(booked.bookTime) + BigInt(booked.timeoutSeconds) * SECOND_NS;
  assert.ok(nanosOf(now.bookTime) > expiry, "the reservation was released before its time");
}
