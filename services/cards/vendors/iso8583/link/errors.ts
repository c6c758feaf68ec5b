/** How a request over the link can fail; what matters is whether the host may have seen it. */

/** It was not sent: the host has not seen it. */
export class NotSentError extends Error {
  override readonly name = "NotSentError";
  readonly why: "down" | "busy";
  constructor(why: "down" | "busy", message: string) {
    super(message);
    this.why = why;
  }
}

/** It was sent and no answer came: what the host did is not known. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
  readonly why: "timeout" | "connection_lost";
  constructor(why: "timeout" | "connection_lost", message: string) {
    super(message);
    this.why = why;
  }
}
