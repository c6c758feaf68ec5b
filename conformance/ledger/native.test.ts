/** The native ledger, put through the suite. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { ledgerProgram } from "../../services/ledger/service.ts";
import { type LedgerHarness, ledgerSuite, nothingProvoked, offers, runClause, unprovoked } from "./suite.ts";

/** Deadline of a call, in milliseconds: the largest requests on a busy machine. */
const CALL_TIMEOUT_MS = 20_000;

let service: TestService;

const harness: LedgerHarness = {
  client: (tenant) => service.client(LedgerService, { tenant, timeoutMs: CALL_TIMEOUT_MS }),
  events: (tenant, count) => service.events(tenant, count),
  async restart(whileDown) {
    await service.stop();
    await whileDown();
    service = await startTestService(ledgerProgram, { databaseOf: service });
  },
};

beforeAll(async () => {
  service = await startTestService(ledgerProgram);
});
afterAll(() => service.stop());

const provoked = nothingProvoked();

describe.each(ledgerSuite)("$name", ({ clauses }) => {
  for (const clause of clauses.filter((one) => offers(harness, one))) {
    it(`${clause.id}: ${clause.says}`, () => runClause(clause, harness, provoked));
  }
});

it("every status that a ledger can answer was answered", () => {
  expect(unprovoked(provoked)).toEqual([]);
});
