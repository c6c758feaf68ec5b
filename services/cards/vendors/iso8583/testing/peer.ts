/** A host at the other end of a real TCP connection that does just what a test tells it to. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { HostPort } from "#platform/config/settings.ts";
import type { IsoMessage } from "../link/codec.ts";
import { type Connection, carryMessages } from "../link/connection.ts";
import { answerTypeOf } from "../link/exchange.ts";

/** The peer. */
export interface Peer {
  readonly address: HostPort;
  /** Every message that came, in order. */
  readonly heard: readonly IsoMessage[];
  /** Connections taken so far. */
  readonly connections: number;
  /** Told of each message; gives the answers to send, by default 00 to everything. */
  answer: (message: IsoMessage) => readonly IsoMessage[];
  /** Sends to whoever is connected. */
  send(message: IsoMessage): void;
  /** Sends octets that need not be a message. */
  sendRaw(octets: Buffer): void;
  /** Cuts the connection. */
  cut(): void;
  /** Waits until a condition holds, looked at with each message and connection. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

/** Longest wait of `until`, in milliseconds. */
const UNTIL_MS = 10_000;

/** The answer to a request: its fields, and a response code. */
export function answerTo({ mti, fields }: IsoMessage, responseCode = "00"): IsoMessage {
  return { mti: answerTypeOf(mti), fields: { ...fields, 39: responseCode } };
}

/** Opens one on a port of its own, or on the one given. */
export async function openPeer(port = 0): Promise<Peer> {
  const heard: IsoMessage[] = [];
  const open = new Map<Socket, Connection>();
  const waiting = new Set<() => void>();
  let connections = 0;
  const changed = () => {
    for (const look of waiting) {
      look();
    }
  };
  const server = createServer((socket) => {
    const connection = carryMessages(socket, {
      onMessage(message) {
        heard.push(message);
        for (const answer of peer.answer(message)) {
          connection.send(answer);
        }
        changed();
      },
      onGarbage(error) {
        throw error;
      },
    });
    open.set(socket, connection);
    connections++;
    void connection.ended.then(() => {
      open.delete(socket);
      changed();
    });
    changed();
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const peer: Peer = {
    // A server that listens on TCP has an address of this kind.
    address: { host: "127.0.0.1", port: (server.address() as AddressInfo).port },
    heard,
    get connections() {
      return connections;
    },
    answer: (message) => (message.mti[2] === "1" || message.mti[2] === "3" ? [] : [answerTo(message)]),
    send(message) {
      for (const connection of open.values()) {
        connection.send(message);
      }
    },
    sendRaw(octets) {
      for (const socket of open.keys()) {
        socket.write(octets);
      }
    },
    cut() {
      for (const connection of open.values()) {
        connection.cut("the test says so");
      }
    },
    until: (condition) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`it did not come to that: ${condition}`));
        }, UNTIL_MS);
        const look = () => {
          if (condition()) {
            clearTimeout(timer);
            waiting.delete(look);
            resolve();
          }
        };
        waiting.add(look);
        look();
      }),
    async close() {
      peer.cut();
      server.close();
      await once(server, "close");
    },
  };
  return peer;
}
