/** Loads: transfers as packed columns. */
import assert from "node:assert/strict";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { PendingState } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { LoadTransfersRequestSchema } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { account, deposit, type Identified, nanosOf, newId, transfer } from "./build.ts";
import { type ClauseGroup, clause } from "./clause.ts";
import { fails } from "./expect.ts";

export const loads: ClauseGroup = {
  name: "loads",
  clauses: [
    clause("LedgerService.LoadTransfers", "columns book what they say, and again answer EXISTS", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const rows = [row(cash, ana, 10n), row(cash, ana, 0n), row(ana, cash, 4n)];
      const first = await ledger.client.loadTransfers(columns(rows, { code: 7 }));
      assert.deepEqual([first.statuses, first.createdCount], [[], 3]);
      assert.deepEqual(await ledger.sums(ana), [4n, 0n, 10n, 0n]);
      const { transfers } = await ledger.client.lookupTransfers({ ids: rows.map(({ id }) => id) });
      assert.deepEqual(
        transfers.map(({ debitAccountId, amount, code }) => [debitAccountId, amount?.minorUnits, code]),
        [
          [cash.id, 10n, 7],
          [cash.id, 0n, 7],
          [ana.id, 4n, 7],
        ],
      );
      assert.equal(nanosOf(first.lastBookTime), nanosOf(transfers[2]?.bookTime));
      const again = await ledger.client.loadTransfers(columns(rows, { code: 7 }));
      assert.deepEqual(ledger.note(...again.statuses), ["EXISTS", "EXISTS", "EXISTS"]);
      assert.deepEqual([again.createdCount, again.lastBookTime], [0, undefined]);
      assert.deepEqual(await ledger.sums(ana), [4n, 0n, 10n, 0n]);
    }),

    clause("LedgerService.LoadTransfers", "each row has its status when one was refused", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const rows = [row(cash, ana, 10n), row(ana, cash, 11n), row(cash, cash, 1n), row(cash, ana, -1n)];
      const response = await ledger.client.loadTransfers(columns([...rows, row(ana, cash, 10n)]));
      assert.deepEqual(ledger.note(...response.statuses), [
        "CREATED",
        "EXCEEDS_CREDITS",
        "ACCOUNTS_MUST_BE_DIFFERENT",
        "AMOUNT_MUST_NOT_BE_NEGATIVE",
        "CREATED",
      ]);
      assert.equal(response.createdCount, 2);
    }),

    clause("LedgerService.LoadTransfers", "pending ones reserve, with their timeout", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const asked = row(cash, ana, 10n);
      await ledger.client.loadTransfers(columns([asked], { pending: true, timeoutSeconds: 600 }));
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 0n, 10n]);
      const { state, timeoutSeconds } = await ledger.transfer(asked);
      assert.deepEqual([state, timeoutSeconds], [PendingState.PENDING, 600]);
    }),

    clause(
      "LedgerService.LoadTransfers",
      "a row is the same transfer as one sent by CreateTransfers",
      async (ledger) => {
        const [cash, ana] = [account(), deposit()];
        await ledger.make(cash, ana);
        const asked = transfer(cash, ana, 10n);
        await ledger.book(asked);
        const { statuses } = await ledger.client.loadTransfers(columns([row(cash, ana, 10n, asked.id)]));
        assert.deepEqual(ledger.note(...statuses), ["EXISTS"]);
        const loaded = row(cash, ana, 3n);
        await ledger.client.loadTransfers(columns([loaded]));
        assert.deepEqual(await ledger.send(transfer(cash, ana, 3n, { id: loaded.id })), ["EXISTS"]);
      },
    ),

    clause("LedgerService.LoadTransfers", "columns of different lengths are refused as a whole", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const even = columns([row(cash, ana, 1n), row(cash, ana, 1n)]);
      const uneven = [
        { ...even, amountsMinorUnits: [1n] },
        { ...even, debitAccountIds: bytesOf([cash.id]) },
        { ...even, creditAccountIds: bytesOf([ana.id, ana.id, ana.id]) },
      ];
      for (const request of uneven) {
        const call = ledger.client.loadTransfers(request);
        const { metadata } = await fails(call, Code.InvalidArgument, "COLUMNS_UNEVEN", "ledger.malla");
        assert.ok(metadata["column"]);
      }
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 0n, 0n]);
    }),
  ],
};

interface Row extends Identified {
  readonly debit: Identified;
  readonly credit: Identified;
  readonly minorUnits: bigint;
}

function row(debit: Identified, credit: Identified, minorUnits: bigint, id = newId()): Row {
  return { id, debit, credit, minorUnits };
}

type Columns = Exclude<MessageInitShape<typeof LoadTransfersRequestSchema>, { readonly $typeName: string }>;

function columns(rows: readonly Row[], over: Columns = {}): Columns {
  return {
    ids: bytesOf(rows.map(({ id }) => id)),
    debitAccountIds: bytesOf(rows.map(({ debit }) => debit.id)),
    creditAccountIds: bytesOf(rows.map(({ credit }) => credit.id)),
    amountsMinorUnits: rows.map(({ minorUnits }) => minorUnits),
    currencyCode: "BRL",
    code: 1,
    ...over,
  };
}

/** Ids as 16 bytes each, big-endian. */
function bytesOf(ids: readonly string[]): Uint8Array {
  return new Uint8Array(Buffer.from(ids.join("").replaceAll("-", ""), "hex"));
}
