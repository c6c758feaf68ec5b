/**
 * Stories of a ledger, one line per item, each ending in the word that is expected:
 *
 *     account A1                       created
 *     transfer T1 A1 A2 10 pending     created
 *     post T2 T1                       created
 *     balance A1 10/0 0/0
 *
 * `and` puts an item into the request of the line before; `wait 5s` and `wait -5s` move the clock; `expire` does what is
 * due; a balance is debits and credits posted, then pending. Options: name=value, or a flag's name.
 */
import assert from "node:assert/strict";
import type { BalanceConstraint, NewAccount } from "../account.ts";
import { type Books, openBooks } from "../books.ts";
import { createAccounts } from "../create-accounts.ts";
import { createTransfers } from "../create-transfers.ts";
import { expireDue } from "../expire.ts";
import { type Id, MAX_ID, ZERO_ID } from "../id.ts";
import type { AccountResult, TransferResult } from "../result.ts";
import { FLAG, type NewTransfer, PHASE, type Phase } from "../transfer.ts";

const START_NS = 1_700_000_000_000_000_000n;
const NS_PER_SECOND = 1_000_000_000n;
const MOST = 2n ** 63n - 1n;
const CONSTRAINTS: Readonly<Record<string, BalanceConstraint>> = {
  debits: "debits_must_not_exceed_credits",
  credits: "credits_must_not_exceed_debits",
};
const FLAGS: Readonly<Record<string, number>> = {
  linked: FLAG.linked,
  balancing_debit: FLAG.balancingDebit,
  balancing_credit: FLAG.balancingCredit,
  closing_debit: FLAG.closingDebit,
  closing_credit: FLAG.closingCredit,
};
const PHASES: Readonly<Record<string, Phase>> = { transfer: PHASE.single, post: PHASE.post, void: PHASE.void };

interface Line {
  readonly text: string;
  readonly verb: string;
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  readonly expected: string;
}

/** Plays a story, and says which lines came out otherwise: none, where all is as written. */
export function play(story: string, books: Books = openBooks()): string[] {
  let nowNs = START_NS;
  const wrong: string[] = [];
  for (const request of requestsOf(story)) {
    const [first] = request;
    if (first === undefined) continue;
    const { verb, words } = first;
    if (verb === "wait") {
      nowNs += BigInt((words[0] ?? "").replace("s", "")) * NS_PER_SECOND;
    } else if (verb === "at") {
      nowNs = BigInt(words[0] ?? "");
    } else if (verb === "expire") {
      expireDue(books, books.timeouts.takeDue(nowNs, 1_000), nowNs);
    } else if (verb === "balance") {
      const actual = balanceOf(books, words[0] ?? "");
      if (actual !== words.slice(1).join(" ")) wrong.push(`${first.text} <- ${actual}`);
    } else {
      const time = nowNs;
      const results: (AccountResult | TransferResult)[] =
        verb === "account"
          ? createAccounts(
              books,
              request.map((line) => toAccount(line, time)),
              nowNs,
            )
          : createTransfers(
              books,
              request.map((line) => toTransfer(line, time)),
              nowNs,
            );
      for (const [index, line] of request.entries()) {
        const result = results[index];
        const actual =
          result !== undefined && "firstStatus" in result ? `${result.status}:${result.firstStatus}` : result?.status;
        if (actual !== line.expected) wrong.push(`${line.text} <- ${actual}`);
      }
    }
  }
  return wrong;
}

/** An identity by its name; `0` and `max` are the two that are none. */
export function idOf(name: string): Id {
  if (name === "0") return ZERO_ID;
  return name === "max" ? MAX_ID : name.padStart(16, "\x01");
}

