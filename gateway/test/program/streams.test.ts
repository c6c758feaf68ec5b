/** Streams of the server, and what happens to them when a client reads slowly or leaves. */
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { streams } from "./cases/streams.ts";
import { check } from "./check.ts";
import { send } from "./client.ts";
import { encodeHeader, type Plan } from "./plan.ts";
import { onEveryStage } from "./stage.ts";
import { awaitEnd } from "./upstream/await-end.ts";

/** Opens a stream and leaves it unread. */
async function open(base: URL, path: string, plan: Plan): Promise<IncomingMessage> {
  const request = httpRequest({
    host: base.hostname,
    port: base.port,
    path,
    agent: false,
    headers: { "x-plan": encodeHeader(plan) },
  });
  request.on("error", () => {}); // the test leaves on purpose
  request.end();
  const [response]: IncomingMessage[] = await once(request, "response");
  if (response === undefined) throw new Error("no response");
  return response;
}

onEveryStage((stage) => {
  describe("streams of the server", () => {
    test.each(streams)("$clause: $target", async (one) => {
      await check(stage.edge.url, one);
    });
  });

  test("a message arrives when it is sent, not when the next one is", async () => {
    const began = performance.now();
    const response = await open(stage.edge.url, "/v1/stations/7:watch", { count: 2, everyMs: 1_000 });
    const [chunk]: Buffer[] = await once(response, "data");
    expect(JSON.parse(String(chunk))).toHaveProperty("result.station", "stations/7");
    expect(performance.now() - began).toBeLessThan(1_900);
    response.destroy();
  });

  test("the upstream hears of a client that leaves a stream", async () => {
    const response = await open(stage.edge.url, "/v1/stations/7:watch", {
      count: 10_000,
      everyMs: 50,
      tag: "left-stream",
    });
    await once(response, "data");
    response.destroy();
    expect(await awaitEnd(stage.upstream.url, "left-stream")).toBe("cancelled");
  });

  test("the upstream hears of a client that leaves a unary call", async () => {
    const plan: Plan = { hang: true, tag: "left-unary" };
    const request = httpRequest({
      host: stage.edge.url.hostname,
      port: stage.edge.url.port,
      path: "/v1/ports/7",
      headers: { "x-plan": encodeHeader(plan) },
    });
    request.on("error", () => {});
    request.end();
    await once(request, "finish");
    setTimeout(() => request.destroy(), 200);
    expect(await awaitEnd(stage.upstream.url, "left-unary")).toBe("cancelled");
  });

  test("the upstream hears of a deadline", async () => {
    const answer = await send(stage.edge.url, "GET /v1/ports/7", {
      header: { "grpc-timeout": "100m" },
      plan: { hang: true, tag: "late" },
    });
    expect(answer.status).toBe(504);
    expect(await awaitEnd(stage.upstream.url, "late")).toBe("cancelled");
  });

  test("a client that does not read holds the upstream back, and gets everything in the end", async () => {
    const plan: Plan = { count: 30_000, tag: "slow" };
    const response = await open(stage.edge.url, `/v1/stations/${"7".repeat(400)}:watch`, plan);
    const ended = awaitEnd(stage.upstream.url, "slow");
    expect(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1_000, "waiting"))])).toBe(
      "waiting",
    );
    let newlines = 0;
    for await (const chunk of response) {
      for (const byte of Buffer.from(chunk)) if (byte === 10) newlines += 1;
    }
    expect(newlines).toBe(30_000);
    expect(await ended).toBe("ok");
  });
});
