/** How tagged calls ended, for cases that ask whether an upstream heard of a client's leaving. */
import type { ServerDuplexStream } from "@grpc/grpc-js";

/** Remembers ends, and tells whoever asks. */
export interface Ends {
  /** A method from string to string, as bytes, that answers when the call of that tag has ended. */
  readonly path: string;
  begin(tag: string): void;
  end(tag: string | undefined, how: "ok" | "cancelled"): void;
  serve(call: ServerDuplexStream<Buffer, Buffer>): void;
}

/** Makes them. */
export function createEnds(): Ends {
  const known = new Map<string, { readonly ended: Promise<string>; readonly end: (how: string) => void }>();
  const of = (tag: string) => {
    const { promise: ended, resolve: end } = Promise.withResolvers<string>();
    const entry = known.get(tag) ?? { ended, end };
    known.set(tag, entry);
    return entry;
  };
  return {
    path: "/probe.v1.Probe/AwaitEnd",
    begin: (tag) => void of(tag),
    end(tag, how) {
      if (tag !== undefined) of(tag).end(how);
    },
    serve(call) {
      call.on("data", (tag: Buffer) => {
        of(tag.toString())
          .ended.then((how) => {
            call.write(Buffer.from(how));
            call.end();
          })
          .catch(() => call.end());
      });
    },
  };
}
