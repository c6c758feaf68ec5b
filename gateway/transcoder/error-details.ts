/** Error details as JSON: each an Any with its `@type` (AIP-193). A detail can be odd; it never turns into an error. */
import {
  create,
  type DescMessage,
  fromBinary,
  type JsonValue,
  type Message,
  type Registry,
  toJson,
} from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { type RetryInfo, RetryInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import { hasOwnForm } from "./own-form.ts";

type Detail = ConnectError["details"][number];

const typeUrlPrefix = "type.googleapis.com/";

/**
 * Writes one detail. Where the type is not in the registry, or the bytes are not of the type they claim, the bytes go
 * out in base64 as `value`: a service's slip in a detail must not hide its error. The slip goes to `report`.
 */
export function detailToJson(detail: Detail, registry: Registry, report: (error: unknown) => void): JsonValue {
  try {
    if ("desc" in detail) return messageToJson(detail.desc, create(detail.desc, detail.value), registry);
    const desc = registry.getMessage(detail.type);
    if (desc !== undefined) return messageToJson(desc, fromBinary(desc, detail.value), registry);
  } catch (error) {
    report(error);
  }
  if ("desc" in detail) return { "@type": `${typeUrlPrefix}${detail.desc.typeName}` };
  return { "@type": `${typeUrlPrefix}${detail.type}`, value: Buffer.from(detail.value).toString("base64") };
}

function messageToJson(desc: DescMessage, message: Message, registry: Registry): JsonValue {
  const json = toJson(desc, message, { registry });
  const type = { "@type": `${typeUrlPrefix}${desc.typeName}` };
  // Types with a JSON form of their own stand under "value" (any.proto).
  const isFields = typeof json === "object" && json !== null && !Array.isArray(json);
  return isFields && !hasOwnForm(desc) ? { ...type, ...json } : { ...type, value: json };
}

/** Whole seconds, rounded up, that google.rpc.RetryInfo asks the client to wait; undefined without one. */
export function retryAfterSeconds(error: ConnectError): number | undefined {
  const [info]: RetryInfo[] = error.findDetails(RetryInfoSchema);
  const delay = info?.retryDelay;
  if (delay === undefined) return undefined;
  return Math.max(0, Number(delay.seconds) + (delay.nanos > 0 ? 1 : 0));
}
