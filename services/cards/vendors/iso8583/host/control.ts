/** The operator's port of the host: orders faults, shows the books. Over HTTP, for tests and the demo; off by default. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { HostPort } from "#platform/config/settings.ts";
import { type Faults, faultSchema } from "./faults.ts";
import type { HostServer } from "./server.ts";

/** Longest body taken, in octets. */
const MAX_BODY_OCTETS = 10_000;

/** Starts listening: `POST /faults` orders one, `DELETE /faults` ends all, `GET /books` shows what the host knows. */
export async function startControl(listen: HostPort, faults: Faults, showBooks: () => unknown): Promise<HostServer> {
  const server = createServer((request, response) => {
    const reply = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    handle(request).then(
      ({ status, body }) => reply(status, body),
      (error: unknown) => reply(400, { error: String(error) }),
    );
  });

  async function handle(request: IncomingMessage): Promise<{ readonly status: number; readonly body: unknown }> {
    switch (`${request.method} ${request.url}`) {
      case "POST /faults":
        faults.order(faultSchema.parse(JSON.parse(await bodyOf(request))));
        return { status: 200, body: {} };
      case "DELETE /faults":
        faults.clear();
        return { status: 200, body: {} };
      case "GET /books":
        return { status: 200, body: showBooks() };
      default:
        return { status: 404, body: { error: "POST /faults, DELETE /faults or GET /books" } };
    }
  }

  server.listen(listen.port, listen.host);
  await once(server, "listening");
  const bound = server.address();
  return {
    address: { host: listen.host, port: typeof bound === "object" && bound !== null ? bound.port : listen.port },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of request) {
    octets += chunk.length;
    if (octets > MAX_BODY_OCTETS) {
      throw new Error(`more than ${MAX_BODY_OCTETS} octets`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
