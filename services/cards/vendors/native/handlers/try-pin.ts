/** One try of a PIN: right, wrong, or one too many. A wrong one counts, a right one gives all tries back. */
import type { Transaction } from "#platform/db/database.ts";
import { MAX_WRONG_PINS } from "../domain/card.ts";
import type { ResponseCode } from "../domain/codes.ts";
import type { NativeDeps } from "../program.ts";
import { type KeptCard, updateCard } from "../store/card-store.ts";
import type { PinBlock, PinFault } from "../vault/pin-block.ts";
import { contextOf } from "./issue.ts";

/** Tries a PIN of a card that is locked. */
export async function tryPin(
  { vault }: Pick<NativeDeps, "vault">,
  transaction: Transaction,
  tenant: string,
  card: KeptCard,
  sent: PinBlock,
): Promise<ResponseCode | PinFault> {
  const number = vault.numberOf(card.numberSealed, contextOf(tenant, card.id));
  const read = vault.readPin(sent, number);
  if (typeof read === "string") {
    return read;
  }
  if (card.wrongPins >= MAX_WRONG_PINS) {
    return "75";
  }
  const isRight = card.pinValue !== null && vault.isPin(number, read.pin, card.pinValue);
  const wrongPins = isRight ? 0 : card.wrongPins + 1;
  if (wrongPins !== card.wrongPins) {
    await updateCard(transaction, tenant, { ...card, wrongPins });
  }
  return isRight ? "00" : "55";
}
