import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { CreateTransferStatus as Status } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { CreateTransferResultSchema } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { outcomeOf } from "./transfer-outcome.ts";

const { CREATED, EXISTS, LINKED_EVENT_FAILED, ID_ALREADY_FAILED, EXCEEDS_CREDITS } = Status;

function result(status: Status, firstStatus: Status = Status.UNSPECIFIED) {
  const isBooked = status === CREATED || status === EXISTS;
  return create(CreateTransferResultSchema, {
    status,
    firstStatus,
    ...(isBooked ? { bookTime: { seconds: 1n, nanos: 5 } } : {}),
  });
}

/** How an operation ends, or "unknown" where nothing may be concluded. */
function word(results: ReturnType<typeof result>[]): string {
  try {
    const outcome = outcomeOf("op", results);
    return outcome.state === "posted" ? "posted" : outcome.refusal.reason;
  } catch {
    return "unknown";
  }
}

describe("the ledger's answer", () => {
  it.each([
    ["posted", [result(CREATED)]],
    ["posted", [result(CREATED), result(CREATED)]],
    ["posted", [result(EXISTS), result(EXISTS)]],
    ["posted", [result(EXISTS), result(LINKED_EVENT_FAILED)]],
    ["insufficient_funds", [result(EXCEEDS_CREDITS)]],
    ["insufficient_funds", [result(EXCEEDS_CREDITS), result(LINKED_EVENT_FAILED)]],
    ["insufficient_funds", [result(LINKED_EVENT_FAILED), result(EXCEEDS_CREDITS)]],
    ["insufficient_funds", [result(ID_ALREADY_FAILED, EXCEEDS_CREDITS), result(LINKED_EVENT_FAILED)]],
    ["insufficient_funds", [result(LINKED_EVENT_FAILED), result(ID_ALREADY_FAILED, EXCEEDS_CREDITS)]],
    ["balance_overflow", [result(Status.OVERFLOWS_CREDITS_POSTED)]],
    ["balance_overflow", [result(Status.OVERFLOWS_DEBITS_POSTED), result(LINKED_EVENT_FAILED)]],
    ["unknown", [result(Status.DEBIT_ACCOUNT_NOT_FOUND)]],
    ["unknown", [result(ID_ALREADY_FAILED, Status.CREDIT_ACCOUNT_NOT_FOUND)]],
    ["unknown", [result(Status.EXISTS_WITH_DIFFERENT_AMOUNT)]],
    ["unknown", [result(LINKED_EVENT_FAILED), result(LINKED_EVENT_FAILED)]],
    ["unknown", [result(CREATED), result(EXCEEDS_CREDITS)]],
    ["unknown", [result(CREATED), result(LINKED_EVENT_FAILED)]],
    ["unknown", []],
  ])("means %s", (expected, results) => {
    expect(word(results)).toBe(expected);
  });

  it("keeps the first transfer's book time to the nanosecond", () => {
    expect(outcomeOf("op", [result(CREATED)])).toEqual({ state: "posted", bookTimeNs: 1_000_000_005n });
  });
});
