/** A way to the broker that can be shut: what a process sees of a broker that is gone. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** The door. */
export interface BusDoor {
  /** URL of the broker through the door. */
  readonly url: string;
  shut(): void;
  open(): void;
  close(): void;
}

/** Opens a door to the broker at a URL. */
export async function openBusDoor(url: string): Promise<BusDoor> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let isShut = false;
  const server = createServer((inside) => {
    if (isShut) {
      inside.destroy();
      return;
    }
    const outside = connect(Number(target.port), target.hostname);
    for (const [one, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const through = new URL(url);
  through.hostname = "127.0.0.1";
  through.port = String((server.address() as AddressInfo).port);
  const cut = () => {
    for (const socket of sockets) {
      socket.destroy();
    }
  };
  return {
    url: through.href,
    shut() {
      isShut = true;
      cut();
    },
    open() {
      isShut = false;
    },
    close() {
      cut();
      server.close();
    },
  };
}
