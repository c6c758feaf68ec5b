/** Imports: what another ledger booked, at the times it gave. */
import assert from "node:assert/strict";
import { TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import { account, dayOf, nanosOf, renewed, timeOf, transfer } from "./build.ts";
import { type ClauseGroup, clause } from "./clause.ts";

/** A time in the past, some nanoseconds later. */
const at = (text: string, nanos = 0) => ({ ...timeOf(text), nanos });

export const imports: ClauseGroup = {
  name: "imports",
  clauses: [
    clause("LEDGER-035", "an import keeps the time it is given, to the nanosecond", async (ledger) => {
      const [made, early, late] = [at("2020-01-01", 2), at("2020-02-01", 999_999_998), at("2020-02-01", 999_999_999)];
      const [cash, ana] = [
        account({ importTime: at("2020-01-01", 1), keepsHistory: true }),
        account({ importTime: made }),
      ];
      await ledger.make(cash, ana);
      const last = transfer(cash, ana, 20n, { importTime: late });
      await ledger.book(transfer(cash, ana, 10n, { importTime: early }), last);
      assert.equal(nanosOf((await ledger.account(ana)).createTime), nanosOf(made));
      const booked = await ledger.transfer(last);
      assert.equal(nanosOf(booked.bookTime), nanosOf(late));
      const balanceAt = async (moment: { seconds: bigint; nanos: number }) =>
        (await ledger.client.getBalance({ accountId: cash.id, moment: { case: "bookTime", value: moment } }))
          .debitsPosted;
      assert.deepEqual([await balanceAt(made), await balanceAt(early), await balanceAt(late)], [0n, 10n, 30n]);
    }),

    clause("LEDGER-035", "without a value date it counts from the day it was booked there", async (ledger) => {
      const [cash, ana] = [
        account({ importTime: at("2020-01-01"), keepsHistory: true }),
        account({ importTime: at("2020-01-02") }),
      ];
      await ledger.make(cash, ana);
      await ledger.book(transfer(cash, ana, 10n, { importTime: at("2020-02-01", 999_999_999) }));
      await ledger.book(transfer(cash, ana, 5n));
      const balanceOn = async (day: string) => {
        const moment = { case: "valueDate", value: dayOf(day) } as const;
        return (await ledger.client.getBalance({ accountId: cash.id, moment })).debitsPosted;
      };
      assert.deepEqual([await balanceOn("2020-01-31"), await balanceOn("2020-02-01")], [0n, 10n]);
    }),

    clause("LEDGER-035", "sent again it answers EXISTS, and as no import it differs", async (ledger) => {
      const [cash, ana] = [account({ importTime: at("2020-01-01") }), account({ importTime: at("2020-01-02") })];
      const asked = transfer(cash, ana, 10n, { importTime: at("2020-02-01") });
      await ledger.make(cash, ana);
      await ledger.book(asked);
      assert.deepEqual(await ledger.create(cash, ana), ["EXISTS", "EXISTS"]);
      assert.deepEqual(await ledger.create({ ...cash, importTime: undefined }), ["EXISTS_WITH_DIFFERENT_FLAGS"]);
      assert.deepEqual(await ledger.send(asked), ["EXISTS"]);
      assert.deepEqual(await ledger.send({ ...asked, importTime: undefined }), ["EXISTS_WITH_DIFFERENT_FLAGS"]);
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 10n, 0n]);
    }),

    clause("LEDGER-035", "a request imports all of its items or none", async (ledger) => {
      const [cash, ana] = [account({ importTime: at("2020-01-01") }), account({ importTime: at("2020-01-02") })];
      assert.deepEqual(await ledger.create(cash, account(), ana), ["CREATED", "IMPORTED_EVENT_EXPECTED", "CREATED"]);
      const moved = (over = {}) => transfer(cash, ana, 1n, over);
      const imported = { importTime: at("2020-02-01") };
      assert.deepEqual(await ledger.send(moved(imported), moved()), ["CREATED", "IMPORTED_EVENT_EXPECTED"]);
      assert.deepEqual(await ledger.create(account(), account({ importTime: at("2020-03-01") })), [
        "CREATED",
        "IMPORTED_EVENT_NOT_EXPECTED",
      ]);
      assert.deepEqual(await ledger.send(moved(), moved({ importTime: at("2020-03-01") })), [
        "CREATED",
        "IMPORTED_EVENT_NOT_EXPECTED",
      ]);
    }),

    clause("LEDGER-035", "its time is past, and within what nanoseconds in 64 bits can say", async (ledger) => {
      const times = [at("1969-12-31"), at("2263-01-01"), at("2200-01-01"), at("2020-01-01")];
      assert.deepEqual(await ledger.create(...times.map((importTime) => account({ importTime }))), [
        "IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE",
        "IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE",
        "IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE",
        "CREATED",
      ]);
      const [cash, ana] = [account({ importTime: at("2020-01-02") }), account({ importTime: at("2020-01-03") })];
      await ledger.make(cash, ana);
      const later = [...times.slice(0, 3), at("2020-02-01")];
      assert.deepEqual(await ledger.send(...later.map((importTime) => transfer(cash, ana, 1n, { importTime }))), [
        "IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE",
        "IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE",
        "IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE",
        "CREATED",
      ]);
    }),

    clause("LEDGER-035", "its time is later than all before it, and than both accounts", async (ledger) => {
      const [cash, ana] = [account({ importTime: at("2020-01-01") }), account({ importTime: at("2020-06-01") })];
      await ledger.make(cash, ana);
      const regress = "IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS";
      const same = account({ importTime: at("2020-06-01") });
      assert.deepEqual(await ledger.create(account({ importTime: at("2020-05-31") }), same), [regress, regress]);
      const [early, retried] = [at("2020-03-01"), transfer(cash, ana, 1n, { importTime: at("2020-06-01") })];
      assert.deepEqual(
        await ledger.send(
          transfer(cash, ana, 1n, { importTime: early }),
          transfer(ana, cash, 1n, { importTime: early }),
          retried,
          { ...retried, importTime: at("2020-06-01", 1) },
          transfer(cash, ana, 1n, { importTime: at("2020-06-01", 1) }),
          transfer(cash, ana, 1n, { importTime: at("2020-06-01", 2) }),
        ),
        [
          "IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_CREDIT_ACCOUNT",
          "IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_DEBIT_ACCOUNT",
          "IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_CREDIT_ACCOUNT",
          "CREATED",
          regress,
          "CREATED",
        ],
      );
      await ledger.book(transfer(cash, ana, 1n));
      assert.deepEqual(await ledger.send(transfer(cash, ana, 1n, { importTime: at("2021-01-01") })), [regress]);
    }),

    clause("LEDGER-035", "it may be pending, but has no timeout", async (ledger) => {
      const [cash, ana] = [account({ importTime: at("2020-01-01") }), account({ importTime: at("2020-01-02") })];
      await ledger.make(cash, ana);
      const asked = transfer(cash, ana, 5n, { phase: TransferPhase.PENDING, importTime: at("2020-02-01") });
      assert.deepEqual(await ledger.send({ ...asked, timeoutSeconds: 1 }, renewed(asked)), [
        "IMPORTED_EVENT_TIMEOUT_MUST_BE_ZERO",
        "CREATED",
      ]);
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 0n, 5n]);
    }),
  ],
};
