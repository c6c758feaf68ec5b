/** Headers and metadata, both ways, by allow-list; deadlines. The edge passes `x-*` in and out for these cases. */
import { answered, type Case, refused } from "./case.ts";

const tell = { tell: true };

export const headers: readonly Case[] = [
  answered(
    "an allowed header becomes metadata",
    "GET /v1/ports/7",
    { header: { "X-Tenant": "a" }, plan: tell },
    { metadata: { "x-tenant": ["a"] } },
  ),
  answered(
    "Authorization and trace context always",
    "GET /v1/ports/7",
    {
      header: { authorization: "Bearer t", traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" },
      plan: tell,
    },
    {
      metadata: {
        authorization: ["Bearer t"],
        traceparent: ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
      },
    },
  ),
  answered(
    "another header does not",
    "GET /v1/ports/7",
    { header: { cookie: "a=b", "accept-language": "de", host: "example.com" }, plan: tell },
    {
      metadata: { cookie: undefined, "accept-language": undefined, host: undefined },
    },
  ),
  answered(
    "nor those of the connection",
    "GET /v1/ports/7",
    { header: { te: "trailers" }, plan: tell },
    {
      metadata: { te: undefined, connection: undefined, "transfer-encoding": undefined },
    },
  ),
  answered(
    "binary metadata stays in base64 over HTTP",
    "GET /v1/ports/7",
    { header: { "x-token-bin": "AQID" }, plan: tell },
    {
      metadata: { "x-token-bin": ["AQID"] },
    },
  ),
  answered(
    "headers and trailers of the upstream",
    "GET /v1/ports/7",
    { plan: { headers: { "x-early": "1", etag: "no" }, trailers: { "x-late": "2" } } },
    {
      header: { "x-early": "1", "x-late": "2", etag: undefined },
    },
  ),
  answered(
    "of an answer without a body of its own",
    "DELETE /v1/ports/7/berths/2",
    { plan: { headers: { "x-early": "1" } } },
    { header: { "x-early": "1" } },
  ),
  answered(
    "a header cannot set what the edge decides",
    "GET /v1/ports/7",
    { plan: { headers: { server: "upstream", date: "never", "x-early": "1" } } },
    {
      header: { "content-type": "application/json", server: undefined, "x-early": "1" },
    },
  ),
  answered(
    "Grpc-Timeout",
    "GET /v1/ports/7",
    { header: { "grpc-timeout": "100m" }, plan: { hang: true } },
    {
      status: 504,
      part: { error: { code: 504, status: "DEADLINE_EXCEEDED" } },
    },
  ),
  answered(
    "X-Request-Timeout",
    "GET /v1/ports/7",
    { header: { "x-request-timeout": "0.1" }, plan: { hang: true } },
    { status: 504 },
  ),
  answered(
    "the shorter of two",
    "GET /v1/ports/7",
    { header: { "x-request-timeout": "60", "grpc-timeout": "50m" }, plan: { hang: true } },
    { status: 504 },
  ),
  refused("a timeout that is none", "GET /v1/ports/7", 400, "TIMEOUT_INVALID", undefined, {
    header: { "grpc-timeout": "soon" },
  }),
  refused("a timeout in words", "GET /v1/ports/7", 400, "TIMEOUT_INVALID", undefined, {
    header: { "x-request-timeout": "-1" },
  }),
];
