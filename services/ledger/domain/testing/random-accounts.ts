/** Random requests for accounts: few accounts of many kinds, so that whatever comes later meets them. */
import type { NewAccount } from "../account.ts";
import { type Id, MAX_ID, ZERO_ID } from "../id.ts";
import { type Draw, happens, pick } from "./draw.ts";

/** How many accounts there are to make. */
export const ACCOUNT_COUNT = 16;
/** Accounts that the very large amounts go between. */
export const WHALES: readonly number[] = [6, 7, 8];
const BASE = {
  ledger: 1,
  currencyCode: "BRL",
  code: 10,
  balanceConstraint: "none",
  overdraftLimit: 0n,
  keepsHistory: false,
} as const;

const KINDS: Readonly<Record<number, Partial<NewAccount>>> = {
  2: { balanceConstraint: "debits_must_not_exceed_credits" },
  3: { balanceConstraint: "debits_must_not_exceed_credits", overdraftLimit: 50n },
  4: { balanceConstraint: "credits_must_not_exceed_debits" },
  5: { balanceConstraint: "credits_must_not_exceed_debits", overdraftLimit: 50n },
  9: { currencyCode: "USD" },
  10: { ledger: 2 },
  11: { madeClosed: true },
  12: { keepsHistory: true, metadata: { owner: "ação", kind: "one" } },
};

/** The one account with this index. */
export function accountAt(index: number): NewAccount {
  return { ...BASE, madeClosed: false, metadata: {}, importTimeNs: undefined, ...KINDS[index], id: accountId(index) };
}

export function accountId(index: number): Id {
  return `\x01${"\0".repeat(13)}a${String.fromCharCode(index)}`;
}

/** Some accounts, of which some exist, some differ from what exists, and some are wrong. */
export function randomAccounts(draw: Draw, nowNs: bigint): NewAccount[] {
  const imports = happens(draw, 15);
  const base = nowNs - BigInt(pick(draw, [4, 1_000, 50_000_000, 3_000_000_000]));
  return Array.from({ length: 1 + draw(4) }, (_, index) => {
    const account = { ...accountAt(draw(ACCOUNT_COUNT)), ...(imports ? { importTimeNs: base + BigInt(index) } : {}) };
    return happens(draw, 25) ? spoil(draw, account, nowNs) : account;
  });
}

function spoil(draw: Draw, account: NewAccount, nowNs: bigint): NewAccount {
  const changes: readonly [Partial<NewAccount>, ...Partial<NewAccount>[]] = [
    { id: ZERO_ID },
    { id: MAX_ID },
    { madeClosed: !account.madeClosed },
    { keepsHistory: !account.keepsHistory },
    { balanceConstraint: account.balanceConstraint === "none" ? "debits_must_not_exceed_credits" : "none" },
    { overdraftLimit: account.overdraftLimit + 1n },
    { metadata: { owner: "another" } },
    { ledger: account.ledger + 1 },
    { currencyCode: "EUR" },
    { code: account.code + 1 },
    { importTimeNs: undefined },
    { importTimeNs: -1n },
    { importTimeNs: 2n ** 63n },
    { importTimeNs: nowNs + BigInt(draw(2)) },
    { importTimeNs: 1n },
  ];
  return { ...account, ...pick(draw, changes) };
}
