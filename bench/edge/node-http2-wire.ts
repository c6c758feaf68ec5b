/** HTTP/2 by node:http2: what our own engine is measured against. */
import { connect } from "node:http2";
import type { Target, Wire } from "./wire.ts";

/** Opens the connections. */
export function openNodeHttp2Wire({ host, port, path, body, connections }: Target): Wire {
  const sessions = Array.from({ length: connections }, () => connect(`http://${host}:${port}`));
  const bytes = Buffer.from(body, "hex");
  let next = 0;
  return {
    send(done) {
      next = (next + 1) % sessions.length;
      const stream = sessions[next]?.request({ ":method": "POST", ":path": path, "content-type": "application/grpc" });
      stream?.on("data", () => {});
      stream?.on("end", () => done("ok"));
      stream?.on("error", () => done("failed"));
      stream?.end(bytes);
      return true;
    },
    close() {
      for (const session of sessions) {
        session.destroy();
      }
    },
  };
}
