/**
 * Requests as bytes. All transfers have the same length, so that one is a copied template with its ids and amount
 * written over: the generator must cost less than the ledger it loads.
 */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { CreateTransfersRequestSchema, LoadTransfersRequestSchema } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { type AccountIds, createIdWriter, ID_BYTES, ID_CHARACTERS, writeAccountId, writeIdText } from "./ids.ts";
import type { Accounts, Way } from "./shapes.ts";

/** Currency and code of all transfers. */
export const CURRENCY = "BRL";
export const CODE = 1;
/** Amount where it does not change, in minor units. */
export const AMOUNT = 1_050;

/** Amounts take two bytes of a varint: from 1.28 to 163.83. */
const LEAST_AMOUNT = 128;
const MOST_AMOUNT = 16_383;
/** Stand in the template where an id goes; it shows where the ids are. */
const MARKS = [
  "01010101-0101-4101-8101-010101010101",
  "02020202-0202-4202-8202-020202020202",
  "03030303-0303-4303-8303-030303030303",
];

/** Makes requests. The sequence number is that of a stream's request; 0 elsewhere. */
export type NextRequest = (sequence: number) => Buffer;

/** How requests are made. */
export interface RequestOptions {
  readonly way: Way;
  readonly transfersPerRequest: number;
  readonly accountIds: AccountIds;
  readonly accounts: Accounts;
}

/** Makes requests of one shape, each with new ids. */
export function createRequests(options: RequestOptions): NextRequest {
  const pick = pickAccounts(options);
  return options.way === "load" ? packed(options, pick) : messages(options, pick);
}

type PickAccounts = (target: Buffer, debitAt: number, creditAt: number) => void;

/** Two different accounts; or the first account on either side by turns, and another one. */
function pickAccounts({ accountIds, accounts }: RequestOptions): PickAccounts {
  const base = Buffer.from(accountIds.base, "hex");
  let turn = 0;
  return (target, debitAt, creditAt) => {
    const one = accounts === "hot" ? 0 : Math.floor(Math.random() * accountIds.count);
    const other = (one + 1 + Math.floor(Math.random() * (accountIds.count - 1))) % accountIds.count;
    const isTurned = (turn++ & 1) === 1;
    writeAccountId(base, isTurned ? other : one, target, debitAt);
    writeAccountId(base, isTurned ? one : other, target, creditAt);
  };
}

function messages({ transfersPerRequest, way }: RequestOptions, pick: PickAccounts): NextRequest {
  const writeId = createIdWriter();
  // A stream's request has the same field but under number 2, after the sequence.
  const template = transferTemplate(way === "stream" ? 2 : 1);
  const ids = Buffer.alloc(3 * ID_BYTES);
  return (sequence) => {
    const head = way === "stream" ? [0x08, ...varint(sequence)] : [];
    const request = Buffer.allocUnsafe(head.length + template.bytes.length * transfersPerRequest);
    request.set(head);
    for (let at = head.length; at < request.length; at += template.bytes.length) {
      request.set(template.bytes, at);
      writeId(ids, 0);
      pick(ids, ID_BYTES, 2 * ID_BYTES);
      for (let field = 0; field < template.idsAt.length; field++) {
        writeIdText(ids, field * ID_BYTES, request, at + (template.idsAt[field] ?? 0));
      }
      writeAmount(request, at + template.amountAt);
    }
    return request;
  };
}

/** A StreamTransfersRequest that holds requests which are bytes already. */
export function streamedRequests(requests: readonly Buffer[]): Buffer {
  return Buffer.concat(requests.flatMap((request) => [Buffer.from([0x0a, ...varint(request.length)]), request]));
}

/** The columns end to end, as protobuf has them: three of bytes, then the amounts, then what all have in common. */
function packed({ transfersPerRequest: count }: RequestOptions, pick: PickAccounts): NextRequest {
  const writeId = createIdWriter();
  const column = (field: number, length: number) => Buffer.from([(field << 3) | 2, ...varint(length)]);
  const heads = [1, 2, 3].map((field) => column(field, count * ID_BYTES));
  const amountsHead = column(4, count * 2);
  const tail = toBinary(
    LoadTransfersRequestSchema,
    create(LoadTransfersRequestSchema, { currencyCode: CURRENCY, code: CODE }),
  );
  const starts: number[] = [];
  let length = 0;
  for (const head of heads) {
    starts.push(length + head.length);
    length += head.length + count * ID_BYTES;
  }
  const [idsAt = 0, debitsAt = 0, creditsAt = 0] = starts;
  const amountsAt = length + amountsHead.length;
  return () => {
    const request = Buffer.allocUnsafe(amountsAt + count * 2 + tail.length);
    heads.forEach((head, index) => {
      request.set(head, (starts[index] ?? 0) - head.length);
    });
    request.set(amountsHead, length);
    request.set(tail, amountsAt + count * 2);
    for (let index = 0; index < count; index++) {
      writeId(request, idsAt + index * ID_BYTES);
      pick(request, debitsAt + index * ID_BYTES, creditsAt + index * ID_BYTES);
      writeAmount(request, amountsAt + index * 2);
    }
    return request;
  };
}

/** Ids of a unary request's transfers, as text. */
export function readIds(way: Way, request: Buffer): string[] {
  if (way !== "load") {
    return fromBinary(CreateTransfersRequestSchema, request).transfers.map(({ id }) => id);
  }
  const ids = Buffer.from(fromBinary(LoadTransfersRequestSchema, request).ids);
  const text = Buffer.alloc(ID_CHARACTERS);
  return Array.from({ length: ids.length / ID_BYTES }, (_, index) => {
    writeIdText(ids, index * ID_BYTES, text, 0);
    return text.toString("latin1");
  });
}

/** One transfer as a field of a request, and where its ids and its amount stand. */
function transferTemplate(field: number) {
  const [id = "", debitAccountId = "", creditAccountId = ""] = MARKS;
  const amount = { currencyCode: CURRENCY, minorUnits: BigInt(LEAST_AMOUNT) };
  const bytes = Buffer.from(
    toBinary(
      CreateTransfersRequestSchema,
      create(CreateTransfersRequestSchema, {
        transfers: [{ id, debitAccountId, creditAccountId, amount, code: CODE }],
      }),
    ),
  );
  bytes[0] = (field << 3) | 2;
  const idsAt = MARKS.map((mark) => bytes.indexOf(mark));
  // Behind the currency: the tag of minor_units, then its value.
  const amountAt = bytes.indexOf(CURRENCY) + CURRENCY.length + 1;
  if (idsAt.some((at) => at < 0) || MARKS.some((mark) => mark.length !== ID_CHARACTERS)) {
    throw new Error("a transfer is not encoded as this file expects");
  }
  return { bytes, idsAt, amountAt };
}

function writeAmount(target: Buffer, at: number): void {
  const amount = LEAST_AMOUNT + Math.floor(Math.random() * (MOST_AMOUNT - LEAST_AMOUNT + 1));
  target[at] = (amount & 127) | 128;
  target[at + 1] = amount >>> 7;
}

/** A number below 2^28 as protobuf writes it. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) {
    bytes.push((rest & 127) | 128);
  }
  bytes.push(rest);
  return bytes;
}
