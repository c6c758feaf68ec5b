/** Reads answers without decoding what is not needed: only what was booked counts. */
import { fromBinary } from "@bufbuild/protobuf";
import { CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import {
  CreateTransfersResponseSchema,
  LoadTransfersResponseSchema,
  StreamedAnswerSchema,
} from "#gen/malla/ledger/v1/ledger_service_pb.js";

/** What an answer says. */
export interface Answer {
  /** Transfers booked. */
  readonly created: number;
  /** The sequence number of a stream's answer; 0 elsewhere. */
  readonly sequence: number;
  /** Why something was not booked. */
  readonly refusal?: string;
}

/** CreateTransfersResponse; every one of `expected` must have been booked. */
export function readCreated(bytes: Buffer, expected: number): Answer {
  const created = countCreated(bytes, 0, 1);
  return created === expected ? { created, sequence: 0 } : { created, sequence: 0, refusal: refusalOf(bytes) };
}

/** LoadTransfersResponse; field 1 is left out when all were booked. */
export function readLoaded(bytes: Buffer, expected: number): Answer {
  const { createdCount, statuses } = fromBinary(LoadTransfersResponseSchema, bytes);
  return createdCount === expected
    ? { created: createdCount, sequence: 0 }
    : { created: createdCount, sequence: 0, refusal: statusName(statuses.find(isRefusal)) };
}

/** The answers in a StreamTransfersResponse. */
export function* streamedAnswers(message: Buffer): Generator<Buffer> {
  let at = 0;
  while (at < message.length) {
    // The tag of the only field, then the length of the answer.
    at++;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++] ?? 0;
      length |= (byte & 127) << shift;
      if (byte < 128) {
        break;
      }
    }
    yield message.subarray(at, at + length);
    at += length;
  }
}

/** StreamedAnswer. */
export function readStreamed(bytes: Buffer, expected: number): Answer {
  let at = 0;
  let sequence = 0;
  if (bytes[0] === 0x08) {
    at = 1;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      sequence |= (byte & 127) << shift;
      if (byte < 128) {
        break;
      }
    }
  }
  const created = countCreated(bytes, at, 2);
  if (created === expected) {
    return { created, sequence };
  }
  const answer = fromBinary(StreamedAnswerSchema, bytes);
  const why = answer.error?.message ?? statusName(answer.results.find(({ status }) => isRefusal(status))?.status);
  return { created, sequence: Number(answer.sequence), refusal: why };
}

/** Counts results in the field that begin with status CREATED; a result is shorter than 128 bytes. */
function countCreated(bytes: Buffer, from: number, field: number): number {
  const tag = (field << 3) | 2;
  let created = 0;
  for (let at = from; at < bytes.length; at += 2 + (bytes[at + 1] ?? 0)) {
    if (bytes[at] === tag && bytes[at + 2] === 0x08 && bytes[at + 3] === CreateTransferStatus.CREATED) {
      created++;
    }
  }
  return created;
}

function refusalOf(bytes: Buffer): string {
  const { results } = fromBinary(CreateTransfersResponseSchema, bytes);
  return statusName(results.find(({ status }) => isRefusal(status))?.status);
}

function isRefusal(status: CreateTransferStatus): boolean {
  return status !== CreateTransferStatus.CREATED;
}

function statusName(status: CreateTransferStatus | undefined): string {
  return status === undefined ? "fewer results than transfers" : (CreateTransferStatus[status] ?? `status ${status}`);
}
