/** Asks an upstream, past the edge, how a tagged call ended. */
import { Client, credentials } from "@grpc/grpc-js";

/** Longest wait for an end. */
const END_MS = 8_000;

/** @returns "ok" or "cancelled" */
export async function awaitEnd(upstream: string, tag: string): Promise<string> {
  const client = new Client(new URL(upstream).host, credentials.createInsecure());
  const same = (bytes: Buffer): Buffer => bytes;
  try {
    return await new Promise<string>((resolve, reject) => {
      client.makeUnaryRequest(
        "/probe.v1.Probe/AwaitEnd",
        same,
        same,
        Buffer.from(tag),
        { deadline: Date.now() + END_MS },
        (error, how) => (error === null ? resolve(String(how)) : reject(error)),
      );
    });
  } finally {
    client.close();
  }
}
