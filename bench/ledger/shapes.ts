/** The shapes of load: which method, how many transfers a request holds, how many requests are under way. */

/** Transfers in a full batch: the contract's most. */
export const FULL_BATCH = 8_190;

/** Which way transfers go in. */
export type Way = "unary" | "stream" | "batch" | "load";

/** A shape of load. */
export interface Shape {
  readonly name: string;
  readonly way: Way;
  readonly transfersPerRequest: number;
  readonly requestsInFlight: number;
  /** Measured in every pair; the others in the first only. */
  readonly isHeadline: boolean;
}

/** Which accounts a transfer takes. */
export type Accounts = "uniform" | "hot";

/** All shapes, in the order they are measured. */
export const SHAPES: readonly Shape[] = [
  unary(1, false),
  unary(64, true),
  unary(1_024, true),
  stream(1, false),
  stream(64, true),
  stream(1_024, true),
  stream(8_192, true),
  {
    name: "CreateTransfers, 8,190 messages a call, 2 in flight",
    way: "batch",
    transfersPerRequest: FULL_BATCH,
    requestsInFlight: 2,
    isHeadline: true,
  },
  load(1, false),
  load(2, true),
];

/** The shape that fills the ledger fastest. */
export const FASTEST: Shape = load(2, true);

function unary(callers: number, isHeadline: boolean): Shape {
  const name = `CreateTransfers, 1 a call, ${count(callers)} callers`;
  return { name, way: "unary", transfersPerRequest: 1, requestsInFlight: callers, isHeadline };
}

function stream(inFlight: number, isHeadline: boolean): Shape {
  const name = `StreamTransfers, 1 a message, ${count(inFlight)} in flight`;
  return { name, way: "stream", transfersPerRequest: 1, requestsInFlight: inFlight, isHeadline };
}

function load(inFlight: number, isHeadline: boolean): Shape {
  const name = `LoadTransfers, 8,190 packed a call, ${inFlight} in flight`;
  return { name, way: "load", transfersPerRequest: FULL_BATCH, requestsInFlight: inFlight, isHeadline };
}

function count(value: number): string {
  return value.toLocaleString("en-GB");
}
