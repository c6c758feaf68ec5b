/** What the answering of every request shares. */
import type { BindRules, MatchedRequest } from "./bind-request.ts";
import type { ErrorResponder } from "./error-reply.ts";
import type { HeaderFilter } from "./headers.ts";
import type { JsonWriter } from "./json-writer.ts";
import type { CallInfo, TranscoderLimits, TranscoderOptions } from "./options.ts";

/** A transcoder, as its parts see it. */
export interface Serving {
  readonly options: TranscoderOptions;
  readonly limits: TranscoderLimits;
  readonly bindRules: BindRules;
  readonly writeJson: JsonWriter;
  readonly respondToError: ErrorResponder;
  readonly passesBack: HeaderFilter;
  /** Hears of what could not be sent to the client. */
  readonly report: (slip: unknown) => void;
}

/** A request that may be answered. */
export interface AdmittedRequest extends MatchedRequest {
  readonly info: Pick<CallInfo, "header" | "timeoutMs" | "admitted">;
}
