/** HTTP/1.1 on bare sockets: Node's own client costs more than the servers that are measured. */
import { connect } from "node:net";
import type { Outcome, Target, Wire } from "./wire.ts";

interface Connection {
  done: ((outcome: Outcome) => void) | undefined;
  write(): void;
  close(): void;
}

/** Opens the connections. */
export async function openHttp1Wire(target: Target): Promise<Wire> {
  const idle: Connection[] = [];
  const all = await Promise.all(
    Array.from({ length: target.connections }, () => open(target, (free) => idle.push(free))),
  );
  idle.push(...all);
  return {
    send(done) {
      const connection = idle.pop();
      if (connection === undefined) {
        return false;
      }
      connection.done = done;
      connection.write();
      return true;
    },
    close() {
      for (const connection of all) {
        connection.close();
      }
    },
  };
}

function open(
  { host, port, method, path, body }: Target,
  freed: (connection: Connection) => void,
): Promise<Connection> {
  const length =
    method === "GET" ? "" : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  const request = Buffer.from(
    `${method} ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\n${length}\r\n${method === "GET" ? "" : body}`,
  );
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    let heard = "";
    const connection: Connection = {
      done: undefined,
      write: () => void socket.write(request),
      close: () => socket.destroy(),
    };
    const end = (outcome: Outcome) => {
      const { done } = connection;
      connection.done = undefined;
      heard = "";
      freed(connection);
      done?.(outcome);
    };
    socket.setEncoding("latin1");
    socket.on("data", (part: string) => {
      heard += part;
      if (isWhole(heard)) {
        const status = heard.slice(9, 12);
        end(status === "200" ? "ok" : status === "429" || status === "503" ? "refused" : "failed");
      }
    });
    socket.once("connect", () => resolve(connection));
    socket.once("error", reject);
    socket.once("close", () => connection.done?.("failed"));
  });
}

/** Whether an answer is there to its end, which a length or an empty chunk tells. */
function isWhole(answer: string): boolean {
  const body = answer.indexOf("\r\n\r\n") + 4;
  if (body < 4) {
    return false;
  }
  const at = answer.toLowerCase().indexOf("content-length: ");
  if (at < 0 || at > body) {
    return answer.endsWith("0\r\n\r\n");
  }
  return answer.length >= body + Number.parseInt(answer.slice(at + 16, body), 10);
}
