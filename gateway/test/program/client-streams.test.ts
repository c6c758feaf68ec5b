/** Streams from the client: lines of JSON over HTTP/1.1 and HTTP/2, both ways at once over HTTP/2. */
import { once } from "node:events";
import { type ClientHttp2Stream, connect } from "node:http2";
import { describe, expect, test } from "vitest";
import { type Answer, send } from "./client.ts";
import { decodeSeen, encodeHeader, type Plan } from "./plan.ts";
import { onEveryStage } from "./stage.ts";

const type = { "content-type": "application/x-ndjson" };
const lines = (...values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");

interface Bidi {
  readonly stream: ClientHttp2Stream;
  /** Status and headers. */
  readonly opened: Promise<Record<string, unknown>>;
  /** The next line of the answer; undefined at its end. */
  next(): Promise<unknown>;
  close(): void;
}

/** A request over HTTP/2 whose two directions are in the test's hands. */
function openBidi(base: URL, path: string, plan: Plan = {}): Bidi {
  const session = connect(base);
  session.on("error", () => {});
  const stream = session.request({ ":method": "POST", ":path": path, ...type, "x-plan": encodeHeader(plan) });
  const opened = once(stream, "response").then(([headers]) => ({ ...headers }));
  const iterator = splitLines(stream);
  return {
    stream,
    opened,
    next: async () => (await iterator.next()).value,
    close: () => session.destroy(),
  };
}

async function* splitLines(stream: AsyncIterable<Buffer>): AsyncGenerator<unknown, undefined> {
  let rest = "";
  for await (const chunk of stream) {
    const parts = `${rest}${chunk}`.split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) yield JSON.parse(part);
  }
  return undefined;
}

onEveryStage((stage) => {
  const record = (body: string, path = "/v1/levels:record", header: Record<string, string> = type): Promise<Answer> =>
    send(stage.edge.url, `POST ${path}`, { body, header, plan: { replies: [{ count: 3 }] } });

  describe("many messages, one answer", () => {
    test("a message a line", async () => {
      const answer = await record(lines({ heightMm: "1" }, { heightMm: 9_007_199_254_740_991 }, { note: "x" }));
      expect(answer).toMatchObject({ status: 200, json: { count: 3, station: "" } });
      expect(answer.header["content-type"]).toBe("application/json");
      expect(answer.seen?.requests).toEqual([{ heightMm: "1" }, { heightMm: "9007199254740991" }, { note: "x" }]);
    });

    test.each([
      ["no line feed at the end", '{"note":"a"}\n{"note":"b"}', [{ note: "a" }, { note: "b" }]],
      ["carriage returns", '{"note":"a"}\r\n{"note":"b"}\r\n', [{ note: "a" }, { note: "b" }]],
      ["empty lines", '\n{"note":"a"}\n\n{"note":"b"}\n', [{ note: "a" }, { note: "b" }]],
      ["no line at all", "", []],
      ["UTF-8", '{"note":"é🚢"}\n', [{ note: "é🚢" }]],
      ["an empty object", "{}\n", [{}]],
    ])("%s", async (_clause, body, requests) => {
      const answer = await record(body);
      expect(answer.text).toContain('"count":3');
      expect(answer.seen?.requests).toEqual(requests);
    });

    test("fields of the path are in the first message", async () => {
      const answer = await record(lines({ note: "a" }, { note: "b" }), "/v1/stations/7:record");
      expect(answer.status, answer.text).toBe(200);
      expect(answer.seen?.requests[0]).toEqual({ station: "stations/7", note: "a" });
      expect(answer.seen?.requests[1]).toHaveProperty("note", "b");
    });

    test.each([
      ["a line that is no JSON", '{"note":"a"}\n{nope\n', "JSON_INVALID"],
      ["an unknown field", '{"note":"a"}\n{"nope":1}\n', "FIELD_UNKNOWN"],
      ["a key twice", '{"note":"a","note":"b"}\n', "JSON_KEY_DUPLICATE"],
      ["a value of the wrong kind", '{"note":5}\n', "FIELD_TYPE_INVALID"],
    ])("%s", async (_clause, body, reason) => {
      expect(await record(body)).toMatchObject({ status: 400, reason });
    });

    test("another content type", async () => {
      const answer = await record("a,b\n", "/v1/levels:record", { "content-type": "text/csv" });
      expect(answer).toMatchObject({ status: 415, reason: "UNSUPPORTED_MEDIA_TYPE" });
    });

    test("a line past the limit", async () => {
      const answer = await record(lines({ note: "x".repeat(1_100_000) }));
      expect(answer).toMatchObject({ status: 413, reason: "BODY_TOO_LARGE" });
    });

    test("more than the limit in all, each line within it", async () => {
      const answer = await record(lines(...Array.from({ length: 30 }, () => ({ note: "x".repeat(100_000) }))));
      expect(answer.status, answer.text.slice(0, 300)).toBe(200);
    });

    test("the upstream's error", async () => {
      const answer = await send(stage.edge.url, "POST /v1/levels:record", {
        body: lines({ note: "a" }),
        header: type,
        plan: { error: { code: 9, message: "full" } },
      });
      expect(answer).toMatchObject({
        status: 400,
        json: { error: { status: "FAILED_PRECONDITION", message: "full" } },
      });
    });
  });

  describe("messages both ways", () => {
    test("an answer to each line before the next is sent", async () => {
      const bidi = openBidi(stage.edge.url, "/v1/levels:correct");
      bidi.stream.write(lines({ note: "a" }));
      expect(await bidi.next()).toEqual({ result: { station: "", heightMm: "0", note: "a" } });
      const opened = await bidi.opened;
      expect(opened).toMatchObject({ ":status": 200, "content-type": "application/x-ndjson" });
      expect(decodeSeen(String(opened["x-seen"]))?.method).toBe("tide.v1.Tide/Correct");
      bidi.stream.write('{"note":');
      bidi.stream.write('"b"}\n');
      expect(await bidi.next()).toHaveProperty("result.note", "b");
      bidi.stream.end();
      expect(await bidi.next()).toBeUndefined();
      bidi.close();
    });

    test("a bad line ends the stream with an error", async () => {
      const bidi = openBidi(stage.edge.url, "/v1/levels:correct");
      bidi.stream.write(lines({ note: "a" }));
      expect(await bidi.next()).toHaveProperty("result.note", "a");
      bidi.stream.write("{nope\n");
      expect(await bidi.next()).toMatchObject({ error: { code: 400, status: "INVALID_ARGUMENT" } });
      // The client has not ended its side: the server takes it down (RFC 9113, 8.1), or clients wait for ever.
      await expect.poll(() => bidi.stream.closed, { timeout: 2_000 }).toBe(true);
      bidi.close();
    });

    test("over HTTP/1.1, one direction after the other", async () => {
      const answer = await send(stage.edge.url, "POST /v1/levels:correct", {
        body: lines({ note: "a" }, { note: "b" }),
        header: type,
      });
      expect(answer.lines).toMatchObject([{ result: { note: "a" } }, { result: { note: "b" } }]);
    });
  });
});
