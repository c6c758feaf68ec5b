/** Writes down what a clause asked and what it heard, so that a failure can be shown; sensitive values stay out. */
import { createRegistry, type DescMessage, type Message, toJsonString } from "@bufbuild/protobuf";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { file_google_rpc_error_details } from "#gen/google/rpc/error_details_pb.js";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { withoutSensitive } from "#platform/telemetry/redact.ts";

/** One call. */
export interface Exchange {
  /** Name of the method. */
  readonly method: string;
  /** The messages sent, as JSON; of a stream the first few. */
  readonly requests: string[];
  /** The messages received, as JSON; of a stream the first few. */
  readonly answers: string[];
  /** How it failed, e.g. "NOT_FOUND CARD_NOT_FOUND: no such card"; undefined while it did not. */
  failure: string | undefined;
  readonly startedAtMs: number;
}

/** Calls kept of one clause, and messages kept of one stream: the last calls are those that a failure is about. */
const MAX_EXCHANGES = 40;
const MAX_MESSAGES = 5;
/** Characters kept of one message. */
const MAX_CHARACTERS = 2_000;

/** An interceptor that adds each call to `exchanges`. */
export function recordExchanges(exchanges: Exchange[]): Interceptor {
  return (next) => async (request) => {
    const exchange: Exchange = {
      method: request.method.name,
      requests: [],
      answers: [],
      failure: undefined,
      startedAtMs: performance.now(),
    };
    exchanges.push(exchange);
    exchanges.splice(0, Math.max(0, exchanges.length - MAX_EXCHANGES));
    const { input, output } = request.method;
    const fail = (error: unknown) => {
      exchange.failure = describeFailure(error);
      return error;
    };
    try {
      const asked = request.stream
        ? { ...request, message: noted(request.message, input, exchange.requests, fail) }
        : request;
      if (!request.stream) {
        note(input, request.message, exchange.requests);
      }
      const response = await next(asked);
      if (response.stream) {
        return { ...response, message: noted(response.message, output, exchange.answers, fail) };
      }
      note(output, response.message, exchange.answers);
      return response;
    } catch (error) {
      throw fail(error);
    }
  };
}

async function* noted<T extends Message>(
  messages: AsyncIterable<T>,
  desc: DescMessage,
  into: string[],
  fail: (error: unknown) => unknown,
) {
  try {
    for await (const message of messages) {
      note(desc, message, into);
      yield message;
    }
  } catch (error) {
    throw fail(error);
  }
}

function note(desc: DescMessage, message: Message, into: string[]): void {
  if (into.length < MAX_MESSAGES) {
    const text = shown(desc, message);
    into.push(text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}...` : text);
  }
}

/** Details of errors that a message may carry (google.protobuf.Any). */
const registry = createRegistry(file_google_rpc_error_details);

/** A message as JSON. What JSON has no words for, such as a time out of range, is the clause's to judge: only said. */
function shown(desc: DescMessage, message: Message): string {
  try {
    return toJsonString(desc, withoutSensitive(desc, message), { registry });
  } catch (error) {
    return `(not to be shown: ${error instanceof Error ? error.message : String(error)})`;
  }
}

/** Code, reason and sentence of a failure. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof ConnectError)) {
    return error instanceof Error ? error.message : String(error);
  }
  const code = (Code[error.code] ?? String(error.code)).replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
  const reason = errorInfoOf(error)?.reason;
  return `${code}${reason === undefined ? "" : ` ${reason}`}: ${error.rawMessage}`;
}
