import fc from "fast-check";
import * as bindings from "tigerbeetle-node/dist/bindings.js";
import { describe, expect, it } from "vitest";
import { CreateAccountStatus, CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { BalanceConstraint, TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import { digestOf, idOf, normalUuid, u128OfUuid, uuidOfU128, ZERO_UUID } from "./ids.ts";
import {
  dayNumberOfTime,
  fromAccountFlags,
  fromDayNumber,
  fromTimeNs,
  fromTransferFlags,
  toAccountFlags,
  toDayNumber,
  toImportTimeNs,
  toMinorUnits,
  toTimeNs,
  toTransferFlags,
} from "./mapping.ts";
import { digestOfAccountNote, digestOfTransferNote, isSameMetadata } from "./notes.ts";
import { ACCOUNT_STATUSES, accountStatusName, TRANSFER_STATUSES, TRANSIENT, transferStatusName } from "./statuses.ts";
import { ACCOUNT_FLAG, MAX_U128, TRANSFER_FLAG } from "./tigerbeetle.ts";

/** Names and numbers of one of the client's enums. */
function numbersOf(numbered: Record<string, string | number>): [string, number][] {
  return Object.entries(numbered).filter((entry): entry is [string, number] => typeof entry[1] === "number");
}

describe("statuses", () => {
  it.each(numbersOf(bindings.CreateTransferStatus))("%s of a transfer has its number and name", (name, number) => {
    expect(transferStatusName(number)).toBe(name);
  });

  it.each(numbersOf(bindings.CreateAccountStatus))("%s of an account has its number and name", (name, number) => {
    expect(accountStatusName(number)).toBe(name);
  });

  it("are those of the client, and no more", () => {
    expect(Object.keys(TRANSFER_STATUSES).sort()).toEqual(
      numbersOf(bindings.CreateTransferStatus)
        .map(([name]) => name)
        .sort(),
    );
    expect(Object.keys(ACCOUNT_STATUSES).sort()).toEqual(
      numbersOf(bindings.CreateAccountStatus)
        .map(([name]) => name)
        .sort(),
    );
  });

  it("lead to a status of the contract, but for those that only a spoilt item or a defect leads to", () => {
    const without = (table: Record<string, readonly [number, unknown]>) =>
      Object.entries(table).flatMap(([name, [, status]]) => (status === undefined ? [name] : []));
    expect(without(TRANSFER_STATUSES)).toEqual([
      "timestamp_must_be_zero",
      "reserved_flag",
      "exists_with_different_user_data_128",
      "ledger_must_not_be_zero",
    ]);
    expect(without(ACCOUNT_STATUSES)).toEqual([
      "linked_event_failed",
      "linked_event_chain_open",
      "timestamp_must_be_zero",
      "reserved_field",
      "reserved_flag",
      "exists_with_different_user_data_128",
      "flags_are_mutually_exclusive",
      "debits_pending_must_be_zero",
      "debits_posted_must_be_zero",
      "credits_pending_must_be_zero",
      "credits_posted_must_be_zero",
      "ledger_must_not_be_zero",
      "code_must_not_be_zero",
    ]);
  });

  it("reach every status of the contract but those that the adapter itself judges", () => {
    const reached = (table: Record<string, readonly [number, string | undefined]>) =>
      new Set(Object.values(table).map(([, status]) => status));
    const beyond = (names: string[], table: Record<string, readonly [number, string | undefined]>) =>
      names.filter((name) => !reached(table).has(name));
    expect(
      beyond(
        numbersOf(CreateTransferStatus).map(([name]) => name),
        TRANSFER_STATUSES,
      ),
    ).toEqual([
      "UNSPECIFIED",
      "EXISTS_WITH_DIFFERENT_LINKED",
      "EXISTS_WITH_DIFFERENT_REVERSES_ID",
      "AMOUNT_MUST_BE_POSITIVE",
      "AMOUNT_MUST_NOT_BE_NEGATIVE",
      "AMOUNT_MUST_BE_SET",
      "VALUE_DATE_INVALID",
      "REVERSED_TRANSFER_NOT_FOUND",
      "REVERSED_TRANSFER_NOT_POSTED",
      "REVERSAL_MUST_MIRROR_ACCOUNTS",
      "EXCEEDS_REVERSED_TRANSFER_AMOUNT",
    ]);
    expect(
      beyond(
        numbersOf(CreateAccountStatus).map(([name]) => name),
        ACCOUNT_STATUSES,
      ),
    ).toEqual([
      "UNSPECIFIED",
      "EXISTS_WITH_DIFFERENT_BALANCE_CONSTRAINT",
      "EXISTS_WITH_DIFFERENT_OVERDRAFT_LIMIT",
      "EXISTS_WITH_DIFFERENT_CURRENCY",
      "OVERDRAFT_LIMIT_NEEDS_CONSTRAINT",
    ]);
  });

  it("are transient where the contract says so", () => {
    expect([...TRANSIENT].map((status) => CreateTransferStatus[status])).toContain("EXCEEDS_CREDITS");
    expect(TRANSIENT.size).toBe(9);
  });
});

describe("flags", () => {
  it("have the client's bits", () => {
    const { none: _none, ...accountBits } = Object.fromEntries(numbersOf(bindings.AccountFlags));
    expect(Object.values(ACCOUNT_FLAG)).toEqual(Object.values(accountBits));
    const { none: _nothing, ...transferBits } = Object.fromEntries(numbersOf(bindings.TransferFlags));
    expect(Object.values(TRANSFER_FLAG)).toEqual(Object.values(transferBits));
  });

  it("of transfers say what they were made of, in every combination", () => {
    const boolean = [false, true];
    let combinations = 0;
    for (const phase of [0, 1, 2, 3] as TransferPhase[]) {
      for (let bits = 0; bits < 64; bits++) {
        const at = (position: number) => boolean[(bits >> position) & 1] ?? false;
        const kind = {
          phase,
          linked: at(0),
          balancingDebit: at(1),
          balancingCredit: at(2),
          closingDebit: at(3),
          closingCredit: at(4),
          isImported: at(5),
        };
        expect(fromTransferFlags(toTransferFlags(kind))).toEqual(kind);
        combinations++;
      }
    }
    expect(combinations).toBe(256);
  });

  it("of accounts say what they were made of, in every combination", () => {
    const constraints = numbersOf(BalanceConstraint).map(([, value]) => value as BalanceConstraint);
    for (const balanceConstraint of constraints) {
      for (const keepsHistory of [false, true]) {
        for (const closed of [false, true]) {
          for (const isImported of [false, true]) {
            const kind = { balanceConstraint, keepsHistory, closed, isImported };
            expect(fromAccountFlags(toAccountFlags(kind))).toEqual(kind);
          }
        }
      }
    }
  });

  it("name a phase by one bit", () => {
    expect(fromTransferFlags(TRANSFER_FLAG.post).phase).toBe(TransferPhase.POST_PENDING);
    expect(fromTransferFlags(TRANSFER_FLAG.void).phase).toBe(TransferPhase.VOID_PENDING);
  });
});

describe("ids", () => {
  it("are UUIDs and 128 bits, both ways", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: MAX_U128 }), (value) => {
        expect(uuidOfU128(value)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        expect(u128OfUuid(uuidOfU128(value))).toBe(value);
      }),
    );
  });

  it("of two tenants never meet, and of one are always the same", () => {
    fc.assert(
      fc.property(fc.uuid(), fc.string(), fc.string(), (id, one, other) => {
        expect(idOf(one, id)).toBe(idOf(one, normalUuid(id.toUpperCase())));
        expect(idOf(one, id) === idOf(other, id)).toBe(one === other);
      }),
    );
  });

  it("that are refused stay what they are", () => {
    expect(idOf("bank", ZERO_UUID)).toBe(0n);
    expect(idOf("bank", "ffffffff-ffff-ffff-ffff-ffffffffffff")).toBe(MAX_U128);
    expect(normalUuid("")).toBe(ZERO_UUID);
  });
});

