/** What a ledger of a few accounts does with a few kinds of transfer, as simply as it can be said. */

/** Money to move or to reserve, or a pending transfer to resolve. Accounts and transfers are numbered by their making. */
export type Command =
  | { readonly kind: "transfer" | "pending"; readonly debit: number; readonly credit: number; readonly amount: number }
  | { readonly kind: "post"; readonly of: number; readonly amount: number | undefined }
  | { readonly kind: "void"; readonly of: number };

/** An account of the model. */
export interface ModelAccount {
  readonly bound: "none" | "debits" | "credits";
  debitsPosted: number;
  creditsPosted: number;
  debitsPending: number;
  creditsPending: number;
}

interface Booked {
  readonly command: Command;
  state: "pending" | "posted" | "voided" | undefined;
}

/** The books: accounts, what was booked, and what failed for good. */
export interface Model {
  readonly accounts: readonly ModelAccount[];
  readonly booked: Map<number, Booked>;
  readonly failed: Map<number, string>;
}

/** Failures that depend on the state of the moment, and spend the id. */
const TRANSIENT = new Set(["EXCEEDS_CREDITS", "EXCEEDS_DEBITS", "PENDING_TRANSFER_NOT_FOUND"]);

/** Opens books without money. */
export function openModel(bounds: readonly ModelAccount["bound"][]): Model {
  const nothing = { debitsPosted: 0, creditsPosted: 0, debitsPending: 0, creditsPending: 0 };
  return { accounts: bounds.map((bound) => ({ bound, ...nothing })), booked: new Map(), failed: new Map() };
}

/** What becomes of a command sent under a number, for the first time or again. */
export function send(model: Model, number: number, command: Command): string {
  if (model.booked.has(number)) {
    return "EXISTS";
  }
  if (model.failed.has(number)) {
    return "ID_ALREADY_FAILED";
  }
  const refusal = refusalOf(model, number, command);
  if (refusal === undefined) {
    book(model, number, command);
    return "CREATED";
  }
  if (TRANSIENT.has(refusal)) {
    model.failed.set(number, refusal);
  }
  return refusal;
}

function refusalOf(model: Model, number: number, command: Command): string | undefined {
  if ("debit" in command) {
    const [debit, credit] = [accountOf(model, command.debit), accountOf(model, command.credit)];
    if (debit === credit) return "ACCOUNTS_MUST_BE_DIFFERENT";
    const debits = debit.debitsPosted + debit.debitsPending + command.amount;
    if (debit.bound === "debits" && debits > debit.creditsPosted) return "EXCEEDS_CREDITS";
    const credits = credit.creditsPosted + credit.creditsPending + command.amount;
    return credit.bound === "credits" && credits > credit.debitsPosted ? "EXCEEDS_DEBITS" : undefined;
  }
  if (command.of === number) return "PENDING_ID_MUST_BE_DIFFERENT";
  const pending = model.booked.get(command.of);
  if (pending === undefined) return "PENDING_TRANSFER_NOT_FOUND";
  if (pending.command.kind !== "pending") return "PENDING_TRANSFER_NOT_PENDING";
  if (command.kind === "post" && (command.amount ?? 0) > pending.command.amount) {
    return "EXCEEDS_PENDING_TRANSFER_AMOUNT";
  }
  if (pending.state === "posted") return "PENDING_TRANSFER_ALREADY_POSTED";
  return pending.state === "voided" ? "PENDING_TRANSFER_ALREADY_VOIDED" : undefined;
}

function book(model: Model, number: number, command: Command): void {
  model.booked.set(number, { command, state: command.kind === "pending" ? "pending" : undefined });
  if ("debit" in command) {
    const moved = command.kind === "transfer" ? "Posted" : "Pending";
    accountOf(model, command.debit)[`debits${moved}`] += command.amount;
    accountOf(model, command.credit)[`credits${moved}`] += command.amount;
    return;
  }
  const pending = model.booked.get(command.of);
  if (pending?.command.kind !== "pending") {
    throw new Error("only a pending transfer is resolved");
  }
  const [debit, credit] = [accountOf(model, pending.command.debit), accountOf(model, pending.command.credit)];
  debit.debitsPending -= pending.command.amount;
  credit.creditsPending -= pending.command.amount;
  if (command.kind === "post") {
    debit.debitsPosted += command.amount ?? pending.command.amount;
    credit.creditsPosted += command.amount ?? pending.command.amount;
  }
  pending.state = command.kind === "post" ? "posted" : "voided";
}

function accountOf(model: Model, index: number): ModelAccount {
  const account = model.accounts[index];
  if (account === undefined) {
    throw new Error(`there is no account ${index}`);
  }
  return account;
}
