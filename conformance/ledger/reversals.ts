/** Reversals: back where it came from, and never more than that. */
import assert from "node:assert/strict";
import { account, cancel, deposit, newId, pending, post, transfer } from "./build.ts";
import { type ClauseGroup, clause } from "./clause.ts";

export const reversals: ClauseGroup = {
  name: "reversals",
  clauses: [
    clause("LEDGER-034", "a reversal moves money back, and names what it reverses", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const asked = transfer(cash, ana, 100n);
      const back = transfer(ana, cash, 100n, { reversesId: asked.id });
      await ledger.book(asked, back);
      assert.equal((await ledger.transfer(back)).reversesId, asked.id);
      assert.deepEqual(await ledger.sums(ana), [100n, 0n, 100n, 0n]);
      assert.deepEqual(await ledger.send(back, { ...back, reversesId: "" }), [
        "EXISTS",
        "EXISTS_WITH_DIFFERENT_REVERSES_ID",
      ]);
    }),

    clause("LEDGER-034", "the reversals of one transfer never exceed what it moved", async (ledger) => {
      const [cash, ana] = [account(), account()];
      await ledger.make(cash, ana);
      const asked = transfer(cash, ana, 100n);
      const part = (minorUnits: bigint) => transfer(ana, cash, minorUnits, { reversesId: asked.id });
      const excess = part(41n);
      await ledger.book(asked, transfer(cash, ana, 500n));
      assert.deepEqual(await ledger.send(part(60n), excess, part(40n), part(1n), part(0n), excess), [
        "CREATED",
        "EXCEEDS_REVERSED_TRANSFER_AMOUNT",
        "CREATED",
        "EXCEEDS_REVERSED_TRANSFER_AMOUNT",
        "CREATED",
        "ID_ALREADY_FAILED",
      ]);
    }),

    clause("LEDGER-034", "also when twenty come at once", async (ledger) => {
      const [cash, ana] = [account(), account()];
      await ledger.make(cash, ana);
      const asked = transfer(cash, ana, 100n);
      await ledger.book(asked);
      const parts = Array.from({ length: 20 }, () => transfer(ana, cash, 15n, { reversesId: asked.id }));
      const statuses = (await Promise.all(parts.map((part) => ledger.send(part)))).flat();
      assert.equal(statuses.filter((status) => status === "CREATED").length, 6);
      assert.deepEqual(await ledger.sums(ana), [90n, 0n, 100n, 0n]);
    }),

    clause("LEDGER-034", "a failed chain leaves as much to reverse as before", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const asked = transfer(cash, ana, 100n);
      await ledger.book(asked);
      const back = transfer(ana, cash, 100n, { reversesId: asked.id, linked: true });
      assert.deepEqual(await ledger.send(back, transfer(ana, cash, 1n)), ["LINKED_EVENT_FAILED", "EXCEEDS_CREDITS"]);
      await ledger.book({ ...back, linked: false });
    }),

    clause("LEDGER-034", "only a transfer that moved money is reversed, between its accounts", async (ledger) => {
      const [cash, ana, bia] = [account(), account(), account()];
      await ledger.make(cash, ana, bia);
      const asked = transfer(cash, ana, 100n);
      const [open, posted, voided] = [pending(cash, ana, 5n), pending(cash, ana, 9n), pending(cash, ana, 5n)];
      const [step, release] = [post(posted, 7n), cancel(voided)];
      await ledger.book(asked, open, posted, voided, step, release);
      const back = (reversesId: string, minorUnits = 5n) => transfer(ana, cash, minorUnits, { reversesId });
      assert.deepEqual(
        await ledger.send(
          back(newId()),
          back(open.id),
          back(posted.id),
          back(voided.id),
          back(release.id),
          { ...back(asked.id), debitAccountId: cash.id, creditAccountId: ana.id },
          { ...back(asked.id), creditAccountId: bia.id },
          back(step.id, 8n),
          back(step.id, 7n),
        ),
        [
          "REVERSED_TRANSFER_NOT_FOUND",
          "REVERSED_TRANSFER_NOT_POSTED",
          "REVERSED_TRANSFER_NOT_POSTED",
          "REVERSED_TRANSFER_NOT_POSTED",
          "REVERSED_TRANSFER_NOT_POSTED",
          "REVERSAL_MUST_MIRROR_ACCOUNTS",
          "REVERSAL_MUST_MIRROR_ACCOUNTS",
          "EXCEEDS_REVERSED_TRANSFER_AMOUNT",
          "CREATED",
        ],
      );
    }),

    clause("LEDGER-024", "a reversal that came before what it reverses is spent", async (ledger) => {
      const [cash, ana] = [account(), account()];
      await ledger.make(cash, ana);
      const asked = transfer(cash, ana, 1n);
      const back = transfer(ana, cash, 1n, { reversesId: asked.id });
      assert.deepEqual(await ledger.send(back, asked, back), [
        "REVERSED_TRANSFER_NOT_FOUND",
        "CREATED",
        "ID_ALREADY_FAILED",
      ]);
    }),
  ],
};
