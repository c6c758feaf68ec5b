/** What holds for every operation, for the head of the document. */
export const conventions = `Every capability of the bank over HTTP and JSON. The same contracts are served as gRPC, gRPC-Web and Connect.

**JSON** is ProtoJSON: lowerCamel names, 64-bit integers as strings, enums by name, times in RFC 3339. Answers write
every field that has no presence of its own, so clients see \`0\` and \`[]\`, not gaps. A field, or a parameter of the
query, that does not exist is refused, although the schemas do not close their objects: answers gain fields in time, and
clients have to pass over those they do not know. What is \`readOnly\` is decided by the
services and stands in answers alone.

**Idempotency**: a request that changes something carries a UUID, in the header \`Idempotency-Key\` or as \`requestId\`.
Sent again with the same key and the same content, it repeats the first answer.

**Errors** have the form of AIP-193. Programs branch on \`reason\` in ErrorInfo; each operation lists its own.

**Deadlines**: \`X-Request-Timeout\` (seconds, such as \`2\` or \`0.5\`) bounds the time a call may take.

**Tracing**: \`traceparent\` and \`tracestate\` (W3C) are carried along.

\`x-sensitivity\` marks fields with personal data (PII), card numbers (PAN) and secrets (SECRET).`;
