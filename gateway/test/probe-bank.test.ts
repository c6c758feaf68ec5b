/** The bank's document against its edge: requests made from it, and answers held against it. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { customersProgram } from "../../services/customers/service.ts";
import { productsProgram } from "../../services/products/service.ts";
import type { OpenApiDocument, Operation } from "../openapi/openapi.ts";
import { createCheckAnswer } from "../openapi/testing/check-answer.ts";
import { operationsOf, type PlacedOperation } from "../openapi/testing/operations.ts";
import { type ProbeOptions, type ProbeReport, probe } from "../openapi/testing/probe.ts";
import { type ProbeRequest, requestsOf } from "../openapi/testing/requests.ts";
import { send } from "../openapi/testing/send.ts";
import { startTestEdge, type TestEdge } from "./edge.ts";

const document = JSON.parse(
  readFileSync(new URL("../../gen/openapi/malla.openapi.json", import.meta.url), "utf8"),
) as OpenApiDocument;
/** Capabilities that run; the others are out of reach. */
const running = ["ProductsService", "CustomersService"];
/** Deadline of calls to a backend that is out of reach, in seconds: the edge asks again for as long. */
const OUTAGE_S = "0.05";
const PROBE_MS = 150_000;
/** No answer but a stream takes so long. */
const READ_MS = 20_000;

let services: TestService[];
let edge: TestEdge;
beforeAll(async () => {
  const [products, customers] = await Promise.all([
    startTestService(productsProgram),
    startTestService(customersProgram),
  ]);
  services = [products, customers];
  edge = await startTestEdge({ products: products.address, customers: customers.address });
});
afterAll(async () => {
  await edge.stop();
  await Promise.all(services.map((service) => service.stop()));
});

const operations = operationsOf(document);
const isOpen = ({ security }: Operation) => security?.length === 0;
// A stream of events has no end; the tests of events read it.
const isStream = ({ responses: { "200": answer } }: Operation) =>
  answer !== undefined && "content" in answer && "text/event-stream" in (answer.content ?? {});
const isRunning = ({ tags }: Operation) => tags.some((tag) => running.includes(tag));

const check = createCheckAnswer(document);
const newTenant = () => `t-probe-${randomUUID().slice(0, 8)}`;

/** A token that allows every operation. */
async function authorizationFor(tenant: string): Promise<string> {
  const scope = operations.flatMap(({ operation }) => operation["x-required-scopes"] ?? []).join(" ");
  return `Bearer ${await edge.token({ tenant, scope })}`;
}

/** Probes some of the operations. */
async function ask(which: (operation: Operation) => boolean, options: Partial<ProbeOptions>): Promise<ProbeReport> {
  const authorization = await authorizationFor(newTenant());
  return probe({
    document,
    baseUrl: edge.url,
    skip: (operation) => !which(operation),
    ...options,
    header: { authorization, ...options.header },
  });
}

/** The requests that the examples of an operation make, on the resource of the id. */
function exampleRequests({ operation, httpMethod, path }: PlacedOperation, id: string): ProbeRequest[] {
  const { parameters = [], requestBody } = operation;
  const media = requestBody?.content["application/json"];
  const bodies =
    media === undefined ? [undefined] : Object.values(media.examples ?? { only: { value: media.example } });
  return bodies.map((body) => ({
    method: httpMethod.toUpperCase(),
    path,
    segments: parameters.filter((each) => each.in === "path").map(() => id),
    query: parameters.flatMap((each) =>
      each.in === "query" && each.required === true ? [`${each.name}=${String(each.example)}`] : [],
    ),
    header: { "content-type": "application/json", "idempotency-key": randomUUID() },
    body: body === undefined ? undefined : JSON.stringify(body.value),
  }));
}

describe("the bank", () => {
  it(
    "answers as documented, whatever it is asked",
    async () => {
      const report = await ask((operation) => isRunning(operation), { runs: 40 });
      expect(report.statuses).toMatchObject({
        ProductsService_ListProducts: { 200: expect.any(Number), 400: expect.any(Number) },
        CustomersService_GetCustomer: { 404: expect.any(Number) },
      });
    },
    PROBE_MS,
  );

  it(
    "answers as documented where a backend is out of reach",
    async () => {
      const report = await ask((operation) => !isRunning(operation) && !isStream(operation), {
        runs: 8,
        header: { "x-request-timeout": OUTAGE_S },
        mayFail: (_operation, status) => status === 503 || status === 504,
      });

      expect(report.statuses["LedgerService_GetLedgerStatus"]?.[200]).toBeUndefined();
    },
    PROBE_MS,
  );

  it("names the outage when the caller gives it time to ask again", async () => {
    const out = operations.filter(
      ({ operation }) => !isRunning(operation) && !isStream(operation) && !isOpen(operation),
    );
    const header = { authorization: await authorizationFor(newTenant()) };
    const unavailable = new Set<string>();
    const asked = out.map(async (placed) => {
      const answers = fc.sample(requestsOf(placed, document), 3);
      for (const answer of await Promise.all(answers.map((each) => send(each, new URL(edge.url), header, READ_MS)))) {
        expect([400, 503, 504], placed.operation.operationId).toContain(answer.status);
        expect(check(placed.operation, answer)).toBeUndefined();
        if (answer.status === 503) unavailable.add(placed.operation.tags[0] ?? "");
      }
    });
    await Promise.all(asked);
    const away = new Set(operations.flatMap(({ operation }) => operation.tags));
    for (const name of [...running, "Edge", "EventService"]) {
      away.delete(name);
    }
    expect([...unavailable].sort()).toEqual([...away].sort());
    expect(away.size).toBeGreaterThan(5);
  });

  it("takes the document's own examples, in order, and answers as documented", async () => {
    const header = { authorization: await authorizationFor(newTenant()) };
    const created = new Map<string, string>();
    for (const placed of operations.filter(({ operation }) => isRunning(operation))) {
      const { operation } = placed;
      const [tag = ""] = operation.tags;
      for (const request of exampleRequests(placed, created.get(tag) ?? "")) {
        const answer = await send(request, new URL(edge.url), header, READ_MS);
        expect(`${operation.operationId} ${answer.status} ${answer.body}`).toContain(`${operation.operationId} 200 `);
        expect(check(operation, answer)).toBeUndefined();
        const { name } = JSON.parse(answer.body) as { name?: string };
        if (name !== undefined) created.set(tag, name.split("/").pop() ?? "");
      }
    }
    expect(created.size).toBe(running.length);
  });

  it("answers nobody without a token, but tells of itself", async () => {
    expect(operations.filter(({ operation }) => isOpen(operation)).map(({ path }) => path)).toEqual([
      "/healthz",
      "/openapi.json",
      "/readyz",
    ]);
    for (const placed of operations.filter(({ operation }) => !isOpen(operation))) {
      for (const request of fc.sample(requestsOf(placed, document), 3)) {
        const answer = await send(request, new URL(edge.url), {}, READ_MS);
        expect(answer.status, placed.operation.operationId).toBe(401);
        expect(check(placed.operation, answer)).toBeUndefined();
      }
    }
  });
});
