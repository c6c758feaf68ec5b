/** Entries: what befell one account, in pages. */
import assert from "node:assert/strict";
import { Code } from "@connectrpc/connect";
import { Direction } from "#gen/malla/ledger/v1/ledger_pb.js";
import { account, cancel, deposit, type Identified, newId, pending, post, transfer } from "./build.ts";
import { type ClauseGroup, clause } from "./clause.ts";
import { fails } from "./expect.ts";
import { type Ledger, present } from "./ledger.ts";

export const entries: ClauseGroup = {
  name: "entries",
  clauses: [
    clause(
      "LEDGER-032",
      "entries come newest first, with the sums after each where history is kept",
      async (ledger) => {
        const [cash, ana] = [account(), deposit(0n, { keepsHistory: true })];
        await ledger.make(cash, ana);
        const [held, dropped] = [pending(cash, ana, 30n), pending(ana, cash, 20n)];
        const steps = [transfer(cash, ana, 100n), held, dropped, post(held, 25n), cancel(dropped)];
        await ledger.book(...steps, transfer(ana, cash, 7n));
        const seen = (await allEntries(ledger, ana)).reverse();
        assert.deepEqual(
          seen.map(({ direction, debitsPostedAfter, debitsPendingAfter, creditsPostedAfter, creditsPendingAfter }) => [
            Direction[direction],
            debitsPostedAfter,
            debitsPendingAfter,
            creditsPostedAfter,
            creditsPendingAfter,
          ]),
          [
            ["CREDIT", 0n, 0n, 100n, 0n],
            ["CREDIT", 0n, 0n, 100n, 30n],
            ["DEBIT", 0n, 20n, 100n, 30n],
            ["CREDIT", 0n, 20n, 125n, 0n],
            ["DEBIT", 0n, 0n, 125n, 0n],
            ["DEBIT", 7n, 0n, 125n, 0n],
          ],
        );
        assert.deepEqual(
          seen.slice(0, 5).map((entry) => entry.transfer?.id),
          steps.map(({ id }) => id),
        );
        const without = await allEntries(ledger, cash);
        assert.equal(without.length, 6);
        assert.ok(without.every((entry) => entry.debitsPostedAfter === 0n && entry.creditsPostedAfter === 0n));
      },
    ),

    clause("LEDGER-032", "entries are filtered by side and by time, of which the end is left out", async (ledger) => {
      const [cash, ana] = [account(), account()];
      await ledger.make(cash, ana);
      const asked = Array.from({ length: 6 }, (_, index) =>
        index % 2 === 0 ? transfer(cash, ana, 10n) : transfer(ana, cash, 1n),
      );
      await ledger.book(...asked);
      const idsOf = async (over: EntriesRequest) =>
        (await allEntries(ledger, ana, over)).map((entry) => entry.transfer?.id);
      const pick = (...indexes: number[]) => indexes.map((index) => asked[index]?.id);
      assert.deepEqual(await idsOf({ direction: Direction.CREDIT }), pick(4, 2, 0));
      assert.deepEqual(await idsOf({ direction: Direction.DEBIT, pageSize: 1 }), pick(5, 3, 1));
      const timeAt = async (index: number) => {
        const { bookTime } = await ledger.transfer(present(asked[index], "a transfer"));
        return present(bookTime, "its time");
      };
      const [startTime, endTime] = [await timeAt(1), await timeAt(4)];
      assert.deepEqual(await idsOf({ startTime }), pick(5, 4, 3, 2, 1));
      assert.deepEqual(await idsOf({ endTime }), pick(3, 2, 1, 0));
      assert.deepEqual(await idsOf({ startTime, endTime, direction: Direction.DEBIT, pageSize: 1 }), pick(3, 1));
      assert.deepEqual(await idsOf({ startTime, endTime: startTime }), []);
    }),

    clause("LEDGER-032", "pages are stable while writes go on", async (ledger) => {
      const [cash, ana] = [account(), account()];
      await ledger.make(cash, ana);
      const asked = Array.from({ length: 30 }, () => transfer(cash, ana, 1n));
      await ledger.book(...asked);
      const seen: (string | undefined)[] = [];
      let pageToken = "";
      do {
        const page = await ledger.client.listEntries({ accountId: ana.id, pageSize: 7, pageToken });
        assert.ok(page.entries.length <= 7);
        seen.push(...page.entries.map((entry) => entry.transfer?.id));
        pageToken = page.nextPageToken;
        await ledger.book(transfer(cash, ana, 1n), transfer(ana, cash, 1n));
      } while (pageToken !== "");
      assert.deepEqual(seen, asked.map(({ id }) => id).reverse());
    }),

    clause(
      "LedgerService.ListEntries",
      "a page has 50 entries unless told otherwise, and 1,000 at most",
      async (ledger) => {
        const [cash, ana] = [account(), account()];
        await ledger.make(cash, ana);
        await ledger.book(...Array.from({ length: 1_001 }, () => transfer(cash, ana, 1n)));
        const sizeOf = async (pageSize: number) => {
          const { entries, nextPageToken } = await ledger.client.listEntries({ accountId: ana.id, pageSize });
          assert.notEqual(nextPageToken, "");
          return entries.length;
        };
        assert.deepEqual([await sizeOf(0), await sizeOf(999), await sizeOf(5_000)], [50, 999, 1_000]);
        assert.equal((await allEntries(ledger, ana, { pageSize: 1_000 })).length, 1_001);
      },
    ),

    clause("LedgerService.ListEntries", "unknown accounts and damaged page tokens are refused", async (ledger) => {
      const ana = account();
      await ledger.make(ana);
      assert.deepEqual(await allEntries(ledger, ana), []);
      const unknown = ledger.client.listEntries({ accountId: newId() });
      await fails(unknown, Code.NotFound, "ACCOUNT_NOT_FOUND", "ledger.malla");
      const damaged = ledger.client.listEntries({ accountId: ana.id, pageToken: "damaged" });
      await fails(damaged, Code.InvalidArgument, "PAGE_TOKEN_INVALID", "malla");
    }),
  ],
};

type EntriesRequest = Omit<Exclude<Parameters<Ledger["client"]["listEntries"]>[0], { $typeName: string }>, "accountId">;

async function allEntries(ledger: Ledger, { id }: Identified, over: EntriesRequest = {}) {
  const { entries, nextPageToken } = await ledger.client.listEntries({ ...over, accountId: id });
  let pageToken = nextPageToken;
  while (pageToken !== "") {
    const page = await ledger.client.listEntries({ ...over, accountId: id, pageToken });
    entries.push(...page.entries);
    pageToken = page.nextPageToken;
  }
  return entries;
}
