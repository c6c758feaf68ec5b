import { randomUUID } from "node:crypto";
import { connect as connectTcp } from "node:net";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import { ProductSchema } from "#gen/malla/products/v1/product_pb.js";
import { ProductsService } from "#gen/malla/products/v1/products_service_pb.js";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { productsProgram } from "../../services/products/service.ts";
import { rawPost, rest, startTestEdge, type TestEdge } from "./edge.ts";

const tenant = `t-edge-${process.pid}`;
let products: TestService;
let edge: TestEdge;
let authorization: string;

beforeAll(async () => {
  products = await startTestService(productsProgram);
  edge = await startTestEdge({ products: products.address });
  authorization = `Bearer ${await edge.token({ tenant })}`;
});

afterAll(async () => {
  await edge.stop();
  await products.stop();
});

const terms = { displayName: "Conta", regionCode: "BR", currencyCode: "BRL" };
const newId = () => `p-${randomUUID().slice(0, 13)}`;
const get = (path: string) => rest(`${edge.url}${path}`, { headers: { authorization } });
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  rest(`${edge.url}${path}`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json", "idempotency-key": randomUUID(), ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

describe("REST", () => {
  it("creates, reads, changes and lists a resource", async () => {
    const id = newId();
    expect(await post(`/v1/products?productId=${id}`, { ...terms, overdraftLimit: "9007199254740993" })).toMatchObject({
      status: 200,
      json: { name: `products/${id}`, overdraftLimit: "9007199254740993", state: "STATE_ACTIVE" },
    });
    const changed = await rest(`${edge.url}/v1/products/${id}`, {
      method: "PATCH",
      headers: { authorization, "content-type": "application/json", "idempotency-key": randomUUID() },
      body: JSON.stringify({ displayName: "Conta nova" }),
    });
    expect(changed).toMatchObject({ status: 200, json: { displayName: "Conta nova", version: "2" } });
    expect(await get(`/v1/products/${id}`)).toMatchObject({ status: 200, json: { displayName: "Conta nova" } });
    expect((await get("/v1/products?pageSize=1")).json["products"]).toHaveLength(1);
  });

  it("repeats the first answer for the same key, and refuses the key with another body", async () => {
    const id = newId();
    const headers = { "idempotency-key": randomUUID() };
    const first = await post(`/v1/products?productId=${id}`, terms, headers);
    expect((await post(`/v1/products?productId=${id}`, terms, headers)).json).toEqual(first.json);
    expect(await post(`/v1/products?productId=${id}`, { ...terms, displayName: "Other" }, headers)).toMatchObject({
      status: 409,
      reason: "REQUEST_ID_REUSED",
    });
  });

  it("asks for a key where one is needed", async () => {
    const answer = await post(`/v1/products?productId=${newId()}`, terms, { "idempotency-key": "" });
    expect(answer).toMatchObject({ status: 400, json: { error: { status: "INVALID_ARGUMENT" } } });
    expect(JSON.stringify(answer.json)).toContain("request_id");
  });

  it.each([
    ["malformed JSON", '{"displayName":', "JSON_INVALID"],
    ["a wrong type", '{"displayName":7}', undefined],
    ["an unknown field", '{"displayname":"x"}', "FIELD_UNKNOWN"],
    ["a polluting key", '{"__proto__":{"a":1}}', "FIELD_UNKNOWN"],
    ["a number beyond 64 bits", '{"overdraftLimit":"9223372036854775808"}', undefined],
    ["a fraction", '{"overdraftLimit":"1.5"}', undefined],
    [
      "a negative limit",
      '{"displayName":"x","regionCode":"BR","currencyCode":"BRL","overdraftLimit":"-1"}',
      "VALIDATION_FAILED",
    ],
    ["a currency in small letters", '{"displayName":"x","regionCode":"BR","currencyCode":"brl"}', "VALIDATION_FAILED"],
    ["a currency that is none", '{"displayName":"x","regionCode":"BR","currencyCode":"QQQ"}', "CURRENCY_UNKNOWN"],
    ["a NUL in a text", '{"displayName":"a\\u0000b","regionCode":"BR","currencyCode":"BRL"}', undefined],
  ])("refuses %s with a reason", async (_what, body, reason) => {
    const answer = await post(`/v1/products?productId=${newId()}`, body);
    expect(answer.status).toBe(400);
    expect(answer.reason).toMatch(reason === undefined ? /^[A-Z_]+$/ : new RegExp(`^${reason}$`));
  });

  it("names every field that breaks a rule of the contract", async () => {
    const { json } = await post(`/v1/products?productId=${newId()}`, {
      ...terms,
      displayName: "",
      regionCode: "Brazil",
    });
    const details = (json["error"] as { details: { fieldViolations?: { field: string }[] }[] }).details;
    expect(details.flatMap((detail) => detail.fieldViolations ?? []).map(({ field }) => field)).toEqual([
      "product.display_name",
      "product.region_code",
    ]);
  });

  it("refuses a body over the limit", async () => {
    expect(
      await rawPost(
        edge.port,
        "/v1/products?productId=x",
        { authorization, "content-type": "application/json" },
        new Uint8Array(2_000_000),
      ),
    ).toBe(413);
  });

  it("knows what it does not serve", async () => {
    expect(await get("/v1/nothing")).toMatchObject({ status: 404, json: { error: { code: 404 } } });
    const wrong = await rest(`${edge.url}/v1/products/x`, { method: "PUT", headers: { authorization } });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get("allow")).toContain("PATCH");
    expect((await post("/v1/products", "a=b", { "content-type": "application/x-www-form-urlencoded" })).status).toBe(
      415,
    );
  });
});

