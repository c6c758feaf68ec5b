/** Request headers that fill a field of the request, by the conventions of the contracts. */

/** Header to field path, as TranscoderOptions.headerFields takes it. */
export const headerFields: Readonly<Record<string, string>> = {
  // IETF draft-ietf-httpapi-idempotency-key-header.
  "Idempotency-Key": "request_id",
  // WHATWG HTML, 9.2.4: a browser sends it when it reconnects to a stream of events.
  "Last-Event-ID": "after_event_id",
};
