/** Refusals of what is no request yet: its headers never came to an end that can be read. */

/** A refusal. */
export interface PlainRefusal {
  readonly status: number;
  readonly phrase: string;
  readonly code: string;
  readonly reason: string;
  readonly message: string;
}

export const BAD_REQUEST: PlainRefusal = {
  status: 400,
  phrase: "Bad Request",
  code: "INVALID_ARGUMENT",
  reason: "HTTP_INVALID",
  message: "the request is no valid HTTP",
};

export const HEADERS_TOO_LARGE: PlainRefusal = {
  status: 431,
  phrase: "Request Header Fields Too Large",
  code: "RESOURCE_EXHAUSTED",
  reason: "HEADERS_TOO_LARGE",
  message: "the headers are larger than this server takes",
};

/** Its body, as of every other error (AIP-193). */
export function refusalJson({ status, code, reason, message }: PlainRefusal): Buffer {
  const details = [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain: "transcoder", metadata: {} }];
  return Buffer.from(JSON.stringify({ error: { code: status, status: code, message, details } }));
}
