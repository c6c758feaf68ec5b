/** Which fields are kept in the dynamic table: those whose values come again and are no secrets. */

export const NamePolicy = { INDEX: 0, LITERAL: 1, NEVER: 2 } as const;

const policies = new Map<string, number>([
  // Secrets: no proxy on the way may put them in a table either (RFC 7541, 7.1.3).
  ["authorization", NamePolicy.NEVER],
  ["proxy-authorization", NamePolicy.NEVER],
  ["cookie", NamePolicy.NEVER],
  ["set-cookie", NamePolicy.NEVER],
  // Differ from message to message: they would push out what comes again.
  [":path", NamePolicy.LITERAL],
  ["age", NamePolicy.LITERAL],
  ["content-length", NamePolicy.LITERAL],
  ["content-range", NamePolicy.LITERAL],
  ["etag", NamePolicy.LITERAL],
  ["grpc-message", NamePolicy.LITERAL],
  ["grpc-status-details-bin", NamePolicy.LITERAL],
  ["grpc-timeout", NamePolicy.LITERAL],
  ["idempotency-key", NamePolicy.LITERAL],
  ["if-match", NamePolicy.LITERAL],
  ["if-modified-since", NamePolicy.LITERAL],
  ["if-none-match", NamePolicy.LITERAL],
  ["last-modified", NamePolicy.LITERAL],
  ["location", NamePolicy.LITERAL],
  ["range", NamePolicy.LITERAL],
  ["traceparent", NamePolicy.LITERAL],
  ["tracestate", NamePolicy.LITERAL],
  ["x-request-id", NamePolicy.LITERAL],
]);

export function policyOf(name: string): number {
  return policies.get(name) ?? NamePolicy.INDEX;
}
