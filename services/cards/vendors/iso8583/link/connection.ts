/** One TCP connection that carries messages. */
import { connect, type Socket } from "node:net";
import type { HostPort } from "#platform/config/settings.ts";
import { decodeMessage, encodeMessage, IsoFormatError, type IsoMessage } from "./codec.ts";
import { createFrameReader, FrameError, frame } from "./frames.ts";

/** A connection that is open. */
export interface Connection {
  /** @throws IsoFormatError where it is no message; nothing is sent then. */
  send(message: IsoMessage): void;
  /** Octets that the peer has not taken yet. */
  readonly unsentOctets: number;
  /** Cuts it. */
  cut(why: string): void;
  /** Settles when it is no more, with the reason. */
  readonly ended: Promise<string>;
}

/** What is done with what comes. */
export interface ConnectionEvents {
  readonly onMessage: (message: IsoMessage) => void;
  /** A whole frame that is no message: it is dropped, the next one may be read. */
  readonly onGarbage: (error: IsoFormatError) => void;
}

/**
 * Connects.
 *
 * @param timeoutMs longest wait for the peer to take the connection
 */
export function openConnection(address: HostPort, timeoutMs: number, events: ConnectionEvents): Promise<Connection> {
  const socket = connect({ ...address, noDelay: true, keepAlive: true });
  const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs);
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("close", () => clearTimeout(timer));
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", reject);
      resolve(carryMessages(socket, events));
    });
  });
}

/** Makes a connection of a socket, at either end. */
export function carryMessages(socket: Socket, { onMessage, onGarbage }: ConnectionEvents): Connection {
  const frames = createFrameReader();
  let reason: string | undefined;
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  socket.on("data", (chunk: Buffer) => {
    try {
      for (const octets of frames.read(chunk)) {
        readMessage(octets);
      }
    } catch (error) {
      if (!(error instanceof FrameError)) {
        throw error;
      }
      // The stream cannot be cut into messages any more.
      cut(`garbage: ${error.message}`);
    }
  });
  socket.on("error", (error) => {
    reason ??= error.message;
  });
  socket.on("close", () => resolve(reason ?? "closed by the peer"));

  function readMessage(octets: Buffer): void {
    if (reason !== undefined) {
      return;
    }
    let message: IsoMessage;
    try {
      message = decodeMessage(octets);
    } catch (error) {
      if (!(error instanceof IsoFormatError)) {
        throw error;
      }
      onGarbage(error);
      return;
    }
    onMessage(message);
  }

  function cut(why: string): void {
    reason ??= why;
    socket.destroy();
  }

  return {
    send: (message) => void socket.write(frame(encodeMessage(message))),
    get unsentOctets() {
      return socket.writableLength;
    },
    cut,
    ended,
  };
}
