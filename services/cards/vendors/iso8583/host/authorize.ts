/** Requests 0100 and 0200: may the holder spend this, and how much of it. */
import type { IsoMessage } from "../link/codec.ts";
import { keyOfOriginal, originalOf, packAmount } from "../link/original.ts";
import { unpackPrivateData } from "../link/private-data.ts";
import { type Authorization, availableMinor, type Books, type Card, type Effect } from "./books.ts";
import { checkCard, isDecision } from "./check-card.ts";
import { type Circumstances, CODES, type Decision, refuse } from "./decision.ts";
import { exchangeKeyOf } from "./exchange-key.ts";

/** Field 3, first two digits: a credit to the holder. */
const REFUND = "20";

/** Decides an authorization (0100: held) or a financial request (0200: booked at once). */
export function decideAuthorization(books: Books, message: IsoMessage, circumstances: Circumstances): Decision {
  const { fields } = message;
  const key = exchangeKeyOf(message);
  if (books.reversedUnseen.has(key)) {
    return refuse(CODES.doNotHonour);
  }
  const card = checkCard(books, message, circumstances.at);
  if (isDecision(card)) {
    return card;
  }
  const account = books.accounts.get(card.account);
  const asked = BigInt(fields[4] ?? "0");
  if (account === undefined || fields[49] !== account.currency) {
    return refuse(CODES.notPermitted);
  }
  const restored: Effect[] = fields[52] === undefined ? [] : [{ kind: "card", card }];
  if (asked === 0n) {
    // Nothing is asked for: the card, and the PIN where one came, are in order.
    return { code: CODES.approved, effects: restored, fields: { 38: circumstances.newApprovalCode() } };
  }
  if (fields[3]?.startsWith(REFUND)) {
    const posting = { account: card.account, amountMinor: asked };
    return {
      code: CODES.approved,
      effects: [{ kind: "posting", key, posting }],
      fields: { 38: circumstances.newApprovalCode() },
    };
  }
  const before = earlierOf(books, message, card);
  if (before === "none") {
    return refuse(CODES.noSuchRecord);
  }
  const refusal = checkRules(books, card, message, asked, circumstances.at);
  if (refusal !== undefined) {
    return refuse(refusal);
  }
  const available = availableMinor(books, card.account);
  const takesPart = unpackPrivateData(fields[48])["PA"] === "1" && before === undefined;
  const approved = asked <= available ? asked : takesPart ? available : 0n;
  if (approved <= 0n) {
    return refuse(CODES.insufficientFunds);
  }
  return approve({ message, card, asked, approved, before, restored, circumstances });
}

function approve(approval: {
  readonly message: IsoMessage;
  readonly card: Card;
  readonly asked: bigint;
  readonly approved: bigint;
  readonly before: { readonly key: string; readonly authorization: Authorization } | undefined;
  readonly restored: readonly Effect[];
  readonly circumstances: Circumstances;
}): Decision {
  const { message, card, asked, approved, before, restored, circumstances } = approval;
  const isFinancial = message.mti.startsWith("02");
  const key = before?.key ?? exchangeKeyOf(message);
  const approvalCode = before?.authorization.approvalCode ?? circumstances.newApprovalCode();
  const authorization: Authorization = {
    pan: card.pan,
    approvedMinor: (before?.authorization.approvedMinor ?? 0n) + approved,
    openMinor: (before?.authorization.openMinor ?? 0n) + (isFinancial ? 0n : approved),
    clearedMinor: (before?.authorization.clearedMinor ?? 0n) + (isFinancial ? approved : 0n),
    approvalCode,
    day: before?.authorization.day ?? dayOf(circumstances.at),
  };
  const used: Card = card.rules.isSingleUse ? { ...card, state: "C" } : card;
  const posting = { account: card.account, amountMinor: -approved, authorization: key };
  return {
    code: approved < asked ? CODES.approvedInPart : CODES.approved,
    effects: [
      ...restored,
      ...(card.rules.isSingleUse ? [{ kind: "card" as const, card: used }] : []),
      { kind: "authorization", key, authorization },
      ...(before === undefined ? [] : [incrementOf(exchangeKeyOf(message), key, approved)]),
      ...(isFinancial ? [{ kind: "posting" as const, key: exchangeKeyOf(message), posting }] : []),
    ],
    fields: {
      4: packAmount(approved),
      38: approvalCode,
      // Amount type 57: what was asked for.
      ...(approved < asked ? { 54: `0057${message.fields[49]}D${packAmount(asked)}` } : {}),
    },
  };
}

function incrementOf(key: string, authorization: string, amountMinor: bigint): Effect {
  return { kind: "increment", key, increment: { authorization, amountMinor } };
}

/** The authorization that an incremental one adds to: undefined where the message is a first one. */
function earlierOf(books: Books, message: IsoMessage, card: Card) {
  const original = originalOf(message);
  if (original === undefined) {
    return undefined;
  }
  const key = keyOfOriginal(original);
  const authorization = books.authorizations.get(key);
  return authorization === undefined || authorization.pan !== card.pan || authorization.openMinor === 0n
    ? ("none" as const)
    : { key, authorization };
}

function checkRules(books: Books, { pan, rules }: Card, { fields }: IsoMessage, asked: bigint, at: Date) {
  const category = fields[18] ?? "";
  if (rules.allowedCategories?.includes(category) === false || rules.blockedCategories?.includes(category)) {
    return CODES.notPermitted;
  }
  const spent = books.spent.get(`${pan}/${dayOf(at)}`) ?? 0n;
  const exceeds =
    (rules.perTransactionMinor !== undefined && asked > rules.perTransactionMinor) ||
    (rules.perDayMinor !== undefined && spent + asked > rules.perDayMinor);
  return exceeds ? CODES.exceedsLimit : undefined;
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}
