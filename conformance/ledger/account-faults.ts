/** What can be wrong with an account. */
import { BalanceConstraint } from "#gen/malla/ledger/v1/ledger_pb.js";
import { account, deposit, MAX_ID, timeOf, ZERO_ID } from "./build.ts";
import { type AccountFaults, fault } from "./faults.ts";
import type { Ledger } from "./ledger.ts";

const ofAnyKind: AccountFaults["faults"] = [
  fault("ID_MUST_NOT_BE_ZERO", { id: ZERO_ID }),
  fault("ID_MUST_NOT_BE_INT_MAX", { id: MAX_ID }),
  fault("OVERDRAFT_LIMIT_NEEDS_CONSTRAINT", { overdraftLimit: 5n }),
];

/** All kinds of faulty accounts, for books that are empty. */
export async function accountFaults(ledger: Ledger): Promise<AccountFaults[]> {
  const [made, bare] = [deposit(5n, { metadata: { owner: "ana" } }), account()];
  // Imports come first: nothing can be imported that is older than what is there.
  const imported = account({ importTime: timeOf("2019-12-31") });
  await ledger.make(imported);
  return [
    {
      of: "an imported account",
      ahead: [account({ importTime: timeOf("2020-01-01") })],
      sound: () => account({ importTime: timeOf("2020-02-01") }),
      faults: [
        ...ofAnyKind,
        fault("IMPORTED_EVENT_EXPECTED", { importTime: undefined }),
        fault("IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE", { importTime: timeOf("1969-12-31") }),
        // Not past either.
        fault("IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE", { importTime: timeOf("2263-01-01") }),
        fault("IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE", { importTime: timeOf("2200-01-01") }),
        fault("IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS", { importTime: timeOf("2019-01-01") }),
      ],
    },
    {
      // Older than what is there, which would be a fault.
      of: "an imported account that exists",
      ahead: [account({ importTime: timeOf("2020-01-15") })],
      sound: () => imported,
      faults: [
        fault("IMPORTED_EVENT_EXPECTED", { importTime: undefined }),
        fault("EXISTS_WITH_DIFFERENT_METADATA", { metadata: { owner: "ana" } }),
        fault("EXISTS_WITH_DIFFERENT_CODE", { code: 11 }),
        fault("EXISTS", {}),
      ],
    },
    {
      of: "an account",
      ahead: [account()],
      sound: () => account(),
      faults: [...ofAnyKind, fault("IMPORTED_EVENT_NOT_EXPECTED", { importTime: timeOf("2263-01-01") })],
    },
    {
      of: "an account that exists",
      ahead: [made],
      sound: () => made,
      faults: [
        fault("IMPORTED_EVENT_NOT_EXPECTED", { importTime: timeOf("2020-01-01") }),
        fault("EXISTS_WITH_DIFFERENT_FLAGS", { keepsHistory: true }),
        fault("EXISTS_WITH_DIFFERENT_FLAGS", { closed: true }),
        fault("EXISTS_WITH_DIFFERENT_BALANCE_CONSTRAINT", {
          balanceConstraint: BalanceConstraint.CREDITS_MUST_NOT_EXCEED_DEBITS,
        }),
        fault("EXISTS_WITH_DIFFERENT_OVERDRAFT_LIMIT", { overdraftLimit: 6n }),
        fault("EXISTS_WITH_DIFFERENT_METADATA", { metadata: {} }),
        fault("EXISTS_WITH_DIFFERENT_LEDGER", { ledger: 2 }),
        fault("EXISTS_WITH_DIFFERENT_CURRENCY", { currencyCode: "MXN" }),
        fault("EXISTS_WITH_DIFFERENT_CODE", { code: 11 }),
      ],
    },
    {
      of: "an account that exists without a constraint",
      ahead: [bare],
      sound: () => bare,
      faults: [
        // It needs a constraint as well.
        fault("EXISTS_WITH_DIFFERENT_OVERDRAFT_LIMIT", { overdraftLimit: 6n }),
        fault("EXISTS_WITH_DIFFERENT_METADATA", { metadata: { owner: "ana" } }),
      ],
    },
  ];
}
