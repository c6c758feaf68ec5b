/** Copies of work for a vendor that is being looked at: sent when the caller has its answer, compared, and dropped. */
import type { DescMessage, DescMethodUnary, MessageShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { metrics } from "@opentelemetry/api";
import type { Call } from "../rpc/call.ts";
import type { Logger } from "../telemetry/log.ts";
import { type Difference, differencesBetween } from "./compare-answers.ts";
import { failedAttemptOf } from "./failed-attempt.ts";

/** Copies under way at once; more are dropped, and counted as such. */
const MAX_UNDER_WAY = 32;
/** Time that a copy has, in milliseconds: its own, since nobody waits for it. */
const COPY_TIMEOUT_MS = 10_000;

/** How a call of the vendor that served it ended: with an answer, or refused by an error of the contract. */
export type Served<O extends DescMessage> = { readonly answer: MessageShape<O> } | { readonly refusal: ConnectError };

/** A difference, and where it was seen. */
export interface SeenDifference {
  readonly tenant: string;
  readonly vendor: string;
  readonly shadowVendor: string;
  /** "package.Service/Method". */
  readonly method: string;
  readonly fields: readonly Difference[];
}

/** What copies need. */
export interface ShadowOptions {
  readonly capability: string;
  readonly log: Logger | undefined;
  readonly differs: (difference: SeenDifference) => void;
}

/** Sends copies. */
export interface Shadows {
  /** Has a copy sent when this turn of the event loop is over; never fails and is never waited for. */
  copy<I extends DescMessage, O extends DescMessage>(
    call: Call,
    method: DescMethodUnary<I, O>,
    vendors: { readonly vendor: string; readonly shadowVendor: string },
    served: Served<O>,
    ask: (call: Call) => Promise<MessageShape<O>>,
  ): void;
  close(): void;
}

/** Nothing is under way yet. */
export function openShadows({ capability, log, differs }: ShadowOptions): Shadows {
  const closing = new AbortController();
  const copies = metrics.getMeter("malla").createCounter("malla.vendor.shadow.copies");
  let underWay = 0;
  return {
    copy(call, method, { vendor, shadowVendor }, served, ask) {
      const name = `${method.parent.typeName}/${method.name}`;
      const count = (result: string) =>
        copies.add(1, { "malla.capability": capability, "malla.vendor": shadowVendor, "rpc.method": name, result });
      if (underWay >= MAX_UNDER_WAY) {
        count("dropped");
        return;
      }
      underWay += 1;
      const run = async () => {
        const own: Call = {
          ...call,
          deadlineMs: Date.now() + COPY_TIMEOUT_MS,
          signal: AbortSignal.any([closing.signal, AbortSignal.timeout(COPY_TIMEOUT_MS)]),
        };
        const outcome = await ask(own).then(
          (answer): Served<DescMessage> => ({ answer }),
          (error: unknown): Served<DescMessage> => ({ refusal: ConnectError.from(error) }),
        );
        if ("refusal" in outcome && failedAttemptOf(outcome.refusal)?.outcome !== "refused") {
          count("failed");
          log?.debug({ err: outcome.refusal, method: name, shadowVendor }, "shadow could not be asked");
          return;
        }
        const fields = compare(method.output, served, outcome);
        count(fields.length === 0 ? "same" : "different");
        if (fields.length > 0) {
          log?.warn({ tenant: call.tenant, method: name, vendor, shadowVendor, fields }, "shadow answered differently");
          differs({ tenant: call.tenant, vendor, shadowVendor, method: name, fields });
        }
      };
      setImmediate(() => {
        run()
          .catch((error: unknown) => log?.error({ err: error, method: name }, "shadow's answer could not be compared"))
          .finally(() => {
            underWay -= 1;
          });
      });
    },
    close: () => closing.abort(),
  };
}

function compare<O extends DescMessage>(desc: O, one: Served<O>, other: Served<DescMessage>): Difference[] {
  if ("answer" in one && "answer" in other) {
    // Both came of the same method.
    return differencesBetween(desc, one.answer, other.answer as MessageShape<O>);
  }
  const [value, shadowValue] = [statusOf(one), statusOf(other)];
  return value === shadowValue ? [] : [{ path: "(status)", value, shadowValue }];
}

function statusOf<O extends DescMessage>(served: Served<O>): string {
  return "answer" in served ? "OK" : (Code[served.refusal.code] ?? String(served.refusal.code));
}
