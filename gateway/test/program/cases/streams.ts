/** Streams of the server over REST: lines of JSON, or events. */
import { answered, type Case, refused } from "./case.ts";

const watch = "GET /v1/stations/7:watch";
const ndjson = { "content-type": "application/x-ndjson" };
const events = { accept: "text/event-stream" };
const level = (heightMm: string) => ({ station: "", heightMm, note: "" });
const two = { plan: { replies: [{ heightMm: "1" }, { heightMm: "9007199254740993" }] } };
const failure = { code: 14, message: "the gauge is stuck" };
const stuck = { code: 503, status: "UNAVAILABLE", message: "the gauge is stuck", details: [] };

export const streams: readonly Case[] = [
  answered("a line for each message", watch, two, {
    lines: [{ result: level("1") }, { result: level("9007199254740993") }],
    header: ndjson,
  }),
  answered(
    "by POST with a body",
    "POST /v1/stations/7:watch",
    { body: '{"limit":2}', plan: { count: 2 } },
    {
      call: ["Tide/Watch", { station: "stations/7", limit: 2 }],
      lines: [
        { result: { ...level("0"), station: "stations/7" } },
        { result: { ...level("0"), station: "stations/7" } },
      ],
    },
  ),
  answered("a part of each message", "GET /v1/stations/7:heights", two, {
    lines: [{ result: "1" }, { result: "9007199254740993" }],
  }),
  answered("no message at all", watch, { plan: { replies: [] } }, { text: "", header: ndjson }),
  answered("asked for by name", watch, { ...two, header: { accept: "application/x-ndjson" } }, { header: ndjson }),
  answered(
    "an event for each message",
    watch,
    { ...two, header: events },
    {
      text: `data: ${JSON.stringify(level("1"))}\n\ndata: ${JSON.stringify(level("9007199254740993"))}\n\n`,
      header: { "content-type": "text/event-stream", "cache-control": "no-cache" },
    },
  ),
  answered(
    "an error before the first message has its own status",
    watch,
    { plan: { error: failure } },
    {
      status: 503,
      json: { error: stuck },
    },
  ),
  answered(
    "and so for events",
    watch,
    { header: events, plan: { error: failure } },
    { status: 503, json: { error: stuck } },
  ),
  answered(
    "an error after a message is the last line",
    watch,
    { plan: { ...two.plan, error: failure, failAfter: 1 } },
    {
      lines: [{ result: level("1") }, { error: stuck }],
    },
  ),
  answered(
    "an error after a message is the last event",
    watch,
    { header: events, plan: { ...two.plan, error: failure, failAfter: 1 } },
    {
      text: `data: ${JSON.stringify(level("1"))}\n\nevent: error\ndata: ${JSON.stringify({ error: stuck })}\n\n`,
    },
  ),
  answered(
    "bytes that are no message",
    watch,
    { plan: { garbage: true } },
    { status: 500, part: { error: { status: "INTERNAL" } } },
  ),
  answered(
    "headers of the upstream",
    watch,
    { plan: { ...two.plan, headers: { "x-early": "1" } } },
    { header: { ...ndjson, "x-early": "1" } },
  ),
  answered(
    "a deadline in the middle",
    watch,
    { header: { "grpc-timeout": "300m" }, plan: { count: 1000, everyMs: 100 } },
    { status: 200, header: ndjson },
  ),
  answered("HEAD", "HEAD /v1/stations/7:watch", two, { text: "", header: ndjson }),
  answered(
    "a thousand messages",
    watch,
    { plan: { count: 1000 } },
    {
      lines: Array.from({ length: 1000 }, () => ({ result: { ...level("0"), station: "stations/7" } })),
    },
  ),
  answered(
    "a message of 3 MB",
    watch,
    { plan: { size: 3_000_000 } },
    {
      lines: [{ result: { ...level("0"), note: "x".repeat(3_000_000) } }],
    },
  ),
  refused("JSON alone, which no stream is", watch, 406, "NOT_ACCEPTABLE", undefined, {
    header: { accept: "application/json" },
  }),
  refused("an unknown parameter", `${watch}?nope=1`, 400, "QUERY_PARAMETER_UNKNOWN", "nope"),
];
