/** Accounts: made once, with zero balances, and never changed. */
import assert from "node:assert/strict";
import { Code } from "@connectrpc/connect";
import { BalanceConstraint } from "#gen/malla/ledger/v1/ledger_pb.js";
import { account, deposit, nanosOf, newId, renewed, transfer } from "./build.ts";
import { type ClauseGroup, clause } from "./clause.ts";
import { fails } from "./expect.ts";

export const accounts: ClauseGroup = {
  name: "accounts",
  clauses: [
    clause("LEDGER-010", "an account is made with zero balances and reads back as it was sent", async (ledger) => {
      const asked = deposit(500n, {
        code: 65_535,
        keepsHistory: true,
        metadata: { owner: "ana", note: 'a "q" {,\\} ü' },
      });
      await ledger.make(asked);
      const made = await ledger.account(asked);
      const { id, ledger: books, currencyCode, code, balanceConstraint, overdraftLimit, metadata, keepsHistory } = made;
      assert.deepEqual(
        { id, ledger: books, currencyCode, code, balanceConstraint, overdraftLimit, metadata, keepsHistory },
        asked,
      );
      assert.equal(made.closed, false);
      assert.deepEqual(await ledger.sums(asked), [0n, 0n, 0n, 0n]);
    }),

    clause("LEDGER-010", "the same account sent again answers EXISTS with the first time", async (ledger) => {
      const asked = account({ metadata: { a: "1", b: "2" } });
      const { results: first } = await ledger.client.createAccounts({ accounts: [asked] });
      const { results: again } = await ledger.client.createAccounts({
        accounts: [{ ...asked, metadata: { b: "2", a: "1" } }],
      });
      assert.deepEqual(await ledger.create(asked, asked), ["EXISTS", "EXISTS"]);
      assert.ok(nanosOf(first[0]?.createTime) > 0n);
      assert.deepEqual(again[0]?.createTime, first[0]?.createTime);
      assert.deepEqual((await ledger.account(asked)).createTime, first[0]?.createTime);
    }),

    clause("LEDGER-010", "an account that was read, with balances, can be sent again", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      await ledger.book(transfer(cash, ana, 70n));
      const { $typeName: _, ...read } = await ledger.account(ana);
      assert.deepEqual(await ledger.create(read), ["EXISTS"]);
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 70n, 0n]);
    }),

    clause("LEDGER-010", "an id twice in one request is made once", async (ledger) => {
      const asked = account();
      assert.deepEqual(await ledger.create(asked, asked, { ...asked, code: 11 }), [
        "CREATED",
        "EXISTS",
        "EXISTS_WITH_DIFFERENT_CODE",
      ]);
    }),

    clause(
      "LEDGER-011",
      "the same id with another field answers with that field, and changes nothing",
      async (ledger) => {
        const asked = deposit(5n, { metadata: { owner: "ana" } });
        await ledger.make(asked);
        const before = await ledger.account(asked);
        assert.deepEqual(
          await ledger.create(
            { ...asked, keepsHistory: true },
            { ...asked, closed: true },
            { ...asked, balanceConstraint: BalanceConstraint.CREDITS_MUST_NOT_EXCEED_DEBITS },
            { ...asked, overdraftLimit: 6n },
            { ...asked, metadata: { owner: "bia" } },
            { ...asked, metadata: {} },
            { ...asked, ledger: 2 },
            { ...asked, currencyCode: "MXN" },
            { ...asked, code: 11 },
          ),
          [
            "EXISTS_WITH_DIFFERENT_FLAGS",
            "EXISTS_WITH_DIFFERENT_FLAGS",
            "EXISTS_WITH_DIFFERENT_BALANCE_CONSTRAINT",
            "EXISTS_WITH_DIFFERENT_OVERDRAFT_LIMIT",
            "EXISTS_WITH_DIFFERENT_METADATA",
            "EXISTS_WITH_DIFFERENT_METADATA",
            "EXISTS_WITH_DIFFERENT_LEDGER",
            "EXISTS_WITH_DIFFERENT_CURRENCY",
            "EXISTS_WITH_DIFFERENT_CODE",
          ],
        );
        assert.deepEqual(await ledger.account(asked), before);
      },
    ),

    clause(
      "LEDGER-003",
      "create times are strictly increasing, within a request and across requests",
      async (ledger) => {
        const asked = Array.from({ length: 60 }, () => account());
        await ledger.make(...asked.slice(0, 50));
        await ledger.make(...asked.slice(50));
        const { accounts: made } = await ledger.client.lookupAccounts({ ids: asked.map(({ id }) => id) });
        const times = made.map(({ createTime }) => nanosOf(createTime));
        assert.equal(times.length, 60);
        assert.ok(times.every((time, index) => index === 0 || time > (times[index - 1] ?? time)));
      },
    ),

    clause(
      "LEDGER-004",
      "a tenant never sees another's accounts and transfers, and may use the same ids",
      async (ledger) => {
        const other = ledger.elsewhere();
        const [cash, ana] = [account({ keepsHistory: true }), account()];
        const asked = transfer(cash, ana, 5n);
        await ledger.make(cash, ana);
        await ledger.book(asked);
        assert.deepEqual((await other.client.lookupAccounts({ ids: [cash.id, ana.id] })).accounts, []);
        assert.deepEqual((await other.client.lookupTransfers({ ids: [asked.id] })).transfers, []);
        assert.deepEqual(await other.send(renewed(asked)), ["DEBIT_ACCOUNT_NOT_FOUND"]);
        assert.deepEqual((await other.client.getTrialBalance({})).lines, []);
        const listed = other.client.listEntries({ accountId: cash.id });
        await fails(listed, Code.NotFound, "ACCOUNT_NOT_FOUND", "ledger.malla");
        const balance = other.client.getBalance({ accountId: cash.id });
        await fails(balance, Code.NotFound, "ACCOUNT_NOT_FOUND", "ledger.malla");
        await other.make(cash, ana);
        await other.book(asked);
        assert.deepEqual(await ledger.sums(ana), [0n, 0n, 5n, 0n]);
      },
    ),

    clause(
      "LedgerService.CreateAccounts",
      "a request with an item that breaks a rule makes nothing",
      async (ledger) => {
        const good = account();
        const broken = [
          account({ id: "no-uuid" }),
          account({ ledger: 0 }),
          account({ currencyCode: "brl" }),
          account({ code: 0 }),
          account({ code: 65_536 }),
          account({ metadata: { Owner: "ana" } }),
          account({ overdraftLimit: -1n }),
        ];
        for (const bad of broken) {
          const call = ledger.client.createAccounts({ accounts: [good, bad] });
          await fails(call, Code.InvalidArgument, "VALIDATION_FAILED", "malla");
        }
        await fails(ledger.client.createAccounts({}), Code.InvalidArgument, "VALIDATION_FAILED", "malla");
        assert.deepEqual((await ledger.client.lookupAccounts({ ids: [good.id, newId()] })).accounts, []);
      },
    ),
  ],
};
