/** What holds for every operation, for the head of the document. */
import { jsonText } from "../protojson-text.ts";

/** What holds for every operation. */
export const description = `Every capability of the bank over HTTP and JSON. The same contracts are served as gRPC, gRPC-Web and Connect.

${jsonText()}

**Idempotency**: a request that changes something carries a UUID, in the header \`Idempotency-Key\` or as \`requestId\`.
Sent again with the same key and the same content, it repeats the first answer.

**Errors**: programs branch on \`reason\` in ErrorInfo; each operation lists its own. Its \`domain\` is
\`<capability>.malla\` for a capability, \`malla\` for the mesh itself.

**Tracing**: \`traceparent\` and \`tracestate\` (W3C) are carried along.

\`x-sensitivity\` marks fields with personal data (PII), card numbers (PAN) and secrets (SECRET).`;
