import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { openWatchmanApi, WatchmanError } from "./watchman-api.ts";

/** A peer that answers wrongly. */
const opened: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0)) {
    await close();
  }
});

async function peer(answer: (response: ServerResponse, url: string) => void): Promise<string> {
  const server = createServer((request, response) => answer(response, request.url ?? ""));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  opened.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const query = { name: "Ana Ruiz", type: "person", minMatch: 0.6, limit: 5 } as const;
const entity = { name: "RUIZ, Ana", entityType: "person", sourceList: "us_ofac", sourceID: "36", match: 0.9 };

async function faultOf(url: string, timeoutMs = 2_000): Promise<unknown> {
  const { signal } = new AbortController();
  const answer = await openWatchmanApi(url, timeoutMs)
    .search(query, signal)
    .catch((error: unknown) => error);
  return answer instanceof WatchmanError ? answer.fault : answer;
}

it("asks as the API wants it, and leaves out what is below the score all the same", async () => {
  let asked = "";
  const url = await peer((response, path) => {
    asked = path;
    response.end(JSON.stringify({ entities: [entity, { ...entity, match: 0.2 }] }));
  });
  const found = await openWatchmanApi(url).search({ ...query, birthDate: "1970-01-02" }, new AbortController().signal);
  expect(found.map(({ match }) => match)).toEqual([0.9]);
  expect(asked).toBe("/v2/search?name=Ana+Ruiz&type=person&minMatch=0.6000&limit=5&birthDate=1970-01-02");
});

it("nobody found is an empty answer, however it is written", async () => {
  const url = await peer((response) => response.end('{"entities":null}'));
  expect(await openWatchmanApi(url).search(query, new AbortController().signal)).toEqual([]);
});

describe("an answer that cannot be used is told apart", () => {
  it.each([
    ["garbage", "\u0000\u0001 not JSON", "invalid"],
    ["JSON that is something else", '{"error":"x"}', "invalid"],
    ["HTML with status 200", "<html></html>", "invalid"],
    ["a score above 1", JSON.stringify({ entities: [{ ...entity, match: 1.7 }] }), "invalid"],
    ["a score below 0", JSON.stringify({ entities: [{ ...entity, match: -0.1 }] }), "invalid"],
    ["a score that is no number", '{"entities":[{"match":"high"}]}', "invalid"],
    ["an unknown kind of entity", JSON.stringify({ entities: [{ ...entity, entityType: "robot" }] }), "invalid"],
    ["an entity without a number", JSON.stringify({ entities: [{ ...entity, sourceID: "" }] }), "invalid"],
    ["more than was asked for", JSON.stringify({ entities: Array.from({ length: 101 }, () => entity) }), "invalid"],
    ["an endless answer", `{"x":"${"y".repeat(9 * 1024 * 1024)}"}`, "invalid"],
  ])("%s", async (_name, body, fault) => {
    expect(await faultOf(await peer((response) => response.end(body)))).toBe(fault);
  });

  it.each([
    [400, "refused"],
    [404, "refused"],
    [500, "failed"],
    [503, "failed"],
  ])("status %i", async (status, fault) => {
    expect(await faultOf(await peer((response) => response.writeHead(status).end("{}")))).toBe(fault);
  });

  it("one that sends us elsewhere is not followed", async () => {
    expect(
      await faultOf(await peer((response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end())),
    ).toBe("unreachable");
  });

  it("one that never comes", async () => {
    expect(await faultOf(await peer(() => {}), 100)).toBe("timeout");
  });

  it("one that stops half way", async () => {
    const stalls = await peer((response) => void response.writeHead(200).write('{"entities":['));
    expect(await faultOf(stalls, 100)).toBe("timeout");
    const breaks = await peer((response) => {
      response.writeHead(200, { "content-length": "1000" }).write('{"entities":[', () => response.destroy());
    });
    expect(await faultOf(breaks)).toBe("unreachable");
  });

  it("nobody there", async () => {
    const url = await peer((response) => response.end());
    await opened.pop()?.();
    expect(await faultOf(url)).toBe("unreachable");
  });

  it("a caller who waits no longer hears the own reason", async () => {
    const url = await peer(() => {});
    const caller = AbortSignal.abort(new Error("enough"));
    await expect(openWatchmanApi(url).search(query, caller)).rejects.toThrow("enough");
  });
});
