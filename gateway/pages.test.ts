import { describe, expect, it } from "vitest";
import { createPages } from "./pages.ts";

const openapi = JSON.stringify({ openapi: "3.1.0" });
const pages = createPages({
  title: "Shelves & <Books>",
  openapi,
  readiness: async () => ({ shelf: true, lender: false }),
});

async function get(url: string, method = "GET") {
  const signal = new AbortController().signal;
  const answer = await pages({ method, url, header: new Headers(), httpVersion: "1.1", signal });
  const body = answer?.body instanceof Uint8Array ? Buffer.from(answer.body).toString() : undefined;
  return answer && { status: answer.status, type: answer.header.get("content-type"), header: answer.header, body };
}

describe("the pages", () => {
  it("show the document that was given, under its title", async () => {
    expect(await get("/openapi.json")).toMatchObject({ status: 200, type: "application/json", body: openapi });
    const docs = await get("/docs?from=mail");
    expect(docs?.type).toBe("text/html; charset=utf-8");
    expect(docs?.body).toContain("<title>Shelves &amp; &lt;Books></title>");
  });

  it("bring everything that they load, and allow nothing else", async () => {
    const docs = await get("/docs");
    const loaded = [...(docs?.body ?? "").matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = ""]) => url);
    expect(loaded.length).toBeGreaterThan(2);
    for (const url of loaded) expect((await get(url))?.status).toBe(200);
    expect(docs?.header.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'");
  });

  it("say whether every part is ready", async () => {
    expect(await get("/healthz")).toMatchObject({ status: 200 });
    const ready = await get("/readyz");
    expect(ready?.status).toBe(503);
    expect(JSON.parse(ready?.body ?? "")).toEqual({ status: "not ready", parts: { shelf: true, lender: false } });
  });

  it("answer HEAD without a body, and leave the rest to others", async () => {
    const head = await get("/docs", "HEAD");
    expect(head).toMatchObject({ status: 200, body: undefined });
    expect(Number(head?.header.get("content-length"))).toBeGreaterThan(100);
    expect(await get("/docs", "POST")).toBeUndefined();
    expect(await get("/v1/books")).toBeUndefined();
  });
});
