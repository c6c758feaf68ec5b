/** The messages an upstream answers with. */
import {
  create,
  type DescMethod,
  fromBinary,
  fromJson,
  type JsonValue,
  type Registry,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import type { Plan } from "../plan.ts";

/** Reads requests and makes answers. */
export interface Answers {
  /** A request as ProtoJSON, without defaults. */
  read(method: DescMethod, bytes: Buffer): JsonValue;
  /** Everything to answer to these requests. */
  of(method: DescMethod, plan: Plan, requests: readonly Buffer[]): Buffer[];
}

/** Fields that `Plan.size` fills, in the order tried. */
const SIZED_FIELDS = ["text", "note", "data", "word", "a"];

/** Makes them. @param registry types for Any and extensions */
export function createAnswers(registry: Registry): Answers {
  const read: Answers["read"] = (method, bytes) => toJson(method.input, fromBinary(method.input, bytes), { registry });

  function echo(method: DescMethod, bytes: Buffer | undefined): Buffer {
    if (method.input.typeName === method.output.typeName) return bytes ?? Buffer.alloc(0);
    const json = bytes === undefined ? {} : read(method, bytes);
    return Buffer.from(toBinary(method.output, fromJson(method.output, json, { registry, ignoreUnknownFields: true })));
  }

  return {
    read,
    of(method, plan, requests) {
      if (plan.garbage === true) return [Buffer.from([0xff, 0xff, 0xff, 0x01])];
      if (plan.size !== undefined) return [sized(method, plan.size)];
      if (plan.replies !== undefined) {
        return plan.replies.map((json) =>
          Buffer.from(toBinary(method.output, fromJson(method.output, json, { registry }))),
        );
      }
      const single = method.methodKind === "unary" || method.methodKind === "client_streaming";
      const echoes = (single ? requests.slice(0, 1) : requests).map((bytes) => echo(method, bytes));
      if (single && echoes.length === 0) echoes.push(echo(method, undefined));
      return echoes.flatMap((bytes) => Array.from({ length: single ? 1 : (plan.count ?? 1) }, () => bytes));
    },
  };
}

function sized({ output }: DescMethod, size: number): Buffer {
  const message = reflect(output, create(output));
  const field = SIZED_FIELDS.map((name) => output.fields.find((each) => each.name === name)).find(
    (each) => each !== undefined,
  );
  if (field === undefined) throw new Error(`${output.typeName} has no field to fill`);
  const text = "x".repeat(size);
  message.set(field, field.name === "data" ? Buffer.from(text) : text);
  return Buffer.from(toBinary(output, message.message));
}