describe("callers", () => {
  it.each([
    ["without a token", async () => ""],
    ["with a token that is none", async () => "Bearer abc"],
    ["with a forged token", async () => `Bearer ${await edge.forgedToken()}`],
    ["with an expired token", async () => `Bearer ${await edge.token({ expiresIn: "-2m" })}`],
    ["with a token for another audience", async () => `Bearer ${await edge.token({ audience: "other" })}`],
    ["with a token of another issuer", async () => `Bearer ${await edge.token({ issuer: "https://evil.test" })}`],
    [
      "with an unsigned token",
      async () =>
        `Bearer ${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from('{"tenant":"banco-um"}').toString("base64url")}.`,
    ],
    ["with a tenant that is none", async () => `Bearer ${await edge.token({ tenant: "a.*.>" })}`],
  ])("%s are not authenticated", async (_what, header) => {
    const value = await header();
    const answer = await rest(`${edge.url}/v1/products`, { headers: value === "" ? {} : { authorization: value } });
    expect(answer).toMatchObject({ status: 401, reason: "TOKEN_INVALID" });
  });

  it("without the scope are refused, and a star is no scope", async () => {
    for (const scope of ["products.write", "*"]) {
      const answer = await rest(`${edge.url}/v1/products`, {
        headers: { authorization: `Bearer ${await edge.token({ scope })}` },
      });
      expect(answer).toMatchObject({ status: 403, reason: "SCOPE_MISSING" });
    }
  });

  it("are refused before their request is looked at", async () => {
    expect(
      (await post("/v1/products", { nonsense: true }, { authorization: "Bearer a.b.c" })).status,
    ).toBeGreaterThanOrEqual(400);
    expect((await rest(`${edge.url}/v1/products/does-not-exist`)).status).toBe(401);
  });

  it("cannot say who they are by themselves", async () => {
    const id = newId();
    await post(`/v1/products?productId=${id}`, terms);
    const other = `Bearer ${await edge.token({ tenant: "somebody-else" })}`;
    const spoofed = { authorization: other, "malla-tenant": tenant, "malla-scopes": "*", "malla-principal": "root" };
    expect(await rest(`${edge.url}/v1/products/${id}`, { headers: spoofed })).toMatchObject({
      status: 404,
      reason: "PRODUCT_NOT_FOUND",
    });
  });

  it("of another tenant read what is not theirs as not found", async () => {
    const id = newId();
    await post(`/v1/products?productId=${id}`, terms);
    const other = { headers: { authorization: `Bearer ${await edge.token({ tenant: "somebody-else" })}` } };
    const [theirs, nobodys] = await Promise.all([
      rest(`${edge.url}/v1/products/${id}`, other),
      rest(`${edge.url}/v1/products/never-was`, other),
    ]);
    expect(theirs.status).toBe(404);
    expect(theirs.reason).toBe(nobodys.reason);
  });
});

