/** Linked transfers: all or nothing. */
import assert from "node:assert/strict";
import { CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { account, cancel, deposit, pending, post, renewed, transfer } from "./build.ts";
import { type ClauseGroup, clause } from "./clause.ts";

const linked = { linked: true };

export const chains: ClauseGroup = {
  name: "chains",
  clauses: [
    clause("LEDGER-020", "every member of a booked chain that is sent again whole answers EXISTS", async (ledger) => {
      const [cash, ana, bia] = [account(), deposit(), deposit()];
      await ledger.make(cash, ana, bia);
      const chain = [transfer(cash, ana, 50n, linked), transfer(ana, bia, 50n)];
      await ledger.book(...chain);
      assert.deepEqual(await ledger.send(...chain), ["EXISTS", "EXISTS"]);
      assert.deepEqual(await ledger.sums(bia), [0n, 0n, 50n, 0n]);
    }),

    clause("LEDGER-021", "a member that comes without its link, or with one, differs", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const [first, last] = [transfer(cash, ana, 1n, linked), transfer(cash, ana, 1n)];
      await ledger.book(first, last);
      assert.deepEqual(await ledger.send({ ...first, linked: false }), ["EXISTS_WITH_DIFFERENT_LINKED"]);
      assert.deepEqual(await ledger.send({ ...last, linked: true }, transfer(cash, ana, 1n)), [
        "EXISTS_WITH_DIFFERENT_LINKED",
        "LINKED_EVENT_FAILED",
      ]);
    }),

    clause("LEDGER-023", "members see each other's effect, and nothing of a failed chain has any", async (ledger) => {
      const [cash, ana, bia] = [account(), deposit(), deposit()];
      await ledger.make(cash, ana, bia);
      const chain = [transfer(cash, ana, 50n, linked), transfer(ana, bia, 50n, linked), transfer(bia, ana, 51n)];
      await ledger.book(transfer(cash, bia, 1n), ...chain, transfer(cash, ana, 7n));
      const failing = [...chain.map(renewed).slice(0, 2), transfer(bia, ana, 500n, linked), transfer(cash, ana, 9n)];
      assert.deepEqual(await ledger.send(...failing, transfer(cash, ana, 1n)), [
        "LINKED_EVENT_FAILED",
        "LINKED_EVENT_FAILED",
        "EXCEEDS_CREDITS",
        "LINKED_EVENT_FAILED",
        "CREATED",
      ]);
      assert.deepEqual((await ledger.client.lookupTransfers({ ids: failing.map(({ id }) => id) })).transfers, []);
      assert.deepEqual(await ledger.sums(ana), [50n, 0n, 109n, 0n]);
      assert.deepEqual(await ledger.sums(bia), [51n, 0n, 51n, 0n]);
    }),

    clause("LEDGER-023", "only the first fault of a chain is named", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      assert.deepEqual(
        await ledger.send(
          transfer(cash, ana, 1n, linked),
          transfer(cash, cash, 1n, linked),
          transfer(ana, cash, 99n, linked),
          transfer(cash, ana, 1n, { code: 0 }),
          transfer(cash, ana, 1n),
        ),
        ["LINKED_EVENT_FAILED", "ACCOUNTS_MUST_BE_DIFFERENT", "LINKED_EVENT_FAILED", "LINKED_EVENT_FAILED", "CREATED"],
      );
    }),

    clause("LEDGER-023", "a member that exists fails a chain that was not booked whole", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const [alone, fresh] = [transfer(cash, ana, 1n), transfer(cash, ana, 2n, linked)];
      await ledger.book(alone);
      assert.deepEqual(await ledger.send(fresh, alone), ["LINKED_EVENT_FAILED", "EXISTS"]);
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 1n, 0n]);
    }),

    clause("LEDGER-023", "a last transfer with `linked` set leaves the chain open, which fails it", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const open = transfer(cash, ana, 1n, linked);
      assert.deepEqual(await ledger.send(transfer(cash, ana, 1n), transfer(cash, ana, 2n, linked), open), [
        "CREATED",
        "LINKED_EVENT_FAILED",
        "LINKED_EVENT_CHAIN_OPEN",
      ]);
      assert.deepEqual(await ledger.send(transfer(cash, cash, 1n, linked), open), [
        "ACCOUNTS_MUST_BE_DIFFERENT",
        "LINKED_EVENT_CHAIN_OPEN",
      ]);
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 1n, 0n]);
      await ledger.book({ ...open, linked: false });
    }),

    clause("LEDGER-023", "two chains of one request stand or fall apart", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      assert.deepEqual(
        await ledger.send(
          transfer(cash, ana, 10n, linked),
          transfer(ana, cash, 11n),
          transfer(cash, ana, 10n, linked),
          transfer(ana, cash, 10n),
        ),
        ["LINKED_EVENT_FAILED", "EXCEEDS_CREDITS", "CREATED", "CREATED"],
      );
    }),

    clause("LEDGER-023", "a failed chain undoes steps of pending transfers too", async (ledger) => {
      const [cash, ana, bia] = [account(), deposit(), deposit()];
      await ledger.make(cash, ana, bia);
      const [posted, voided] = [pending(cash, ana, 30n), pending(cash, bia, 40n)];
      await ledger.book(posted, voided);
      const steps = [
        post(posted, 20n, linked),
        cancel(voided, linked),
        pending(cash, bia, 5n, { linked: true, closingCredit: true }),
      ];
      assert.deepEqual(await ledger.send(...steps, transfer(ana, cash, 21n)), [
        "LINKED_EVENT_FAILED",
        "LINKED_EVENT_FAILED",
        "LINKED_EVENT_FAILED",
        "EXCEEDS_CREDITS",
      ]);
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 0n, 30n]);
      assert.deepEqual(await ledger.sums(bia), [0n, 0n, 0n, 40n]);
      assert.equal((await ledger.account(bia)).closed, false);
      await ledger.book(...steps, transfer(ana, cash, 20n));
      assert.deepEqual(await ledger.sums(bia), [0n, 0n, 0n, 5n]);
    }),

    clause(
      "LEDGER-024",
      "of a chain that failed by the state of the moment only the culprit's id is spent",
      async (ledger) => {
        const [cash, ana] = [account(), deposit()];
        await ledger.make(cash, ana);
        const [first, culprit, last] = [
          transfer(cash, ana, 1n, linked),
          transfer(ana, cash, 50n, linked),
          transfer(cash, ana, 2n),
        ];
        assert.deepEqual(await ledger.send(first, culprit, last), [
          "LINKED_EVENT_FAILED",
          "EXCEEDS_CREDITS",
          "LINKED_EVENT_FAILED",
        ]);
        await ledger.book(transfer(cash, ana, 100n));
        const { results } = await ledger.client.createTransfers({ transfers: [first, culprit, last] });
        assert.deepEqual(ledger.note(...results.map(({ status }) => status)), [
          "LINKED_EVENT_FAILED",
          "ID_ALREADY_FAILED",
          "LINKED_EVENT_FAILED",
        ]);
        assert.equal(results[1]?.firstStatus, CreateTransferStatus.EXCEEDS_CREDITS);
        await ledger.book(first, renewed(culprit), last);
      },
    ),
  ],
};
