import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { productsProgram } from "../../services/products/service.ts";
import { rest, startTestEdge, type TestEdge } from "./edge.ts";

const tenant = `t-events-${process.pid}`;
let products: TestService;
let edge: TestEdge;
let headers: Record<string, string>;

beforeAll(async () => {
  products = await startTestService(productsProgram);
  edge = await startTestEdge({ products: products.address });
  headers = { authorization: `Bearer ${await edge.token({ tenant })}` };
});

afterAll(async () => {
  await edge.stop();
  await products.stop();
});

interface Sse {
  readonly id?: string;
  readonly event?: string;
  readonly data: { event: { id: string; type: string; tenant: string; data: { product: { name: string } } } };
}

/** Opens the stream; `next` waits for its next event. */
async function open(more: Record<string, string> = {}, query = "") {
  const leaving = new AbortController();
  const response = await fetch(`${edge.url}/v1/events:stream${query}`, {
    headers: { ...headers, accept: "text/event-stream", ...more },
    signal: leaving.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  const next = async (): Promise<Sse> => {
    for (;;) {
      const end = rest.indexOf("\n\n");
      if (end !== -1) {
        const block = rest.slice(0, end);
        rest = rest.slice(end + 2);
        const fields = Object.fromEntries([...block.matchAll(/^(\w+): ?(.*)$/gm)].map((match) => [match[1], match[2]]));
        if (fields["data"] !== undefined) {
          return { ...fields, data: JSON.parse(fields["data"]) };
        }
        continue;
      }
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) {
        throw new Error("the stream ended");
      }
      rest += chunk.value;
    }
  };
  return { status: response.status, type: response.headers.get("content-type"), next, leave: () => leaving.abort() };
}

async function addProduct(): Promise<string> {
  const id = `p-${randomUUID().slice(0, 13)}`;
  await rest(`${edge.url}/v1/products?productId=${id}`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json", "idempotency-key": randomUUID() },
    body: JSON.stringify({ displayName: "Conta", regionCode: "BR", currencyCode: "BRL" }),
  });
  return `products/${id}`;
}

it("a change is heard as it happens, with the id and name of its event", async () => {
  const stream = await open();
  expect(stream).toMatchObject({ status: 200, type: expect.stringContaining("text/event-stream") });
  const name = await addProduct();
  const heard = await stream.next();
  expect(heard).toMatchObject({
    event: "malla.products.v1.ProductCreated",
    data: { event: { type: "malla.products.v1.ProductCreated", tenant, data: { product: { name } } } },
  });
  expect(heard.id).toBe(heard.data.event.id);
  stream.leave();
});

it("a client that was away resumes after the last event it has", async () => {
  const first = await open();
  await addProduct();
  const last = await first.next();
  first.leave();
  const missed = await addProduct();
  const second = await open({ "last-event-id": last.id ?? "" });
  const names: string[] = [];
  while (!names.includes(missed)) {
    const { data } = await second.next();
    expect(data.event.id).not.toBe(last.id);
    names.push(data.event.data.product.name);
  }
  second.leave();
});

it("an id that is not kept is not found", async () => {
  const answer = await rest(`${edge.url}/v1/events:stream?afterEventId=${randomUUID()}`, {
    headers: { ...headers, accept: "text/event-stream" },
  });
  expect(answer).toMatchObject({ status: 404, reason: "EVENT_NOT_FOUND" });
});

it("another tenant's events are not heard", async () => {
  const other = `Bearer ${await edge.token({ tenant: "somebody-else" })}`;
  const stream = await open({ authorization: other });
  const own = await open();
  await addProduct();
  await own.next();
  const silence = await Promise.race([
    stream.next().then(
      () => "heard",
      () => "left",
    ),
    new Promise((resolve) => setTimeout(() => resolve("silence"), 300)),
  ]);
  expect(silence).toBe("silence");
  stream.leave();
  own.leave();
});

it("a stream needs its scope", async () => {
  const poor = `Bearer ${await edge.token({ scope: "products.read" })}`;
  const answer = await rest(`${edge.url}/v1/events:stream`, {
    headers: { authorization: poor, accept: "text/event-stream" },
  });
  expect(answer).toMatchObject({ status: 403, reason: "SCOPE_MISSING" });
});
