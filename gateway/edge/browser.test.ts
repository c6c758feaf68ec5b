/** The edge as a page of another origin sees it, in a browser and by the clients made for browsers. */
import { setTimeout as delay } from "node:timers/promises";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumObstacle, withPage } from "./testing/browser/chromium.ts";
import { type PageServer, startPageServer } from "./testing/browser/page-server.ts";
import { makeCertificate, type TestCertificate } from "./testing/certificate.ts";
import { type ProbedEdge, startProbedEdge } from "./testing/probe.ts";

/** A page loads some 150 modules; on a machine under load that takes its time. */
const PAGE_MS = 100_000;
const CLIENTS = ["Connect, JSON", "Connect, binary", "gRPC-Web"];
type Results = Readonly<Record<string, unknown>>;

/** Headers that a page is to read, the last one so that it sees by which protocol answers come. */
const READABLE = ["x-probe-header", "x-probe-trailer", "timing-allow-origin"].flatMap((name) => [
  "--response-header",
  name,
]);

interface Visit {
  readonly args?: readonly string[];
  readonly flags?: readonly string[];
  /** Calls with credentials, which are cookies and client certificates. */
  readonly hasCredentials?: boolean;
}

/** What a page says of an edge that lets pages of some origin call. */
async function visit(allowed: (page: PageServer) => string, options: Visit = {}): Promise<[Results, ProbedEdge]> {
  // The page needs the descriptors before the edge knows the page's origin.
  let descriptors = "";
  const page = await startPageServer(() => descriptors);
  const edge = await startProbedEdge(["--cors-origin", allowed(page), ...READABLE, ...(options.args ?? [])]);
  descriptors = edge.descriptors;
  try {
    const query = new URLSearchParams({
      edge: edge.url,
      ...(options.hasCredentials ? { credentials: "include" } : {}),
    });
    const results = await withPage(`${page.origin}/?${query}`, options.flags ?? [], () => page.results());
    const last = edge.seen.findLast(({ method }) => method === "Count");
    // The caller's leaving takes a moment to arrive.
    await Promise.race([
      last?.left,
      delay(5_000, undefined, { ref: false }).then(() => Promise.reject(new Error("nobody left"))),
    ]);
    return [results, edge];
  } finally {
    page.stop();
    await edge.stop();
  }
}

const obstacle = await chromiumObstacle();
if (obstacle !== undefined) {
  it("was not tried in a browser: there is no chromium here", () => {
    console.log(`the edge was not tried in a browser: ${obstacle}`);
  });
}

describe.skipIf(obstacle !== undefined)("a page", () => {
  let certificate: TestCertificate;
  beforeAll(async () => {
    certificate = await makeCertificate();
  });
  afterAll(() => certificate.remove());

  it(
    "of an allowed origin uses every protocol over HTTP/1.1",
    async () => {
      const [results, { seen }] = await visit(({ origin }) => origin);
      expectAnswers(results);
      expect(results["protocols"]).toEqual(["http/1.1"]);
      const given = seen.find(({ header }) => header.has("x-given"));
      expect(given?.header.get("authorization")).toBe("Bearer a.b.c");
    },
    PAGE_MS,
  );

  it(
    "uses every protocol over HTTP/2, which TLS agrees on",
    async () => {
      const args = certificate.args;
      const [results] = await visit(({ origin }) => origin, { args, flags: ["--ignore-certificate-errors"] });
      expectAnswers(results);
      expect(results["protocols"]).toEqual(["h2"]);
    },
    PAGE_MS,
  );

  it(
    "calls with credentials where they may go along",
    async () => {
      const options = { args: ["--cors-credentials"], hasCredentials: true };
      expectAnswers((await visit(({ origin }) => origin, options))[0]);
    },
    PAGE_MS,
  );

  it.each([
    ["calls nothing with credentials where they may not go along", (page: PageServer) => page.origin, true],
    ["of an origin that is not allowed reads nothing", () => "https://other.example", false],
  ])(
    "%s",
    async (_name, allowed, hasCredentials) => {
      const [results, { seen }] = await visit(allowed, { hasCredentials });
      const { protocols: _, ...calls } = results;
      expect(Object.keys(calls)).toHaveLength(CLIENTS.length * 5 + 11);
      for (const [name, result] of Object.entries(calls)) {
        expect(JSON.stringify(result), name).toMatch(/Failed to fetch|the source failed after 0 events/);
      }
      // What has to ask first is not even sent; a plain GET is, and its answer withheld.
      expect(seen.filter(({ method }) => method === "Echo")).toHaveLength(1);
    },
    PAGE_MS,
  );
});

function expectAnswers(results: Results): void {
  for (const client of CLIENTS) {
    const failure = {
      message: "told to fail: ação",
      details: [expect.stringMatching(/^google.rpc.ErrorInfo .*TOLD_TO/)],
    };
    expect(results).toMatchObject({
      [`${client}: unary`]: { text: "olá", header: "h", trailer: "t" },
      [`${client}: error`]: { code: Code.FailedPrecondition, ...failure },
      [`${client}: deadline`]: { code: Code.DeadlineExceeded },
      [`${client}: stream`]: ["1", "2", "3"],
      [`${client}: stream that fails`]: { code: Code.Aborted, ...failure },
    });
  }
  expect(results).toMatchObject({
    "REST: POST": { text: "olá", amountMinor: "0" },
    "REST: GET": { text: "a" },
    "REST: error": { error: { code: 400, status: "FAILED_PRECONDITION", details: [{ reason: "TOLD_TO" }] } },
    "REST: metadata": "h",
    "REST: not found": 404,
    "REST: wrong method": 405,
    "REST: too large": 413,
    "REST: large answer": true,
    "REST: NDJSON": ["1", "2", "3"],
    "REST: EventSource": ["1", "2", "3"],
    "REST: left": "left",
  });
}
