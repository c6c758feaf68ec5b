/** Transfers over a stream: each request is answered when it is booked, in any order, and one that fails fails alone. */
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Transfer } from "#gen/malla/ledger/v1/ledger_pb.js";
import {
  type StreamedAnswer,
  StreamedAnswerSchema,
  type StreamedRequest,
  type StreamTransfersRequest,
  type StreamTransfersResponse,
  StreamTransfersResponseSchema,
} from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { statusOf } from "#platform/errors/status.ts";
import { answerWhenReady } from "#platform/rpc/answer-when-ready.ts";
import type { TransferResult } from "./transfer-results.ts";

/** Requests of one stream under way at once; the client sends them to its cluster in few, full messages. */
const UNDER_WAY = { sizeOf: () => 1, limit: 32 };

/** Books transfers; what goes wrong with some of them is in their results. */
export type Book = (transfers: readonly Transfer[]) => Promise<TransferResult[]>;

/** Books what a stream brings. */
export async function* streamTransfers(
  messages: AsyncIterable<StreamTransfersRequest>,
  book: Book,
): AsyncGenerator<StreamTransfersResponse> {
  for await (const answers of answerWhenReady(requestsOf(messages), (request) => answer(request, book), UNDER_WAY)) {
    yield create(StreamTransfersResponseSchema, { answers });
  }
}

/** One by one, so that the limit holds for each. */
async function* requestsOf(messages: AsyncIterable<StreamTransfersRequest>): AsyncGenerator<StreamedRequest[]> {
  for await (const { requests } of messages) {
    for (const request of requests) {
      yield [request];
    }
  }
}

async function answer({ sequence, transfers }: StreamedRequest, book: Book): Promise<StreamedAnswer> {
  try {
    return create(StreamedAnswerSchema, { sequence, results: await book(transfers) });
  } catch (error) {
    return create(StreamedAnswerSchema, { sequence, error: statusOf(ConnectError.from(error, Code.Internal)) });
  }
}
