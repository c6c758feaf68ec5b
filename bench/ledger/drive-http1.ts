/** Keeps requests under way over HTTP/1.1, one connection each; on bare sockets, since Node's own client costs more than a server. */
import { connect, type Socket } from "node:net";
import { type AccountIds, createIdWriter, ID_BYTES, ID_CHARACTERS, writeAccountId, writeIdText } from "./ids.ts";
import { AMOUNT, CODE, CURRENCY } from "./requests.ts";
import type { Tally } from "./tally.ts";

/** What is asked for. */
export interface Http1Target {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Stands in an answer for a transfer that was booked. */
const BOOKED = '"CREATE_TRANSFER_STATUS_CREATED"';

/** Starts `callers` that each book one transfer at a time; resolves to what stops them. */
export function driveHttp1(
  target: Http1Target,
  callers: number,
  accountIds: AccountIds,
  tally: Tally,
  isBooked: (answer: string) => boolean,
): { stop(): Promise<void>; readonly failed: Promise<never> } {
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const next = transferBodies(accountIds);
  let isStopping = false;
  const caller = async (): Promise<void> => {
    const connection = openConnection(target);
    try {
      while (!isStopping) {
        const sentAtMs = performance.now();
        const answer = await connection.post(next());
        const booked = isBooked(answer);
        tally.add(booked ? 1 : 0, sentAtMs);
        if (!booked) {
          tally.refuse(answer.slice(0, 200), 1);
        }
      }
    } finally {
      connection.close();
    }
  };
  const running = Promise.all(Array.from({ length: callers }, caller));
  running.catch(failed.reject);
  return {
    failed: failed.promise,
    async stop() {
      isStopping = true;
      await running;
    },
  };
}

/** Whether the edge's answer says that the transfer was booked. */
export function isBookedByEdge(answer: string): boolean {
  return answer.startsWith("HTTP/1.1 200") && answer.includes(BOOKED);
}

/** Whether the echo answered. */
export function isEchoed(answer: string): boolean {
  return answer.startsWith("HTTP/1.1 200");
}

function transferBodies(accountIds: AccountIds): () => string {
  const writeId = createIdWriter();
  const base = Buffer.from(accountIds.base, "hex");
  const bytes = Buffer.alloc(ID_BYTES);
  const text = Buffer.alloc(ID_CHARACTERS);
  const asText = () => {
    writeIdText(bytes, 0, text, 0);
    return text.toString("latin1");
  };
  const account = (index: number) => {
    writeAccountId(base, index, bytes, 0);
    return asText();
  };
  return () => {
    const debit = Math.floor(Math.random() * accountIds.count);
    const credit = (debit + 1 + Math.floor(Math.random() * (accountIds.count - 1))) % accountIds.count;
    writeId(bytes, 0);
    const amount = { currencyCode: CURRENCY, minorUnits: String(AMOUNT) };
    const transfer = {
      id: asText(),
      debitAccountId: account(debit),
      creditAccountId: account(credit),
      amount,
      code: CODE,
    };
    return JSON.stringify({ transfers: [transfer] });
  };
}

function openConnection({ host, port, path, headers }: Http1Target) {
  const socket: Socket = connect({ host, port, noDelay: true });
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: ${host}:${port}`,
    "content-type: application/json",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ].join("\r\n");
  let heard = "";
  let waiting: PromiseWithResolvers<string> | undefined;
  socket.setEncoding("latin1");
  socket.on("data", (part: string) => {
    heard += part;
    if (isWhole(heard)) {
      const answer = heard;
      heard = "";
      waiting?.resolve(answer);
    }
  });
  const fail = (error?: Error | boolean) =>
    waiting?.reject(error instanceof Error ? error : new Error("the connection was closed"));
  socket.on("error", fail);
  socket.on("close", fail);
  return {
    post(body: string): Promise<string> {
      waiting = Promise.withResolvers();
      socket.write(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      return waiting.promise;
    },
    close: () => socket.destroy(),
  };
}

/** Whether an answer is there to its end, which a length or an empty chunk tells. */
function isWhole(answer: string): boolean {
  const body = answer.indexOf("\r\n\r\n") + 4;
  if (body < 4) {
    return false;
  }
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer.slice(0, body))?.[1];
  return length === undefined ? answer.endsWith("0\r\n\r\n") : answer.length >= body + Number(length);
}
