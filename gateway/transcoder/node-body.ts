/** The body of a request of Node's servers: in pieces as they are pulled, or whole, which is a tenth of the work. */
import type { Readable } from "node:stream";
import type { RestBody } from "./rest-message.ts";

/** Reads a body. Leaving off early does not destroy the request: its response is still to be sent. */
export function nodeBody(request: Readable): RestBody {
  return {
    [Symbol.asyncIterator]: () => chunksOf(request),
    collect: (maxBytes) => collect(request, maxBytes),
  };
}

async function* chunksOf(request: Readable): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterable<unknown> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) throw new Error("the request stream has an encoding set");
    yield chunk;
  }
}

function collect(request: Readable, maxBytes: number): Promise<Buffer | undefined> {
  // What has closed already says nothing more: whoever waited for it would wait for ever.
  if (request.destroyed && !request.readableEnded) return Promise.reject(new Error("the client closed the connection"));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = () => {
      request.off("data", onData);
      request.off("end", onEnd);
      request.off("error", onError);
      request.off("close", onError);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length > maxBytes) {
        settle();
        request.pause();
        resolve(undefined);
      }
    };
    const onEnd = () => {
      settle();
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length));
    };
    const onError = (error?: Error) => {
      settle();
      reject(error ?? new Error("the client closed the connection"));
    };
    request.on("data", onData);
    request.on("end", onEnd);
    request.on("error", onError);
    request.on("close", onError);
  });
}
