/** A Connect transport that speaks REST by the google.api.http rules: what is written for gRPC clients runs over it. */
import assert from "node:assert/strict";
import {
  create,
  createRegistry,
  type DescMessage,
  type DescMethodUnary,
  fromJson,
  getOption,
  hasOption,
  isMessage,
  type JsonObject,
  type JsonValue,
  toJson,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { http } from "#gen/google/api/annotations_pb.js";
import { file_google_rpc_error_details } from "#gen/google/rpc/error_details_pb.js";
import { encodeQuery, encodeSegment } from "../transcoder/testdata/rest-encoder.ts";

/** Where a REST transport calls, and as whom. */
export interface RestTransportOptions {
  /** The edge, without a slash at the end. */
  readonly url: string;
  /** The bearer token of each call. */
  readonly token: () => Promise<string>;
  /** Hears every error that was answered. */
  readonly onError?: (error: ConnectError) => void;
}

const details = createRegistry(file_google_rpc_error_details);
const codeOfStatus = new Map(
  Object.entries(Code)
    .filter((entry): entry is [string, Code] => typeof entry[1] === "number")
    // google.rpc.Code spells CANCELLED with two Ls.
    .map(([name, code]) => [name === "Canceled" ? "CANCELLED" : screaming(name), code]),
);

/** Makes a transport that calls unary methods by their REST routes. */
export function createRestTransport({ url, token, onError }: RestTransportOptions): Transport {
  return {
    async unary(method, signal, timeoutMs, header, input) {
      const message = isMessage(input, method.input) ? input : create(method.input, input);
      const { verb, path, body } = restRequestOf(method, fieldsOf(toJson(method.input, message)));
      const headers = new Headers(header);
      headers.set("authorization", `Bearer ${await token()}`);
      if (timeoutMs !== undefined) {
        headers.set("x-request-timeout", String(timeoutMs / 1_000));
      }
      if (body !== undefined) {
        headers.set("content-type", "application/json");
      }
      const response = await fetch(`${url}${path}`, {
        method: verb,
        headers,
        ...(signal === undefined ? {} : { signal }),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const json = await readJson(response);
      if (!response.ok) {
        const error = errorOf(response, json);
        onError?.(error);
        throw error;
      }
      return {
        stream: false,
        service: method.parent,
        method,
        header: response.headers,
        trailer: new Headers(),
        // Strict, so that a field or a name that the contract does not know is a failure.
        message: fromJson(method.output, json),
      };
    },
    stream(method) {
      return Promise.reject(new ConnectError(`${method.name} has no REST route`, Code.Unimplemented));
    },
  };
}

interface RestRequest {
  readonly verb: "GET" | "POST";
  /** With the query. */
  readonly path: string;
  readonly body: JsonObject | undefined;
}

/** The HTTP request of a call, as http.proto tells clients to make it. */
function restRequestOf<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  fields: JsonObject,
): RestRequest {
  if (!hasOption(method, http)) {
    throw new ConnectError(`${method.name} has no REST route`, Code.Unimplemented);
  }
  const { pattern, body } = getOption(method, http);
  const left = { ...fields };
  const fill = (template: string) =>
    template.replaceAll(/\{(\w+)\}/g, (_variable, name: string) => {
      const { jsonName } = found(
        method.input.fields.find((field) => field.name === name),
        `${name} of ${template}`,
      );
      const value = left[jsonName];
      delete left[jsonName];
      return encodeSegment(String(value ?? ""));
    });
  if (pattern.case === "post") {
    assert.equal(body, "*", `${method.name}: only bodies of all fields are spoken here`);
    return { verb: "POST", path: fill(pattern.value), body: left };
  }
  assert.ok(pattern.case === "get", `${method.name}: ${pattern.case} is not spoken here`);
  const path = fill(pattern.value);
  const query = encodeQuery(method.input, left).join("&");
  return { verb: "GET", path: query === "" ? path : `${path}?${query}`, body: undefined };
}

async function readJson(response: Response): Promise<JsonValue> {
  const text = await response.text();
  assert.match(response.headers.get("content-type") ?? "", /^application\/json\b/, `${response.status}: ${text}`);
  return JSON.parse(text);
}

/** The error that an answer tells of (AIP-193), with its details as messages. */
function errorOf(response: Response, json: JsonValue): ConnectError {
  const { code, status, message, details: given = [] } = fieldsOf(fieldsOf(json)["error"]);
  assert.equal(code, response.status, "the error's code is that of the answer");
  assert.ok(Array.isArray(given), "the error's details are a list");
  const known = given.map((detail) => {
    const { "@type": type, ...value } = fieldsOf(detail);
    const typeName = String(type).replace("type.googleapis.com/", "");
    const desc = found(details.getMessage(typeName), `the type of a detail, ${typeName},`);
    return { desc, value: fromJson(desc, value) };
  });
  const connectCode = found(codeOfStatus.get(String(status)), `the status ${String(status)}`);
  return new ConnectError(String(message), connectCode, response.headers, known);
}

function fieldsOf(json: JsonValue | undefined): JsonObject {
  assert.ok(typeof json === "object" && json !== null && !Array.isArray(json), "expected an object of fields");
  return json;
}

function found<Value>(value: Value | undefined, what: string): Value {
  assert.ok(value !== undefined, `${what} is unknown`);
  return value;
}

/** "InvalidArgument" as "INVALID_ARGUMENT". */
function screaming(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}