describe("one port", () => {
  const transports: [string, () => Transport][] = [
    ["gRPC", () => createGrpcTransport({ baseUrl: edge.url })],
    ["gRPC-Web over HTTP/1.1", () => createGrpcWebTransport({ baseUrl: edge.url, httpVersion: "1.1" })],
    ["gRPC-Web over HTTP/2", () => createGrpcWebTransport({ baseUrl: edge.url, httpVersion: "2" })],
    ["Connect over HTTP/1.1", () => createConnectTransport({ baseUrl: edge.url, httpVersion: "1.1" })],
    ["Connect over HTTP/2", () => createConnectTransport({ baseUrl: edge.url, httpVersion: "2" })],
  ];

  it.each(transports)("serves %s", async (_name, transport) => {
    const client = createClient(ProductsService, transport());
    const id = newId();
    const request = { productId: id, requestId: randomUUID(), product: create(ProductSchema, terms) };
    expect((await client.createProduct(request, { headers: { authorization } })).name).toBe(`products/${id}`);
    const missing = await client
      .getProduct({ name: "products/never-was" }, { headers: { authorization } })
      .catch((error: unknown) => error);
    expect(missing).toBeInstanceOf(ConnectError);
    expect(missing).toMatchObject({ code: Code.NotFound });
    expect((missing as ConnectError).findDetails(ErrorInfoSchema)).toMatchObject([
      { reason: "PRODUCT_NOT_FOUND", domain: "products.malla" },
    ]);
    const nobody = await client.listProducts({}).catch((error: unknown) => error);
    expect(nobody).toMatchObject({ code: Code.Unauthenticated });
  });

  it("closes a connection that never finishes its headers", async () => {
    const socket = connectTcp(edge.port, "127.0.0.1");
    socket.write("GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ");
    const closed = new Promise<number>((resolve) => {
      const started = performance.now();
      socket.on("close", () => resolve(performance.now() - started));
    });
    socket.resume();
    expect(await closed).toBeLessThan(20_000);
  });
});

describe("deadlines and outages", () => {
  it("a backend that is down is an outage, not a defect", async () => {
    const answer = await rest(`${edge.url}/v1/customers`, { headers: { authorization, "x-request-timeout": "1" } });
    expect(`${answer.status} ${answer.reason}`).toMatch(/^(503 DEPENDENCY_UNAVAILABLE|504 DEADLINE_PASSED)$/);
    expect(JSON.stringify(answer.json)).not.toMatch(/127\.0\.0\.1|ECONN/);
  });

  it("stays an outage once the edge stops asking", async () => {
    const headers = { authorization, "x-request-timeout": "0.5" };
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => rest(`${edge.url}/v1/ledger/status`, { headers })),
    );
    for (const { status, reason } of answers) {
      expect(`${status} ${reason}`).toMatch(/^(503 DEPENDENCY_UNAVAILABLE|504 DEADLINE_PASSED)$/);
    }
  });

  it("a deadline that is none is refused", async () => {
    expect(
      (await rest(`${edge.url}/v1/products`, { headers: { authorization, "x-request-timeout": "soon" } })).status,
    ).toBe(400);
  });
});

describe("pages", () => {
  it("show the documentation from the edge alone", async () => {
    const html = await (await fetch(`${edge.url}/docs`)).text();
    const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(assets).toHaveLength(3);
    for (const asset of assets) {
      expect(asset.startsWith("/docs/")).toBe(true);
      expect((await fetch(`${edge.url}${asset}`)).status).toBe(200);
    }
    expect(await rest(`${edge.url}/openapi.json`)).toMatchObject({
      status: 200,
      json: { openapi: expect.stringMatching(/^3\.1/) },
    });
  });

  it("say whether the edge lives and whether its backends serve", async () => {
    expect((await rest(`${edge.url}/healthz`)).status).toBe(200);
    expect(await rest(`${edge.url}/readyz`)).toMatchObject({
      status: 503,
      json: { parts: { products: true, ledger: false } },
    });
  });
});
