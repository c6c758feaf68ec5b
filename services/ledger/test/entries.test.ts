import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { Direction } from "#gen/malla/ledger/v1/ledger_pb.js";
import { LedgerService, type ListEntriesRequestSchema } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { pageToken } from "#platform/paging/page-token.ts";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { ledgerProgram } from "../service.ts";
import { account, make, send, transfer } from "./build.ts";

let service: TestService;
const tenant = "bank-one";
const newClient = () => service.client(LedgerService, { tenant });
let client: ReturnType<typeof newClient>;
let [cash, ana] = [account(), account()];

beforeAll(async () => {
  service = await startTestService(ledgerProgram);
  client = newClient();
});
afterAll(() => service.stop());
beforeEach(async () => {
  [cash, ana] = [account({ keepsHistory: true }), account({ keepsHistory: true })];
  await make(client, cash, ana);
});

/** Seven in, of 1 to 7; out after every second, of 100. */
async function postSome(): Promise<void> {
  for (let amount = 1n; amount <= 7n; amount++) {
    await send(client, transfer(cash, ana, amount), ...(amount % 2n === 0n ? [transfer(ana, cash, 100n)] : []));
  }
}

it("entries come newest first, with the balance that each left", async () => {
  await send(client, transfer(cash, ana, 5n), transfer(ana, cash, 2n), transfer(cash, ana, 1n));
  const { entries, nextPageToken } = await client.listEntries({ accountId: ana.id.toUpperCase() });
  expect(entries.map((entry) => [entry.direction, entry.debitsPostedAfter, entry.creditsPostedAfter])).toEqual([
    [Direction.CREDIT, 2n, 6n],
    [Direction.DEBIT, 2n, 5n],
    [Direction.CREDIT, 0n, 5n],
  ]);
  expect(nextPageToken).toBe("");
});

it("an account that keeps no history lists its entries without balances", async () => {
  const bia = account();
  await make(client, bia);
  await send(client, transfer(ana, bia, 5n));
  const after = async ({ id }: { id: string }) =>
    (await client.listEntries({ accountId: id })).entries.map((entry) => [
      entry.direction,
      entry.transfer?.amount?.minorUnits,
      entry.debitsPostedAfter,
      entry.creditsPostedAfter,
    ]);
  expect(await after(bia)).toEqual([[Direction.CREDIT, 5n, 0n, 0n]]);
  expect(await after(ana)).toEqual([[Direction.DEBIT, 5n, 5n, 0n]]);
});

it("LEDGER-032: pages neither repeat nor miss an entry while writes go on", async () => {
  await postSome();
  const before = (await client.listEntries({ accountId: ana.id })).entries.map((entry) => entry.transfer?.id);
  expect(before).toHaveLength(10);
  const paged: (string | undefined)[] = [];
  let token = "";
  do {
    const page = await client.listEntries({ accountId: ana.id, pageSize: 3, pageToken: token });
    paged.push(...page.entries.map((entry) => entry.transfer?.id));
    token = page.nextPageToken;
    await send(client, transfer(cash, ana, 9n), transfer(ana, cash, 9n));
  } while (token !== "");
  expect(paged).toEqual(before);
});

it("entries are filtered by side and by time, from inclusive to exclusive", async () => {
  await postSome();
  const list = async (filter: MessageInitShape<typeof ListEntriesRequestSchema>) =>
    (await client.listEntries({ ...filter, accountId: ana.id })).entries;
  expect(await list({ direction: Direction.DEBIT })).toHaveLength(3);
  expect(await list({ direction: Direction.CREDIT })).toHaveLength(7);
  const times = (await list({})).flatMap(({ transfer }) => transfer?.bookTime ?? []);
  const [endTime, startTime] = [times[2], times[5]];
  if (startTime === undefined || endTime === undefined) {
    throw new Error("there are ten entries");
  }
  const between = await list({ startTime, endTime });
  expect(between.map(({ transfer }) => transfer?.bookTime)).toEqual(times.slice(3, 6));
  expect(await list({ endTime: { seconds: -62_135_596_800n, nanos: 0 } })).toEqual([]);
  expect(await list({ endTime: { seconds: 253_402_300_799n, nanos: 999_999_999 } })).toHaveLength(10);
});

it("an account that does not exist is not found", async () => {
  const nobody = account();
  const error = await failure(client.listEntries({ accountId: nobody.id }));
  expect(error.code).toBe(Code.NotFound);
  expect(errorInfoOf(error)).toMatchObject({
    reason: "ACCOUNT_NOT_FOUND",
    domain: "ledger.malla",
    metadata: { account_id: nobody.id },
  });
});

it("a page token of another account, filter or making is refused", async () => {
  await postSome();
  const { nextPageToken } = await client.listEntries({ accountId: ana.id, pageSize: 3 });
  const filter = ["entries", tenant, ana.id, "both", "0", String(2n ** 63n - 1n)];
  for (const request of [
    { accountId: cash.id, pageToken: nextPageToken },
    { accountId: ana.id, pageToken: nextPageToken, direction: Direction.DEBIT },
    { accountId: ana.id, pageToken: "abc" },
    { accountId: ana.id, pageToken: pageToken(filter, "1 or 1") },
  ]) {
    expect(errorInfoOf(await failure(client.listEntries(request)))?.reason).toBe("PAGE_TOKEN_INVALID");
  }
});

/** The failure of a call that must fail. */
function failure(call: Promise<unknown>): Promise<ConnectError> {
  return call.then(() => new ConnectError("the call succeeded", Code.Unknown), ConnectError.from);
}
