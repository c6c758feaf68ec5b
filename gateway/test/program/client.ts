/** A REST client over node:http that sends a path exactly as written. */
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { decodeSeen, encodeHeader, type Plan, type Seen } from "./plan.ts";

/** A request, beside its method and path. */
export interface SendInit {
  readonly header?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly plan?: Plan;
}

/** A response read to its end. */
export interface Answer {
  readonly status: number;
  readonly header: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** The body when it is JSON. */
  readonly json: unknown;
  /** Each line as JSON, for application/x-ndjson. */
  readonly lines: readonly unknown[];
  /** google.rpc.ErrorInfo.reason of an error. */
  readonly reason: string | undefined;
  /** Fields of google.rpc.BadRequest. */
  readonly fields: readonly string[];
  readonly seen: Seen | undefined;
}

/** Longest wait for an answer. */
const ANSWER_MS = 10_000;

/** Sends `METHOD /path`. A body goes out as JSON unless a header says otherwise; `content-type: ""` sends none. */
export async function send(base: URL, target: string, init: SendInit = {}): Promise<Answer> {
  const [method = "", path = ""] = target.split(/ (.*)/s);
  const body = typeof init.body === "string" ? Buffer.from(init.body) : init.body;
  const headers: Record<string, string> = {
    ...(body === undefined ? {} : { "content-type": "application/json", "content-length": String(body.length) }),
    ...(init.plan === undefined ? {} : { "x-plan": encodeHeader(init.plan) }),
    ...init.header,
  };
  for (const name of Object.keys(headers)) if (headers[name] === "") delete headers[name];
  return await new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: base.hostname,
        port: base.port,
        method,
        path,
        headers,
        agent: false,
        signal: AbortSignal.timeout(ANSWER_MS),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve(readAnswer(response.statusCode ?? 0, response.headers, Buffer.concat(chunks))),
        );
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

/** Reads what came. */
export function readAnswer(status: number, header: IncomingHttpHeaders, body: Buffer): Answer {
  const text = body.toString();
  const type = header["content-encoding"] === undefined ? (header["content-type"] ?? "") : "";
  const json: unknown = type.startsWith("application/json") && text !== "" ? JSON.parse(text) : undefined;
  const lines: unknown[] = type.startsWith("application/x-ndjson")
    ? text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line))
    : [];
  const seen = header["x-seen"];
  return {
    status,
    header,
    body,
    text,
    json,
    lines,
    ...readError(json),
    seen: decodeSeen(typeof seen === "string" ? seen : undefined),
  };
}

interface ErrorBody {
  error?: { details?: { "@type": string; reason?: string; fieldViolations?: { field?: string }[] }[] };
}

function readError(json: unknown): Pick<Answer, "reason" | "fields"> {
  const { error }: ErrorBody = typeof json === "object" && json !== null ? json : {};
  const detail = (type: string) => error?.details?.find((each) => each["@type"] === `type.googleapis.com/${type}`);
  return {
    reason: detail("google.rpc.ErrorInfo")?.reason,
    fields: detail("google.rpc.BadRequest")?.fieldViolations?.map(({ field = "" }) => field) ?? [],
  };
}