describe("days and times", () => {
  it("of the calendar are numbers, both ways, in order", () => {
    const range = { min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T00:00:00Z"), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(range), (date) => {
        const day = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
        const number = toDayNumber(day);
        expect(number === undefined ? undefined : fromDayNumber(number)).toEqual(day);
      }),
    );
    expect(toDayNumber({ year: 2024, month: 2, day: 29 })).toBe(20_240_229);
  });

  it.each([
    [2023, 2, 29],
    [2100, 2, 29],
    [2024, 13, 1],
    [2024, 4, 31],
    [2024, 0, 1],
    [2024, 1, 0],
    [0, 1, 1],
    [10_000, 1, 1],
  ])("%i-%i-%i is no day", (year, month, day) => {
    expect(toDayNumber({ year, month, day })).toBeUndefined();
  });

  it("of booking are nanoseconds, both ways", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (timeNs) => {
        expect(toTimeNs(fromTimeNs(timeNs))).toBe(timeNs);
        expect(toImportTimeNs(fromTimeNs(timeNs))).toBe(timeNs);
      }),
    );
    expect(dayNumberOfTime(1_735_689_599_999_999_999n)).toBe(20_241_231);
  });

  it("of import that 63 bits cannot hold become one that is refused", () => {
    expect(toImportTimeNs({ ...fromTimeNs(0n), seconds: -1n })).toBe(2n ** 63n);
    expect(toImportTimeNs({ ...fromTimeNs(0n), seconds: 10n ** 11n })).toBe(2n ** 63n);
  });
});

describe("notes", () => {
  const metadata = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_]{0,5}$/), fc.string({ maxLength: 5 }));

  it("have the same digest exactly where they say the same, whatever the order of labels", () => {
    fc.assert(
      fc.property(metadata, metadata, (one, other) => {
        const digest = (labels: Record<string, string>) =>
          digestOfTransferNote({ metadata: labels, reversesId: undefined });
        const reversed = Object.fromEntries(Object.entries(one).reverse());
        expect(digest(one)).toBe(digest(reversed));
        expect(digest(one) === digest(other)).toBe(isSameMetadata(one, other));
      }),
    );
  });

  it("are 0 where there is nothing to note, and else never", () => {
    expect(digestOfTransferNote({ metadata: {}, reversesId: undefined })).toBe(0n);
    expect(digestOfAccountNote({ metadata: {}, overdraftLimit: 0n })).toBe(0n);
    expect(digestOfAccountNote({ metadata: {}, overdraftLimit: 1n })).not.toBe(0n);
    expect(digestOf("")).toBeLessThan(2n ** 64n);
  });
});

it("sums beyond the contract's 64 bits are not shown", () => {
  expect(toMinorUnits(2n ** 63n - 1n)).toBe(2n ** 63n - 1n);
  expect(() => toMinorUnits(2n ** 63n)).toThrow();
});
