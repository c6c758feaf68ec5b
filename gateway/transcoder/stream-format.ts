/** The two ways a stream of messages is written, chosen by the Accept header. */
import type { JsonObject } from "@bufbuild/protobuf";
import type { SseFields } from "./options.ts";

/** The media types a stream can have; the first is for a client without a preference. */
export const streamMediaTypes = ["application/x-ndjson", "text/event-stream"] as const;

/** One of {@link streamMediaTypes}. */
export type StreamMediaType = (typeof streamMediaTypes)[number];

/** How a stream is written. */
export interface StreamFormat {
  readonly mediaType: StreamMediaType;
  /** Headers beside the content type. */
  readonly header: Readonly<Record<string, string>>;
  /** One message, given as JSON. */
  result(json: string, fields: SseFields): string;
  /** The last record of a stream that failed. */
  failure(error: JsonObject): string;
  /** What keeps a silent connection open; undefined where the format has nothing for it. */
  readonly heartbeat: string | undefined;
}

/** A JSON value per line: `{"result": …}`, at the end `{"error": …}` if the call failed. */
const ndjson: StreamFormat = {
  mediaType: "application/x-ndjson",
  header: {},
  result: (json) => `{"result":${json}}\n`,
  failure: (error) => `${JSON.stringify(error)}\n`,
  heartbeat: undefined,
};

/** Server-sent events (WHATWG HTML, 9.2): a message per event, at the end `event: error` if the call failed. */
const serverSentEvents: StreamFormat = {
  mediaType: "text/event-stream",
  // nginx buffers answers unless told not to; an event held back is an event lost in time.
  header: { "cache-control": "no-cache", "x-accel-buffering": "no" },
  result: (json, { id, event }) =>
    `${id === undefined ? "" : line("id", id)}${event === undefined ? "" : line("event", event)}data: ${json}\n\n`,
  failure: (error) => `event: error\ndata: ${JSON.stringify(error)}\n\n`,
  heartbeat: ":\n\n",
};

/** The format of each media type. */
export const streamFormats: Readonly<Record<StreamMediaType, StreamFormat>> = {
  "application/x-ndjson": ndjson,
  "text/event-stream": serverSentEvents,
};

function line(field: string, value: string): string {
  if (/[\r\n\0]/.test(value)) throw new Error(`the ${field} of a server-sent event must be one line`);
  return `${field}: ${value}\n`;
}
