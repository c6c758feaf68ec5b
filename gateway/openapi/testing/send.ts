/** Sends a request as it is: fetch would resolve dot segments and encode what is to arrive raw. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { type ProbeRequest, targetOf } from "./requests.ts";

/** What came back. */
export interface ProbeAnswer {
  readonly status: number;
  readonly mediaType: string;
  readonly body: string;
}

/**
 * Sends it and reads the answer.
 *
 * @param header sent where the request has no such header
 * @param readMs how long a stream is read, in milliseconds; what came by then counts
 */
export async function send(
  request: ProbeRequest,
  baseUrl: URL,
  defaults: Readonly<Record<string, string>>,
  readMs: number,
): Promise<ProbeAnswer> {
  const { method, header, body } = request;
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const open = baseUrl.protocol === "https:" ? httpsRequest : httpRequest;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = open(
    {
      host: baseUrl.hostname,
      port: baseUrl.port,
      method,
      path: targetOf(request),
      headers: { ...defaults, ...header, ...length },
    },
    resolve,
  );
  outgoing.on("error", reject);
  outgoing.end(body);
  const incoming = await promise;
  const timer = setTimeout(() => outgoing.destroy(), readMs);
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk);
  } catch (error) {
    if (!outgoing.destroyed) throw error;
  } finally {
    clearTimeout(timer);
  }
  const [mediaType = ""] = (incoming.headers["content-type"] ?? "").split(";");
  return { status: incoming.statusCode ?? 0, mediaType, body: Buffer.concat(chunks).toString() };
}
