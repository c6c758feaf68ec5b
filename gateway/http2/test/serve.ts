/** Servers on this machine for tests: ours on a port of its own, and a connected socket. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { type Http2Connection, type OnStream, type ServerOptions, serveHttp2 } from "../index.ts";

export interface TestServer extends AsyncDisposable {
  readonly port: number;
  /** One a socket, in the order they came. */
  readonly connections: Http2Connection[];
}

export async function serve(options: ServerOptions, onStream: OnStream): Promise<TestServer> {
  const connections: Http2Connection[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    connections.push(serveHttp2(socket, options, onStream));
  });
  return {
    port: await listen(server),
    connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export async function listen(server: Pick<Server, "listen" | "address">): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

export async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  return socket;
}
