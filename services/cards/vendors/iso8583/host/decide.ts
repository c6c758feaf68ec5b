/** What the host makes of a message, by its type. Pure: the same books and circumstances give the same decision. */
import type { IsoMessage } from "../link/codec.ts";
import { repeatTypeOf } from "../link/exchange.ts";
import { decideAuthorization } from "./authorize.ts";
import type { Books } from "./books.ts";
import { decidePinCheck, PIN_CHECK } from "./check-pin.ts";
import { decideClearing } from "./clear.ts";
import { type Circumstances, CODES, type Decision, refuse } from "./decision.ts";
import { decideDispute } from "./dispute.ts";
import { decideReversal, takeBack } from "./reverse.ts";
import { decideFileUpdate } from "./update-file.ts";

/** Decides. */
export function decide(books: Books, message: IsoMessage, circumstances: Circumstances): Decision {
  switch (repeatTypeOf(message.mti)) {
    case "0101":
    case "0201":
      return message.fields[3] === PIN_CHECK
        ? decidePinCheck(books, message, circumstances)
        : decideAuthorization(books, message, circumstances);
    case "0221":
      return decideClearing(books, message);
    case "0303":
      return decideFileUpdate(books, message, circumstances);
    case "0401":
      return decideReversal(books, message);
    case "0421":
      return takeBack(books, message);
    case "0423":
      return decideDispute(books, message);
    default:
      return refuse(CODES.invalidTransaction);
  }
}
