/** Single-phase transfers: booked once, in bounds, and never changed. */
import assert from "node:assert/strict";
import { Code } from "@connectrpc/connect";
import { CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import { account, brl, dayOf, deposit, nanosOf, newId, pending, post, renewed, transfer } from "./build.ts";
import { type ClauseGroup, clause } from "./clause.ts";
import { fails } from "./expect.ts";
import { present } from "./ledger.ts";

export const transfers: ClauseGroup = {
  name: "transfers",
  clauses: [
    clause("LEDGER-002", "a transfer moves its amount, and reads back as it was sent", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const asked = transfer(cash, ana, 100n, {
        code: 65_535,
        metadata: { memo: "ação" },
        valueDate: dayOf("2026-01-31"),
      });
      await ledger.book(asked);
      assert.deepEqual(await ledger.sums(cash), [100n, 0n, 0n, 0n]);
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 100n, 0n]);
      const { debitAccountId, creditAccountId, amount, code, metadata, valueDate } = await ledger.transfer(asked);
      assert.deepEqual([debitAccountId, creditAccountId, amount?.minorUnits, code], [cash.id, ana.id, 100n, 65_535]);
      assert.deepEqual([amount?.currencyCode, metadata], ["BRL", { memo: "ação" }]);
      assert.deepEqual([valueDate?.year, valueDate?.month, valueDate?.day], [2026, 1, 31]);
    }),

    clause("LEDGER-002", "a transfer of zero is booked", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const asked = transfer(cash, ana, 0n);
      await ledger.book(asked);
      assert.equal((await ledger.transfer(asked)).amount?.minorUnits, 0n);
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 0n, 0n]);
    }),

    clause("LEDGER-020", "a transfer that was read can be sent again", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const held = pending(cash, ana, 9n, { timeoutSeconds: 600 });
      const moved = transfer(cash, ana, 5n, { metadata: { memo: "x" } });
      const step = post(held, 7n);
      const back = transfer(ana, cash, 2n, { reversesId: moved.id });
      const rest = transfer(ana, cash, 1_000n, { balancingDebit: true });
      await ledger.book(held, moved, step, back, rest);
      const ids = [held, moved, step, back, rest].map(({ id }) => id);
      const { transfers } = await ledger.client.lookupTransfers({ ids });
      const read = transfers.map(({ $typeName: _, ...fields }) => fields);
      assert.deepEqual(await ledger.send(...read), ["EXISTS", "EXISTS", "EXISTS", "EXISTS", "EXISTS"]);
    }),

    clause("LEDGER-002", "what is refused leaves accounts and transfers as they were", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const asked = transfer(cash, ana, 10n);
      await ledger.book(asked);
      const before = [await ledger.account(cash), await ledger.account(ana), await ledger.transfer(asked)];
      await ledger.send(transfer(ana, cash, 11n), { ...asked, amount: brl(99n) }, transfer(ana, ana, 1n));
      assert.deepEqual([await ledger.account(cash), await ledger.account(ana), await ledger.transfer(asked)], before);
    }),

    clause("LEDGER-003", "book times are strictly increasing, within a request and across requests", async (ledger) => {
      const [cash, ana] = [account(), account()];
      await ledger.make(cash, ana);
      const asked = Array.from({ length: 60 }, () => transfer(cash, ana, 1n));
      await ledger.book(...asked.slice(0, 50));
      await ledger.book(...asked.slice(50));
      const { transfers: booked } = await ledger.client.lookupTransfers({ ids: asked.map(({ id }) => id) });
      const times = booked.map(({ bookTime }) => nanosOf(bookTime));
      assert.equal(times.length, 60);
      assert.ok(times.every((time, index) => index === 0 || time > (times[index - 1] ?? time)));
    }),

    clause(
      "LEDGER-020",
      "the same transfer sent again answers EXISTS with the first time, and moves nothing",
      async (ledger) => {
        const [cash, ana] = [account(), deposit()];
        await ledger.make(cash, ana);
        const asked = transfer(cash, ana, 100n, { metadata: { a: "1", b: "2" } });
        const { results: first } = await ledger.client.createTransfers({ transfers: [asked] });
        const { results: again } = await ledger.client.createTransfers({
          transfers: [{ ...asked, metadata: { b: "2", a: "1" } }],
        });
        assert.deepEqual(ledger.note(...again.map(({ status }) => status)), ["EXISTS"]);
        assert.deepEqual(again[0]?.bookTime, first[0]?.bookTime);
        assert.deepEqual(await ledger.sums(ana), [0n, 0n, 100n, 0n]);
      },
    ),

    clause("LEDGER-020", "one transfer sent fifty times at once is booked once", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const asked = transfer(cash, ana, 5n);
      const statuses = (await Promise.all(Array.from({ length: 50 }, () => ledger.send(asked)))).flat();
      assert.equal(statuses.filter((status) => status === "CREATED").length, 1);
      assert.equal(statuses.filter((status) => status === "EXISTS").length, 49);
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 5n, 0n]);
    }),

    clause(
      "LEDGER-021",
      "the same id with another field answers with that field, and moves nothing",
      async (ledger) => {
        const [cash, ana, bia] = [account(), deposit(), deposit()];
        const other = transfer(cash, ana, 1n);
        await ledger.make(cash, ana, bia);
        const asked = pending(cash, ana, 100n, {
          timeoutSeconds: 600,
          metadata: { memo: "x" },
          valueDate: dayOf("2026-01-31"),
        });
        await ledger.book(asked, other);
        assert.deepEqual(
          await ledger.send(
            { ...asked, phase: TransferPhase.UNSPECIFIED },
            { ...asked, balancingDebit: true },
            { ...asked, closingCredit: true },
            { ...asked, pendingId: newId() },
            { ...asked, timeoutSeconds: 601 },
            { ...asked, debitAccountId: bia.id },
            { ...asked, creditAccountId: bia.id },
            { ...asked, amount: brl(99n) },
            { ...asked, amount: { currencyCode: "MXN", minorUnits: 100n } },
            { ...asked, metadata: {} },
            { ...asked, valueDate: dayOf("2026-02-01") },
            { ...asked, reversesId: other.id },
            { ...asked, code: 2 },
            asked,
          ),
          [
            "EXISTS_WITH_DIFFERENT_FLAGS",
            "EXISTS_WITH_DIFFERENT_FLAGS",
            "EXISTS_WITH_DIFFERENT_FLAGS",
            "EXISTS_WITH_DIFFERENT_PENDING_ID",
            "EXISTS_WITH_DIFFERENT_TIMEOUT",
            "EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID",
            "EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID",
            "EXISTS_WITH_DIFFERENT_AMOUNT",
            "EXISTS_WITH_DIFFERENT_CURRENCY",
            "EXISTS_WITH_DIFFERENT_METADATA",
            "EXISTS_WITH_DIFFERENT_VALUE_DATE",
            "EXISTS_WITH_DIFFERENT_REVERSES_ID",
            "EXISTS_WITH_DIFFERENT_CODE",
            "EXISTS",
          ],
        );
        assert.deepEqual(await ledger.sums(ana), [0n, 0n, 1n, 100n]);
      },
    ),

    clause("LEDGER-024", "an id that failed by the state of the moment is spent", async (ledger) => {
      const [cash, ana, late] = [account(), deposit(), account()];
      await ledger.make(cash, ana);
      const [poor, lost] = [transfer(ana, cash, 10n), transfer(cash, late, 1n)];
      assert.deepEqual(await ledger.send(poor, lost), ["EXCEEDS_CREDITS", "CREDIT_ACCOUNT_NOT_FOUND"]);
      await ledger.make(late);
      await ledger.book(transfer(cash, ana, 100n));
      const { results } = await ledger.client.createTransfers({
        transfers: [poor, lost, { ...poor, amount: brl(1n) }],
      });
      assert.deepEqual(ledger.note(...results.map(({ status }) => status)), [
        "ID_ALREADY_FAILED",
        "ID_ALREADY_FAILED",
        "ID_ALREADY_FAILED",
      ]);
      const { EXCEEDS_CREDITS, CREDIT_ACCOUNT_NOT_FOUND } = CreateTransferStatus;
      assert.deepEqual(
        results.map(({ firstStatus }) => firstStatus),
        [EXCEEDS_CREDITS, CREDIT_ACCOUNT_NOT_FOUND, EXCEEDS_CREDITS],
      );
      assert.deepEqual((await ledger.client.lookupTransfers({ ids: [poor.id, lost.id] })).transfers, []);
      await ledger.book(renewed(poor), renewed(lost));
    }),

    clause("LEDGER-024", "an id that failed for another reason may be sent again, put right", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const asked = transfer(cash, ana, 10n);
      assert.deepEqual(await ledger.send({ ...asked, code: 0 }, { ...asked, creditAccountId: cash.id }, asked), [
        "CODE_MUST_NOT_BE_ZERO",
        "ACCOUNTS_MUST_BE_DIFFERENT",
        "CREATED",
      ]);
    }),

    clause(
      "LedgerService.CreateTransfers",
      "a request with an item that breaks a rule books nothing",
      async (ledger) => {
        const [cash, ana] = [account(), account()];
        await ledger.make(cash, ana);
        const good = transfer(cash, ana, 1n);
        const broken = [
          transfer(cash, ana, 1n, { id: "no-uuid" }),
          transfer(cash, { id: "no-uuid" }, 1n),
          transfer(cash, ana, 1n, { code: 65_536 }),
          transfer(cash, ana, 1n, { amount: { currencyCode: "brl", minorUnits: 1n } }),
          transfer(cash, ana, 1n, { metadata: { memo: "x".repeat(257) } }),
        ];
        for (const bad of broken) {
          const call = ledger.client.createTransfers({ transfers: [good, bad] });
          await fails(call, Code.InvalidArgument, "VALIDATION_FAILED", "malla");
        }
        assert.deepEqual((await ledger.client.lookupTransfers({ ids: [good.id] })).transfers, []);
      },
    ),

    clause("LedgerService.CreateTransfers", "takes 8,190 transfers at once, and no more", async (ledger) => {
      const [cash, ana] = [account(), account()];
      await ledger.make(cash, ana);
      const asked = Array.from({ length: 8_190 }, () => transfer(cash, ana, 1n));
      assert.deepEqual(new Set(await ledger.send(...asked)), new Set(["CREATED"]));
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 8_190n, 0n]);
      const call = ledger.client.createTransfers({ transfers: [...asked, present(asked[0], "a transfer")] });
      await fails(call, Code.InvalidArgument, "VALIDATION_FAILED", "malla");
    }),
  ],
};