function requestsOf(story: string): Line[][] {
  const requests: Line[][] = [];
  for (const text of story.split("\n").map((line) => line.trim())) {
    if (text === "" || text.startsWith("#")) continue;
    const words = text.split(/\s+/);
    const joins = words[0] === "and";
    const [verb = "", ...rest] = joins ? words.slice(1) : words;
    const hasResult = verb === "account" || verb in PHASES;
    const fields = hasResult ? rest.slice(0, -1) : rest;
    const isOption = (word: string) =>
      hasResult && (word.includes("=") || word in FLAGS || ["closed", "history", "pending"].includes(word));
    const line: Line = {
      text,
      verb,
      words: fields.filter((word) => !isOption(word)),
      options: new Map(
        fields.filter(isOption).map((word) => {
          const at = word.indexOf("=");
          return at === -1 ? [word, ""] : [word.slice(0, at), word.slice(at + 1)];
        }),
      ),
      expected: rest.at(-1) ?? "",
    };
    const last = requests.at(-1);
    if (joins && last !== undefined) {
      last.push(line);
    } else {
      requests.push([line]);
    }
  }
  return requests;
}

function toAccount({ words, options }: Line, nowNs: bigint): NewAccount {
  return {
    id: idOf(words[0] ?? ""),
    ledger: Number(options.get("ledger") ?? 1),
    currencyCode: options.get("currency") ?? "BRL",
    code: Number(options.get("code") ?? 10),
    balanceConstraint: CONSTRAINTS[options.get("bounded") ?? ""] ?? "none",
    overdraftLimit: amountOf(options.get("overdraft") ?? "0"),
    keepsHistory: options.has("history"),
    madeClosed: options.has("closed"),
    metadata: metadataOf(options),
    importTimeNs: importTimeOf(options, nowNs),
  };
}

function toTransfer({ verb, words, options }: Line, nowNs: bigint): NewTransfer {
  const isMovement = verb === "transfer";
  const [id = "", second = "0", third = "0", fourth] = words;
  const amount = isMovement ? fourth : options.get("amount");
  const isPending = options.has("pending") && isMovement;
  return {
    id: idOf(id),
    phase: isPending ? PHASE.pending : (PHASES[verb] ?? PHASE.single),
    flags: flagsOf(options),
    debitAccountId: idOf(isMovement ? second : (options.get("debit") ?? "0")),
    creditAccountId: idOf(isMovement ? third : (options.get("credit") ?? "0")),
    amount: amount === undefined || amount === "-" ? undefined : amountOf(amount),
    currencyCode: options.get("currency") ?? (amount === undefined ? "" : "BRL"),
    code: Number(options.get("code") ?? (isMovement ? 1 : 0)),
    pendingId: idOf(isMovement ? (options.get("of") ?? "0") : second),
    timeoutSeconds: Number(options.get("timeout") ?? 0),
    metadata: metadataOf(options),
    valueDate: options.has("day") ? Number(options.get("day")) : undefined,
    reversesId: idOf(options.get("reverses") ?? "0"),
    importTimeNs: importTimeOf(options, nowNs),
  };
}

function flagsOf(options: ReadonlyMap<string, string>): number {
  const flags = [...options.keys()].reduce((sum, name) => sum | (FLAGS[name] ?? 0), 0);
  return options.has("import") ? flags | FLAG.imported : flags;
}

function metadataOf(options: ReadonlyMap<string, string>): Record<string, string> {
  const note = options.get("note");
  return note === undefined ? {} : { note };
}

/** `import=-5` is five nanoseconds ago; `import=@5` the fifth since the epoch; `import=@max` the last there is, and one. */
function importTimeOf(options: ReadonlyMap<string, string>, nowNs: bigint): bigint | undefined {
  const time = options.get("import");
  if (time === undefined) return undefined;
  return time.startsWith("@") ? amountOf(time.slice(1)) : nowNs + BigInt(time);
}

/** `max`, `max+1`, `max-5`, `half`, or a number. */
function amountOf(text: string): bigint {
  const match = /^(max|half)?([+-]?\d+)?$/.exec(text);
  assert(match !== null, `no amount: ${text}`);
  const base = match[1] === "max" ? MOST : match[1] === "half" ? MOST / 2n + 1n : 0n;
  return base + BigInt(match[2] ?? 0);
}

function balanceOf(books: Books, name: string): string {
  const account = books.accounts.get(idOf(name));
  if (account === undefined) return "none";
  const { debitsPosted, creditsPosted, debitsPending, creditsPending, closed } = account;
  return `${debitsPosted}/${creditsPosted} ${debitsPending}/${creditsPending}${closed ? " closed" : ""}`;
}
