/** A transcoder over shelf.proto whose calls are remembered, and a client for it that speaks in strings. */
import { create, type DescMethod, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";
import type { CallInfo, TranscoderCall, TranscoderOptions } from "../options.ts";
import type { RestResponse } from "../rest-message.ts";
import { createTranscoder, type Transcoder } from "../transcoder.ts";
import { shelfService, testRegistry } from "./load.ts";
import { parseJson } from "./parse-json.ts";

/** A call that reached the service. */
export interface SeenCall {
  readonly method: string;
  /** The request as ProtoJSON, without defaults. */
  readonly request: JsonValue;
  readonly message: Message;
  readonly info: CallInfo;
}

/** What to test against. */
export interface TestTranscoder {
  readonly transcoder: Transcoder;
  readonly calls: SeenCall[];
  send(target: string, init?: SendInit): Promise<Answer>;
}

/** The rest of a request. */
export interface SendInit {
  readonly body?: string | Uint8Array;
  readonly header?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** A response read to its end. */
export interface Answer {
  readonly status: number;
  readonly header: RestResponse["header"];
  readonly text: string;
  readonly json: unknown;
  /** google.rpc.ErrorInfo.reason; undefined for a success. */
  readonly reason: string | undefined;
  /** Fields of google.rpc.BadRequest. */
  readonly fields: readonly string[];
}

/**
 * Makes one. Unless `call` says otherwise, a call with one answer gives an empty message, and one both ways gives back
 * what it gets. A stream of the client is remembered message by message, as the call pulls them.
 */
export function createTestTranscoder(
  options: Partial<Omit<TranscoderOptions, "call">> & { call?: Partial<TranscoderCall> } = {},
): TestTranscoder {
  const calls: SeenCall[] = [];
  const { call, ...rest } = options;
  const transcoder = createTranscoder({
    services: [shelfService()],
    registry: testRegistry,
    ...rest,
    call: {
      async unary(method, message, info) {
        calls.push(seenCall(method, message, info));
        const reply = await call?.unary?.(method, message, info);
        return reply ?? { message: create(method.output), header: new Headers(), trailer: new Headers() };
      },
      serverStream(method, message, info) {
        calls.push(seenCall(method, message, info));
        return call?.serverStream?.(method, message, info) ?? nothing();
      },
      async clientStream(method, messages, info) {
        const seen = remembered(method, messages, info);
        if (call?.clientStream !== undefined) return call.clientStream(method, seen, info);
        for await (const _message of seen); // to its end
        return { message: create(method.output), header: new Headers(), trailer: new Headers() };
      },
      bidiStream(method, messages, info) {
        const seen = remembered(method, messages, info);
        return call?.bidiStream?.(method, seen, info) ?? seen;
      },
    },
  });
  async function* remembered(
    method: DescMethod,
    messages: AsyncIterable<Message>,
    info: CallInfo,
  ): AsyncGenerator<Message> {
    for await (const message of messages) {
      calls.push(seenCall(method, message, info));
      yield message;
    }
  }

  return {
    transcoder,
    calls,
    async send(target, init = {}) {
      const [method = "", url = ""] = target.split(/ (.*)/s);
      const { body, signal = new AbortController().signal } = init;
      const bytes = typeof body === "string" ? Buffer.from(body) : body;
      const request = { method, url, header: new Headers(init.header), signal };
      return readAnswer(await transcoder.handle(bytes === undefined ? request : { ...request, body: chunks(bytes) }));
    },
  };
}

/** Reads a response to its end. */
export async function readAnswer(response: RestResponse): Promise<Answer> {
  const { status, header, body } = response;
  const parts: Uint8Array[] = [];
  if (body instanceof Uint8Array) parts.push(body);
  else for await (const chunk of body ?? []) parts.push(chunk);
  const text = Buffer.concat(parts).toString();
  const json: unknown = header.get("content-type") === "application/json" && text !== "" ? parseJson(text) : undefined;
  return { status, header, text, json, ...readError(json) };
}

interface ErrorBody {
  error?: { details: { "@type": string; reason?: string; fieldViolations?: { field?: string }[] }[] };
}

function readError(json: unknown): Pick<Answer, "reason" | "fields"> {
  const { error }: ErrorBody = typeof json === "object" && json !== null ? json : {};
  const detail = (type: string) => error?.details.find((each) => each["@type"] === `type.googleapis.com/${type}`);
  return {
    reason: detail("google.rpc.ErrorInfo")?.reason,
    fields: detail("google.rpc.BadRequest")?.fieldViolations?.map(({ field = "" }) => field) ?? [],
  };
}

/** The JSON is made when it is asked for: not every message has one. */
function seenCall({ name, input }: DescMethod, message: Message, info: CallInfo): SeenCall {
  return {
    method: name,
    message,
    info,
    get request() {
      return asJson(message, input);
    },
  };
}

function asJson(message: Message, desc: Parameters<typeof toJson>[0]): JsonValue {
  return toJson(desc, message, { registry: testRegistry });
}

// In two chunks, so that nothing depends on how a body is cut.
async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const middle = Math.floor(bytes.length / 2);
  yield bytes.subarray(0, middle);
  yield bytes.subarray(middle);
}

async function* nothing(): AsyncGenerator<Message> {}
