/** The ledger's clauses over REST: what gRPC clients are answered, an HTTP client with JSON is answered too. */
import { hasOption } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { http } from "#gen/google/api/annotations_pb.js";
import { RetryInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import { LedgerErrorReason } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { account, transfer } from "../../conformance/ledger/build.ts";
import { fails } from "../../conformance/ledger/expect.ts";
import { openLedger } from "../../conformance/ledger/ledger.ts";
import {
  type LedgerHarness,
  ledgerSuite,
  nothingProvoked,
  offers,
  runClause,
  unprovoked,
} from "../../conformance/ledger/suite.ts";
import { ledgerProgram } from "../../services/ledger/service.ts";
import { startTestEdge, type TestEdge } from "./edge.ts";
import { createRestTransport } from "./rest-transport.ts";

/** Deadline of a call, in milliseconds: large requests on a busy machine. */
const CALL_TIMEOUT_MS = 20_000;

/** Subjects that have no REST route, with the reason. Single clauses that need a restart go by the harness. */
const GROUPS_WITHOUT_ROUTE: Readonly<Record<string, string>> = {
  loads: "LoadTransfers has no google.api.http rule: packed columns are for gRPC",
  events: "events come over the bus, and to REST by the edge's own stream of events",
  streams: "StreamTransfers has no google.api.http rule: REST has no streams from the client",
};

/** Clauses that REST cannot keep, with the reason. */
const CLAUSES_BEYOND_REST: Readonly<Record<string, string>> = {
  "takes 8,190 transfers at once, and no more": "as JSON they pass the edge's 1 MiB of body; see the test of it below",
};

/** Reasons that no request over REST brings about alone, with why. */
const UNPROVOKABLE_REASONS: Readonly<Partial<Record<keyof typeof LedgerErrorReason, string>>> = {
  UNSPECIFIED: "never sent",
  COLUMNS_UNEVEN: "only LoadTransfers answers it, which has no route",
  NOT_THE_WRITER: "a state of the process; provoked below by a second one",
  HISTORY_BEHIND: "a state of the database, which falls behind by itself",
  STORAGE_FULL: "a state of the database",
};

let ledger: TestService;
let edge: TestEdge;
const provoked = nothingProvoked();
const reasons = new Set<string>();

/** A client of the ledger behind an edge, for one tenant. */
const restClient = (at: TestEdge, tenant: string) => {
  const transport = createRestTransport({
    url: at.url,
    token: () => at.token({ tenant, scope: "ledger.read ledger.write" }),
    onError(error) {
      const info = errorInfoOf(error);
      if (info?.domain === "ledger.malla") {
        reasons.add(info.reason);
      }
    },
  });
  return createClient(LedgerService, transport);
};
const harness: LedgerHarness = { client: (tenant) => restClient(edge, tenant) };

beforeAll(async () => {
  ledger = await startTestService(ledgerProgram);
  edge = await startTestEdge({ ledger: ledger.address }, { MALLA_EDGE_DEFAULT_TIMEOUT_MS: String(CALL_TIMEOUT_MS) });
});

afterAll(async () => {
  await edge.stop();
  await ledger.stop();
});

describe.each(ledgerSuite.filter(({ name }) => !(name in GROUPS_WITHOUT_ROUTE)))("$name", ({ clauses }) => {
  const spoken = clauses.filter((one) => offers(harness, one) && !(one.says in CLAUSES_BEYOND_REST));
  for (const clause of spoken) {
    it(`${clause.id}: ${clause.says}`, () => runClause(clause, harness, provoked));
  }
});

it("every status that a ledger can answer was answered over REST", () => {
  expect(unprovoked(provoked)).toEqual([]);
});

it("every reason that a request can bring about was answered over REST", () => {
  const names = Object.values(LedgerErrorReason).filter((name) => typeof name === "string");
  expect(names.filter((name) => !reasons.has(name) && !(name in UNPROVOKABLE_REASONS))).toEqual([]);
});

it("what is left out is left out for its reason: the subjects have no route, the clauses and subjects exist", () => {
  const names = ledgerSuite.map(({ name }) => name);
  const sentences = ledgerSuite.flatMap(({ clauses }) => clauses.map(({ says }) => says));
  expect(Object.keys(GROUPS_WITHOUT_ROUTE).filter((name) => !names.includes(name))).toEqual([]);
  expect(Object.keys(CLAUSES_BEYOND_REST).filter((says) => !sentences.includes(says))).toEqual([]);
  const routeless = LedgerService.methods.filter((method) => !hasOption(method, http)).map(({ name }) => name);
  expect(routeless).toEqual(["LoadTransfers", "StreamTransfers"]);
});

it("a batch beyond the edge's body limit is refused with 413 and books nothing; a thousand transfers fit", async () => {
  const books = openLedger(harness, provoked);
  const [cash, ana] = [account(), account()];
  await books.make(cash, ana);
  const asked = Array.from({ length: 8_190 }, () => transfer(cash, ana, 1n));
  const call = books.client.createTransfers({ transfers: asked });
  await fails(call, Code.ResourceExhausted, "BODY_TOO_LARGE", "malla");
  expect(await books.sums(ana)).toEqual([0n, 0n, 0n, 0n]);
  await books.book(...asked.slice(0, 1_000));
  expect(await books.sums(ana)).toEqual([0n, 0n, 1_000n, 0n]);
});

it("a process that does not write says so over REST, and when to come again", async () => {
  const standby = await startTestService(ledgerProgram, { databaseOf: ledger });
  onTestFinished(() => standby.stop());
  const other = await startTestEdge({ ledger: standby.address });
  onTestFinished(() => other.stop());
  const client = restClient(other, "bank-one");
  const error = await client.createAccounts({ accounts: [account()] }).then(() => undefined, ConnectError.from);
  expect(error?.code).toBe(Code.Unavailable);
  expect(error && errorInfoOf(error)).toMatchObject({ reason: "NOT_THE_WRITER", domain: "ledger.malla" });
  expect(error?.findDetails(RetryInfoSchema)).toHaveLength(1);
  expect(error?.metadata.get("retry-after")).toBe("1");
});
