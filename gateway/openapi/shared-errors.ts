/** The errors that are not a method's own: what the edge refuses or fails for. */
import { refusalReasons } from "../transcoder/refusal.ts";
import type { Route } from "../transcoder/route.ts";
import { statusOfCode } from "../transcoder/status.ts";
import { errorReference } from "./error-schema.ts";
import type { Response } from "./openapi.ts";

/** An HTTP status that many operations share. */
export interface SharedError {
  readonly httpStatus: number;
  /** Its key in components/responses. */
  readonly name: string;
  readonly description: string;
  /** Reasons of the edge, where they are many: said once, not at every operation. */
  readonly edgeReasons?: readonly string[];
  /** Whether a call of the route can end so. */
  readonly canHappen: (route: Route, isSecured: boolean) => boolean;
  /** False where the request goes no further than the server's HTTP, which has no JSON to answer with. */
  readonly hasBody?: false;
}

const always = (): boolean => true;
const whenSecured = (_: Route, isSecured: boolean): boolean => isSecured;
const withBody = ({ body }: Route): boolean => body.kind !== "none";
const withPathVariable = ({ variables }: Route): boolean => variables.length > 0;
// IETF draft-ietf-httpapi-idempotency-key-header: two requests with one key collide.
const withKey = ({ headers }: Route): boolean => headers.some(({ header }) => header === "idempotency-key");

const malformed = Object.entries(refusalReasons)
  .filter(([, { httpStatus }]) => httpStatus === 400)
  .map(([reason]) => reason);

/** Every shared error, by status. 405 is none: an operation that is documented has its method. */
export const sharedErrors: readonly SharedError[] = [
  {
    httpStatus: 400,
    name: "BadRequest",
    description: "The request is malformed or breaks a rule of the contract; BadRequest names the fields.",
    edgeReasons: malformed,
    canHappen: always,
  },
  { httpStatus: 401, name: "Unauthenticated", description: "There is no valid token.", canHappen: whenSecured },
  {
    httpStatus: 403,
    name: "PermissionDenied",
    description: "The token does not allow this.",
    canHappen: whenSecured,
  },
  {
    httpStatus: 404,
    name: "NotFound",
    description: "What the path names does not exist.",
    canHappen: withPathVariable,
  },
  {
    httpStatus: 406,
    name: "NotAcceptable",
    description: "The Accept header leaves no media type to answer in.",
    canHappen: always,
  },
  {
    httpStatus: 409,
    name: "Conflict",
    description: "The request collides with another one.",
    canHappen: withKey,
  },
  {
    httpStatus: 413,
    name: "BodyTooLarge",
    description: "The body, or a message in it, is larger than the edge takes.",
    canHappen: withBody,
  },
  {
    httpStatus: 414,
    name: "UriTooLong",
    description: "The request line is longer than the edge takes.",
    canHappen: always,
    hasBody: false,
  },
  {
    httpStatus: 415,
    name: "UnsupportedMediaType",
    description: "The body is not of a media type, or in an encoding, that is taken here.",
    canHappen: withBody,
  },
  {
    httpStatus: 429,
    name: "TooManyRequests",
    description: "More is asked for than the caller, or the service, may have now.",
    canHappen: always,
  },
  {
    httpStatus: 431,
    name: "HeadersTooLarge",
    description: "The headers are larger than the edge takes.",
    canHappen: always,
    hasBody: false,
  },
  {
    httpStatus: 499,
    name: "ClientClosedRequest",
    description: "The caller left before the answer. Seen in logs, hardly by a client.",
    canHappen: always,
  },
  { httpStatus: 500, name: "Internal", description: "A defect of the service.", canHappen: always },
  {
    httpStatus: 503,
    name: "Unavailable",
    description: "Whether a change took effect is unknown until it is sent again.",
    canHappen: always,
  },
  {
    httpStatus: 504,
    name: "DeadlineExceeded",
    description: "The answer did not come in time.",
    canHappen: always,
  },
];

const httpStatusByName: ReadonlyMap<string, number> = new Map(
  Object.values(statusOfCode).map(({ name, httpStatus }) => [name, httpStatus]),
);

/** The HTTP status of a google.rpc.Code; undefined for a word that is none. */
export function httpStatusOf(status: string): number | undefined {
  return httpStatusByName.get(status);
}

// The codes that come with RetryInfo, of which the edge makes Retry-After.
const retryable: ReadonlySet<number> = new Set([409, 429, 503]);

/** An error answer. */
export function errorResponse(httpStatus: number | undefined, description: string): Response {
  return {
    description,
    ...(httpStatus !== undefined && retryable.has(httpStatus) ? { headers: { "Retry-After": retryAfter } } : {}),
    content: { "application/json": { schema: errorReference } },
  };
}

const retryAfter = {
  description: "Seconds to wait before trying again, where that helps.",
  schema: { type: "integer", minimum: 0 },
} as const;
