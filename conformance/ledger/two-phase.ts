/** Pending transfers: reserved, then posted, voided or expired, once. */
import assert from "node:assert/strict";
import { PendingState, TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import { account, brl, cancel, dayOf, deposit, pending, post, renewed, transfer } from "./build.ts";
import { type ClauseGroup, clause } from "./clause.ts";

export const twoPhase: ClauseGroup = {
  name: "transfers in two phases",
  clauses: [
    clause("LEDGER-027", "a pending transfer reserves its amount on both accounts", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const asked = pending(cash, ana, 100n);
      await ledger.book(asked);
      assert.deepEqual(await ledger.sums(cash), [0n, 100n, 0n, 0n]);
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 0n, 100n]);
      assert.equal((await ledger.transfer(asked)).state, PendingState.PENDING);
      assert.deepEqual(await ledger.send(asked), ["EXISTS"]);
    }),

    clause("LEDGER-027", "posted without an amount it moves all of it, and passes on what it was", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const asked = pending(cash, ana, 100n, { code: 7, metadata: { memo: "x" }, valueDate: dayOf("2026-01-31") });
      const step = post(asked);
      await ledger.book(asked, step);
      assert.deepEqual(await ledger.sums(cash), [100n, 0n, 0n, 0n]);
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 100n, 0n]);
      assert.equal((await ledger.transfer(asked)).state, PendingState.POSTED);
      const posted = await ledger.transfer(step);
      assert.equal(posted.state, PendingState.UNSPECIFIED);
      assert.deepEqual([posted.debitAccountId, posted.creditAccountId, posted.pendingId], [cash.id, ana.id, asked.id]);
      assert.deepEqual([posted.amount?.currencyCode, posted.amount?.minorUnits, posted.code], ["BRL", 100n, 7]);
      assert.deepEqual([posted.metadata, posted.valueDate?.day], [{ memo: "x" }, 31]);
    }),

    clause("LEDGER-027", "posted in part it releases the rest", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const [asked, none] = [pending(cash, ana, 100n), pending(cash, ana, 10n)];
      await ledger.book(asked, none, post(asked, 60n, { metadata: { step: "2" }, valueDate: dayOf("2026-02-01") }));
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 60n, 10n]);
      await ledger.book(post(none, 0n));
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 60n, 0n]);
    }),

    clause("LEDGER-027", "voided it releases everything", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const [one, two] = [pending(cash, ana, 100n, { code: 9 }), pending(cash, ana, 5n)];
      const [plain, full] = [cancel(one), cancel(two, { amount: brl(5n), debitAccountId: cash.id, code: 1 })];
      await ledger.book(one, two, plain, full);
      assert.deepEqual(await ledger.sums(cash), [0n, 0n, 0n, 0n]);
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 0n, 0n]);
      assert.equal((await ledger.transfer(one)).state, PendingState.VOIDED);
      const voided = await ledger.transfer(plain);
      assert.deepEqual([voided.debitAccountId, voided.creditAccountId, voided.code], [cash.id, ana.id, 9]);
    }),

    clause("LEDGER-027", "it is resolved at most once", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const [posted, voided] = [pending(cash, ana, 10n), pending(cash, ana, 20n)];
      await ledger.book(posted, voided, post(posted, 4n), cancel(voided));
      assert.deepEqual(await ledger.send(post(posted), cancel(posted), post(voided), cancel(voided)), [
        "PENDING_TRANSFER_ALREADY_POSTED",
        "PENDING_TRANSFER_ALREADY_POSTED",
        "PENDING_TRANSFER_ALREADY_VOIDED",
        "PENDING_TRANSFER_ALREADY_VOIDED",
      ]);
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 4n, 0n]);
    }),

    clause("LEDGER-027", "of thirty steps sent at once one resolves it", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const asked = pending(cash, ana, 10n);
      await ledger.book(asked);
      const steps = Array.from({ length: 30 }, (_, index) => (index % 2 === 0 ? post(asked) : cancel(asked)));
      const statuses = (await Promise.all(steps.map((step) => ledger.send(step)))).flat();
      assert.equal(statuses.filter((status) => status === "CREATED").length, 1);
      const isPosted = statuses.indexOf("CREATED") % 2 === 0;
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, isPosted ? 10n : 0n, 0n]);
    }),

    clause("LEDGER-027", "a step must agree with what it resolves", async (ledger) => {
      const [cash, ana, bia] = [account(), deposit(), deposit()];
      await ledger.make(cash, ana, bia);
      const [asked, plain] = [pending(cash, ana, 10n), transfer(cash, ana, 1n)];
      await ledger.book(asked, plain);
      assert.deepEqual(
        await ledger.send(
          post(renewed(asked)),
          post(plain),
          post(asked, 10n, { debitAccountId: bia.id }),
          post(asked, 10n, { creditAccountId: bia.id }),
          post(asked, 10n, { amount: { currencyCode: "MXN", minorUnits: 10n } }),
          post(asked, 10n, { code: 2 }),
          post(asked, 11n),
          cancel(asked, { amount: brl(9n) }),
          post(asked, 10n, { debitAccountId: cash.id, creditAccountId: ana.id, code: 1 }),
        ),
        [
          "PENDING_TRANSFER_NOT_FOUND",
          "PENDING_TRANSFER_NOT_PENDING",
          "PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID",
          "PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID",
          "PENDING_TRANSFER_HAS_DIFFERENT_CURRENCY",
          "PENDING_TRANSFER_HAS_DIFFERENT_CODE",
          "EXCEEDS_PENDING_TRANSFER_AMOUNT",
          "PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT",
          "CREATED",
        ],
      );
    }),

    clause("LEDGER-020", "a step sent again answers EXISTS as long as it asks for what was posted", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const [one, two, three] = [pending(cash, ana, 10n), pending(cash, ana, 20n), pending(cash, ana, 30n)];
      const [full, part, voided] = [post(one), post(two, 15n), cancel(three)];
      await ledger.book(one, two, three, full, part, voided);
      assert.deepEqual(await ledger.send(full, { ...full, amount: brl(10n) }, part, voided), [
        "EXISTS",
        "EXISTS",
        "EXISTS",
        "EXISTS",
      ]);
      assert.deepEqual(
        await ledger.send(
          { ...full, amount: brl(9n) },
          { ...part, amount: brl(14n) },
          { ...part, pendingId: one.id },
          { ...voided, phase: TransferPhase.POST_PENDING },
        ),
        [
          "EXISTS_WITH_DIFFERENT_AMOUNT",
          "EXISTS_WITH_DIFFERENT_AMOUNT",
          "EXISTS_WITH_DIFFERENT_PENDING_ID",
          "EXISTS_WITH_DIFFERENT_FLAGS",
        ],
      );
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 25n, 0n]);
    }),

    clause("LEDGER-024", "a step that came before what it resolves is spent", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const asked = pending(cash, ana, 10n);
      const step = post(asked);
      assert.deepEqual(await ledger.send(step, asked, step, renewed(step)), [
        "PENDING_TRANSFER_NOT_FOUND",
        "CREATED",
        "ID_ALREADY_FAILED",
        "CREATED",
      ]);
    }),
  ],
};
