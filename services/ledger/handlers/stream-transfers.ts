import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  type StreamedAnswer,
  StreamedAnswerSchema,
  type StreamedRequest,
  type StreamTransfersRequest,
} from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { statusOf } from "#platform/errors/status.ts";
import { answerWhenReady } from "#platform/rpc/answer-when-ready.ts";
import { type Call, callOf } from "#platform/rpc/call.ts";
import { fromTransferResult, toNewTransfer } from "../mapping.ts";
import type { LedgerDeps, LedgerHandlers } from "../service.ts";

/** Items of one stream that wait for their answer: two full groups, and then the caller is held back. */
const UNDER_WAY = { sizeOf: ({ transfers }: StreamedRequest) => transfers.length, limit: 16_380 };

/** Books transfers over a stream; each request is answered when it is durable, in any order. */
export function streamTransfers({ ledger }: LedgerDeps): LedgerHandlers["streamTransfers"] {
  const answer = async (call: Call, { sequence, transfers }: StreamedRequest): Promise<StreamedAnswer> => {
    try {
      const results = await ledger.createTransfers(call, transfers.map(toNewTransfer));
      return create(StreamedAnswerSchema, { sequence, results: results.map(fromTransferResult) });
    } catch (error) {
      return create(StreamedAnswerSchema, { sequence, error: statusOf(ConnectError.from(error, Code.Internal)) });
    }
  };
  return async function* (messages, context) {
    const call = callOf(context);
    for await (const answers of answerWhenReady(requestsOf(messages), (request) => answer(call, request), UNDER_WAY)) {
      yield { answers };
    }
  };
}

async function* requestsOf(messages: AsyncIterable<StreamTransfersRequest>): AsyncGenerator<StreamedRequest[]> {
  for await (const { requests } of messages) {
    yield requests;
  }
}
