/** Bounds: of an account by its constraint, of every sum by 64 bits. */
import assert from "node:assert/strict";
import { account, deposit, MAX, pending, transfer, vault } from "./build.ts";
import { type ClauseGroup, clause } from "./clause.ts";

export const bounds: ClauseGroup = {
  name: "bounds",
  clauses: [
    clause(
      "LEDGER-025",
      "sixty withdrawals at once succeed as often as balance and overdraft cover",
      async (ledger) => {
        const [cash, ana] = [account(), deposit(30n)];
        await ledger.make(cash, ana);
        await ledger.book(transfer(cash, ana, 204n));
        const asked = Array.from({ length: 60 }, () => transfer(ana, cash, 10n));
        const statuses = (await Promise.all(asked.map((one) => ledger.send(one)))).flat();
        assert.equal(statuses.filter((status) => status === "CREATED").length, 23);
        assert.equal(statuses.filter((status) => status === "EXCEEDS_CREDITS").length, 37);
        assert.deepEqual(await ledger.sums(ana), [230n, 0n, 204n, 0n]);
      },
    ),

    clause("LEDGER-025", "an account bounded the other way never gives more than it holds", async (ledger) => {
      const [cash, safe] = [account(), vault(5n)];
      await ledger.make(cash, safe);
      await ledger.book(transfer(safe, cash, 10n));
      assert.deepEqual(
        await ledger.send(transfer(cash, safe, 16n), transfer(cash, safe, 15n), transfer(cash, safe, 1n)),
        ["EXCEEDS_DEBITS", "CREATED", "EXCEEDS_DEBITS"],
      );
    }),

    clause(
      "LEDGER-025",
      "what is pending on the bounded side counts, on the other side it does not",
      async (ledger) => {
        const [cash, ana, safe] = [account(), deposit(), vault()];
        await ledger.make(cash, ana, safe);
        await ledger.book(transfer(cash, ana, 100n), pending(ana, cash, 70n), pending(cash, ana, 500n));
        assert.deepEqual(
          await ledger.send(transfer(ana, cash, 31n), pending(ana, cash, 31n), transfer(ana, cash, 30n)),
          ["EXCEEDS_CREDITS", "EXCEEDS_CREDITS", "CREATED"],
        );
        await ledger.book(transfer(safe, cash, 100n), pending(cash, safe, 70n), pending(safe, cash, 500n));
        assert.deepEqual(await ledger.send(transfer(cash, safe, 31n), transfer(cash, safe, 30n)), [
          "EXCEEDS_DEBITS",
          "CREATED",
        ]);
      },
    ),

    clause("LEDGER-026", "sums stop at 2^63-1 minor units", async (ledger) => {
      const [one, two, three] = [account(), account(), account()];
      await ledger.make(one, two, three);
      assert.deepEqual(await ledger.send(transfer(one, two, MAX), transfer(one, three, 1n), transfer(three, two, 1n)), [
        "CREATED",
        "OVERFLOWS_DEBITS_POSTED",
        "OVERFLOWS_CREDITS_POSTED",
      ]);
      assert.deepEqual(await ledger.sums(one), [MAX, 0n, 0n, 0n]);
      await ledger.book(transfer(two, three, MAX));
    }),

    clause(
      "LEDGER-026",
      "sums of what is pending, and of posted and pending together, stop there too",
      async (ledger) => {
        const [full, half, from, to] = [account(), account(), account(), account()];
        await ledger.make(full, half, from, to);
        const most = 2n ** 62n;
        await ledger.book(pending(full, to, MAX), transfer(half, from, most), pending(half, from, most - 1n));
        assert.deepEqual(
          await ledger.send(
            pending(full, from, 1n),
            pending(from, to, 1n),
            transfer(half, to, 1n),
            transfer(to, from, 1n),
            transfer(full, half, 1n),
          ),
          [
            "OVERFLOWS_DEBITS_PENDING",
            "OVERFLOWS_CREDITS_PENDING",
            "OVERFLOWS_DEBITS",
            "OVERFLOWS_CREDITS",
            "OVERFLOWS_DEBITS",
          ],
        );
      },
    ),
  ],
};
