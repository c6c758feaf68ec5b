import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CreateAccountStatus, CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { tigerBeetleLedgerProgram } from "./program.ts";
import { openFakeTigerBeetle } from "./testing/fake-tigerbeetle.ts";

let service: TestService;
let cluster: unknown[] = [];

beforeAll(async () => {
  const program = tigerBeetleLedgerProgram(async (...asked) => {
    cluster = asked;
    return openFakeTigerBeetle();
  });
  service = await startTestService(program, {
    env: { MALLA_TIGERBEETLE_ADDRESSES: "tb-0:3000,tb-1:3000", MALLA_TIGERBEETLE_CLUSTER_ID: "7" },
  });
});
afterAll(() => service.stop());

it("serves the contract as the ledger of the mesh, and tells what was booked", async () => {
  expect(cluster).toEqual([["tb-0:3000", "tb-1:3000"], 7n]);
  const tenant = `t-tb-${process.pid}`;
  const client = service.client(LedgerService, { tenant });
  const [debitAccountId, creditAccountId] = [randomUUID(), randomUUID()];
  const account = { ledger: 1, currencyCode: "BRL", code: 1 };
  const made = await client.createAccounts({
    accounts: [debitAccountId, creditAccountId].map((id) => ({ ...account, id })),
  });
  expect(made.results.map(({ status }) => CreateAccountStatus[status])).toEqual(["CREATED", "CREATED"]);
  const amount = { currencyCode: "BRL", minorUnits: 5n };
  const transfer = { id: randomUUID(), debitAccountId, creditAccountId, amount, code: 1 };
  const booked = await client.createTransfers({ transfers: [transfer] });
  expect(booked.results.map(({ status }) => CreateTransferStatus[status])).toEqual(["CREATED"]);
  async function* requests() {
    yield { requests: [{ sequence: 1n, transfers: [transfer] }] };
  }
  for await (const { answers } of client.streamTransfers(requests())) {
    expect(answers).toMatchObject([{ sequence: 1n, results: [{ status: CreateTransferStatus.EXISTS }] }]);
  }
  const events = await service.events(tenant, 3);
  expect(events.map(({ type }) => type.split(".").at(-1))).toEqual([
    "AccountCreated",
    "AccountCreated",
    "TransferPosted",
  ]);
});
