/** The public edge as a mobile backend uses it: REST and server-sent events, nothing else. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

/** An answer that is not a success. */
export class EdgeError extends Error {
  override readonly name = "EdgeError";
  readonly status: number;
  /** google.rpc.ErrorInfo.reason, e.g. "INSUFFICIENT_FUNDS". */
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(`${status} ${reason}: ${message}`);
    this.status = status;
    this.reason = reason;
  }
}

/** JSON as it comes. */
export type Json = Record<string, unknown>;

/** An event of the tenant, as the stream gives it. */
export interface EdgeEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Json;
}

/** A tenant's way to the edge. */
export interface EdgeClient {
  get(path: string): Promise<Json>;
  /** Posts with an idempotency key, a new one unless given. */
  post(path: string, body: Json, requestId?: string): Promise<Json>;
  /** The same by PUT. */
  put(path: string, body: Json, requestId?: string): Promise<Json>;
  /** Events from now on, until the signal aborts. */
  events(signal: AbortSignal): Promise<AsyncIterable<EdgeEvent>>;
}

/** Opens a client with the token in a file. */
export function openEdgeClient(edgeUrl: string, tokenFile: string): EdgeClient {
  return openEdgeClientOfToken(edgeUrl, readFileSync(tokenFile, "utf8").trim());
}

/** Opens a client with a token. */
export function openEdgeClientOfToken(edgeUrl: string, token: string): EdgeClient {
  const authorization = `Bearer ${token}`;
  const send =
    (method: string) =>
    (path: string, body: Json, requestId: string = randomUUID()) =>
      fetch(`${edgeUrl}${path}`, {
        method,
        headers: { authorization, "content-type": "application/json", "idempotency-key": requestId },
        body: JSON.stringify(body),
      }).then(answer);
  return {
    get: (path) => fetch(`${edgeUrl}${path}`, { headers: { authorization } }).then(answer),
    post: send("POST"),
    put: send("PUT"),
    async events(signal) {
      const response = await fetch(`${edgeUrl}/v1/events:stream`, {
        headers: { authorization, accept: "text/event-stream" },
        signal,
      });
      if (!response.ok || response.body === null) {
        await answer(response);
        throw new Error("the edge answered without a stream");
      }
      return serverSentEvents(response.body, signal);
    },
  };
}

async function answer(response: Response): Promise<Json> {
  const json = (await response.json()) as Json;
  if (response.ok) {
    return json;
  }
  const error = json["error"] as { message?: string; details?: { reason?: string }[] } | undefined;
  const reason = error?.details?.find((detail) => detail.reason !== undefined)?.reason ?? "";
  throw new EdgeError(response.status, reason, error?.message ?? "");
}

/** Server-sent events (HTML Living Standard, section 9.2), as far as the edge uses them. */
async function* serverSentEvents(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<EdgeEvent> {
  let rest = "";
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body) {
      rest += decoder.decode(chunk, { stream: true });
      for (let end = rest.indexOf("\n\n"); end !== -1; end = rest.indexOf("\n\n")) {
        const block = rest.slice(0, end);
        rest = rest.slice(end + 2);
        const data = /^data: ?(.*)$/m.exec(block)?.[1];
        if (data !== undefined) {
          const { event } = JSON.parse(data) as { event: EdgeEvent };
          yield event;
        }
      }
    }
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
  }
}
