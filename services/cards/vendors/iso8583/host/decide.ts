/** What the host makes of a message, by its type. Pure: the same books and circumstances give the same decision. */
import type { IsoMessage } from "../link/codec.ts";
import { repeatTypeOf } from "../link/exchange.ts";
import { decideAuthorization } from "./authorize.ts";
import { bookAdvice } from "./book-advice.ts";
import type { Books } from "./books.ts";
import { type Circumstances, CODES, type Decision, refuse } from "./decision.ts";
import { decideReversal } from "./reverse.ts";
import { decideFileUpdate } from "./update-file.ts";

/** Decides. */
export function decide(books: Books, message: IsoMessage, circumstances: Circumstances): Decision {
  switch (repeatTypeOf(message.mti)) {
    case "0101":
    case "0201":
      return decideAuthorization(books, message, circumstances);
    case "0221":
    case "0423":
      return bookAdvice(books, message);
    case "0401":
    case "0421":
      return decideReversal(books, message);
    case "0303":
      return decideFileUpdate(books, message, circumstances);
    default:
      return refuse(CODES.invalidTransaction);
  }
}
