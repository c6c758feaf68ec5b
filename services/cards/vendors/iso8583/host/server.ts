/** The host on the wire: takes connections, has them sign on, answers, and errs where it was told to. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { HostPort } from "#platform/config/settings.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import { encodeMessage, type IsoMessage } from "../link/codec.ts";
import { type Connection, carryMessages } from "../link/connection.ts";
import { answerTypeOf, isRequest } from "../link/exchange.ts";
import { frame } from "../link/frames.ts";
import { NETWORK_CODES, networkAnswer } from "../link/network-management.ts";
import type { Fault, Faults } from "./faults.ts";

/** A server that listens. */
export interface HostServer {
  /** Where it listens, its own port filled in. */
  readonly address: HostPort;
  close(): Promise<void>;
}

/** What a server needs. */
export interface HostServerOptions {
  readonly listen: HostPort;
  /** Does what a message asks for, durably, and gives the answer. */
  readonly process: (message: IsoMessage) => IsoMessage;
  readonly faults: Faults;
  readonly log: Pick<Logger, "info" | "warn">;
}

/** Response code to a message from who has not signed on. */
const NOT_SIGNED_ON = "91";
/** Response code of a message that was not understood. */
const FORMAT_ERROR = "30";

/** Starts listening. */
export async function startHostServer({ listen, process, faults, log }: HostServerOptions): Promise<HostServer> {
  const open = new Set<Connection>();
  const server = createServer({ noDelay: true }, (socket) => {
    let isSignedOn = false;
    const connection = carryMessages(socket, {
      onMessage(message) {
        if (!isRequest(message.mti)) {
          return;
        }
        if (message.mti === "0800" || message.mti === "0801") {
          const code = message.fields[70];
          isSignedOn = code === NETWORK_CODES.signOn || (isSignedOn && code !== NETWORK_CODES.signOff);
          answer(message, () =>
            networkAnswer(message, isSignedOn || code === NETWORK_CODES.signOff ? "00" : NOT_SIGNED_ON),
          );
          return;
        }
        answer(message, () => (isSignedOn ? process(message) : refusalOf(message, NOT_SIGNED_ON)));
      },
      onGarbage(error) {
        log.warn({ why: error.message }, "what came is no message");
      },
    });
    const answer = (message: IsoMessage, make: () => IsoMessage) =>
      answerWith(connection, socket, faults.take(message.mti), () => {
        try {
          return make();
        } catch (error) {
          log.warn({ err: error, mti: message.mti, stan: message.fields[11] }, "not understood");
          return refusalOf(message, FORMAT_ERROR);
        }
      });
    open.add(connection);
    void connection.ended.then((why) => {
      open.delete(connection);
      log.info({ why }, "connection ended");
    });
  });
  server.listen(listen.port, listen.host);
  await once(server, "listening");
  const bound = server.address();
  return {
    address: { host: listen.host, port: typeof bound === "object" && bound !== null ? bound.port : listen.port },
    async close() {
      server.close();
      for (const connection of open) {
        connection.cut("the host ends");
      }
      await once(server, "close");
    },
  };
}

/** The request's own numbers with a response code. */
export function refusalOf({ mti, fields }: IsoMessage, responseCode: string): IsoMessage {
  return {
    mti: answerTypeOf(mti),
    fields: {
      3: fields[3],
      4: fields[4],
      7: fields[7],
      11: fields[11],
      37: fields[37],
      39: responseCode,
      49: fields[49],
    },
  };
}

function answerWith(connection: Connection, socket: Socket, fault: Fault | undefined, make: () => IsoMessage): void {
  if (fault?.kind === "drop_request") {
    return;
  }
  const answer = make();
  if (fault === undefined) {
    connection.send(answer);
    return;
  }
  switch (fault.kind) {
    case "twice":
      connection.send(answer);
      connection.send(answer);
      return;
    case "delay":
      setTimeout(() => connection.send(answer), fault.delayMs).unref();
      return;
    case "drop_answer":
      return;
    case "cut":
      connection.cut("told to");
      return;
    case "garbage":
      socket.write(Buffer.from("\u0000\u0001garbage, not a message of ISO 8583\r\n", "latin1"));
      return;
    case "half": {
      const octets = frame(encodeMessage(answer));
      socket.end(octets.subarray(0, octets.length >> 1));
      return;
    }
    default:
      fault.kind satisfies never;
  }
}
