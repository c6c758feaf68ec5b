/** Which answers of the host cannot be used: what breaks the agreement is never taken for true. */
import type { ExchangesDeps } from "./exchanges/exchanges.ts";
import { passesCheckDigit } from "./link/check-digit.ts";
import { isApproval } from "./mapping.ts";
import { toldOfAuthorization } from "./records/authorization.ts";
import { toldOfCard } from "./records/card.ts";
import { detailsOf } from "./records/details.ts";

/** Field 39: answer came too late, host inoperative, system malfunction. Nothing was done. */
const NOT_DONE: readonly string[] = ["68", "91", "96"];
/** Field 39 of an acknowledged reversal: done, or nothing to reverse. */
const REVERSED: readonly string[] = ["00", "25"];

/** Says why; undefined where the answer can be used. */
export const faultOfAnswer: ExchangesDeps["faultOfAnswer"] = (exchange, { fields }) => {
  const code = fields[39];
  if (code === undefined || !/^[0-9A-Z]{2}$/.test(code)) {
    return "no response code";
  }
  if (exchange.onLoss === "repeat" && NOT_DONE.includes(code)) {
    return "the host did nothing";
  }
  const details = detailsOf(exchange);
  switch (details.purpose) {
    case "provide_card":
    case "renew_card":
      if (code !== "00") {
        return undefined;
      }
      return toldOfCard(fields) === undefined || !passesCheckDigit(fields[2] ?? "") ? "no card is told of" : undefined;
    case "change_card":
      return code === "00" && toldOfCard(fields) === undefined ? "no card is told of" : undefined;
    case "check_pin":
      return undefined;
    case "authorize": {
      const told = toldOfAuthorization(fields);
      if (!isApproval(code)) {
        return undefined;
      }
      if (told === undefined) {
        return "no authorization is told of";
      }
      const isAsked = told.requested === details.requested && BigInt(told.approved) <= BigInt(details.requested);
      const isWhole = code === "10" || told.approved === told.requested;
      const isPaidFor = fields[49] === exchange.fields[49];
      return isAsked && isWhole && isPaidFor ? undefined : "approved is what was not asked for";
    }
    case "move":
      return isApproval(code) && toldOfAuthorization(fields) === undefined ? "no authorization is told of" : undefined;
    case "reverse_lost":
      return REVERSED.includes(code) ? undefined : "the reversal is not acknowledged";
    default:
      return details satisfies never;
  }
};
