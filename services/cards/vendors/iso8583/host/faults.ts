/** What the host can be told to do wrong, so that the other side can be seen to bear it. */
import { z } from "zod";

/** A fault, and which messages it befalls. */
export const faultSchema = z.strictObject({
  /**
   * delay: the answer leaves later. drop_request: as if it had never come. drop_answer: done, but not answered.
   * cut: done, and the connection cut before the answer. twice: answered twice. garbage: octets that are no message instead
   * of the answer. half: half of the answer, then the connection is cut.
   */
  kind: z.enum(["delay", "drop_request", "drop_answer", "cut", "twice", "garbage", "half"]),
  /** Message type that it befalls; absent: any but those of network management. */
  mti: z
    .string()
    .regex(/^[0-9]{4}$/)
    .optional(),
  /** How many messages it befalls before it is over. */
  times: z.number().int().min(1).max(1_000_000).default(1),
  /** By how much a delay delays. */
  delayMs: z.number().int().min(0).max(600_000).default(0),
});

/** A fault that was ordered. */
export type Fault = z.infer<typeof faultSchema>;

/** Faults that still have messages to befall. */
export interface Faults {
  order(fault: Fault): void;
  clear(): void;
  /** The fault that befalls a message, if any; each is used up by as many messages as it was ordered for. */
  take(mti: string): Fault | undefined;
}

/** Makes an empty list of faults. */
export function createFaults(): Faults {
  let ordered: Fault[] = [];
  return {
    order: (fault) => void ordered.push(fault),
    clear() {
      ordered = [];
    },
    take(mti) {
      const index = ordered.findIndex((fault) => (fault.mti === undefined ? !mti.startsWith("08") : fault.mti === mti));
      const fault = ordered[index];
      if (fault === undefined) {
        return undefined;
      }
      ordered = ordered.flatMap((one) =>
        one !== fault ? [one] : one.times > 1 ? [{ ...one, times: one.times - 1 }] : [],
      );
      return fault;
    },
  };
}
