/** Names of the metadata that travels from hop to hop, and grpc-js Metadata to Headers and back. */

import { decodeBinaryHeader, encodeBinaryHeader } from "@connectrpc/connect";
import { Metadata } from "@grpc/grpc-js";
import { context, propagation } from "@opentelemetry/api";
import type { Caller } from "./call.ts";

/** Metadata of the mesh; everything else that a hop receives stays there. */
export const MESH_HEADERS = {
  tenant: "malla-tenant",
  principal: "malla-principal",
  /** Space separated scopes that the hop before asserts. */
  scopes: "malla-scopes",
  traceparent: "traceparent",
  tracestate: "tracestate",
  requestId: "malla-request-id",
} as const;

/** Headers of grpc-js metadata, put into `headers`; binary values as base64, as Connect keeps them. */
export function headersFromMetadata(metadata: Metadata, headers = new Headers()): Headers {
  for (const [key, value] of Object.entries(metadata.getMap())) {
    headers.set(key, typeof value === "string" ? value : encodeBinaryHeader(value));
  }
  return headers;
}

/** grpc-js metadata of headers. */
export function metadataFromHeaders(headers: Headers): Metadata {
  const metadata = new Metadata();
  headers.forEach((value, key) => {
    metadata.set(key, key.endsWith("-bin") ? Buffer.from(decodeBinaryHeader(value)) : value);
  });
  return metadata;
}

/** Metadata that tells a peer on whose behalf a call is made, as grpc-js sends it. */
export function identityMetadata(call: Caller, scopes: string): Metadata {
  const metadata = new Metadata();
  metadata.set(MESH_HEADERS.tenant, call.tenant);
  metadata.set(MESH_HEADERS.principal, call.principal);
  metadata.set(MESH_HEADERS.scopes, scopes);
  propagation.inject(context.active(), metadata, { set: (carrier, key, value) => carrier.set(key, String(value)) });
  return metadata;
}
