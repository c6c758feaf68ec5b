/** The errors that are not a method's own: what the edge and the mesh refuse or fail for. */
import { refusalReasons } from "../transcoder/refusal.ts";
import type { Route } from "../transcoder/route.ts";
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
  /** ErrorInfo.reason of the mesh, with its google.rpc.Code. */
  readonly meshReasons: readonly (readonly [status: string, reason: string])[];
  /** Whether a call of the route can end so. */
  readonly canHappen: (route: Route, isPublic: boolean) => boolean;
}

const always = (): boolean => true;
const withToken = (_: Route, isPublic: boolean): boolean => !isPublic;
const withBody = ({ body }: Route): boolean => body.kind !== "none";
const withPathVariable = ({ variables }: Route): boolean => variables.length > 0;
const withRequestId = ({ headers }: Route): boolean => headers.some(({ header }) => header === "idempotency-key");

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
    meshReasons: [
      ["INVALID_ARGUMENT", "VALIDATION_FAILED"],
      ["INVALID_ARGUMENT", "TEXT_INVALID"],
    ],
    canHappen: always,
  },
  {
    httpStatus: 401,
    name: "Unauthenticated",
    description: "There is no valid token.",
    meshReasons: [["UNAUTHENTICATED", "TOKEN_INVALID"]],
    canHappen: withToken,
  },
  {
    httpStatus: 403,
    name: "PermissionDenied",
    description: "The token does not allow this.",
    meshReasons: [["PERMISSION_DENIED", "SCOPE_MISSING"]],
    canHappen: withToken,
  },
  {
    httpStatus: 404,
    name: "NotFound",
    description: "What the path names does not exist.",
    meshReasons: [],
    canHappen: withPathVariable,
  },
  {
    httpStatus: 406,
    name: "NotAcceptable",
    description: "The Accept header leaves no media type to answer in.",
    meshReasons: [],
    canHappen: always,
  },
  {
    httpStatus: 409,
    name: "Conflict",
    description: "The request collides with another one.",
    meshReasons: [["ABORTED", "REQUEST_IN_PROGRESS"]],
    canHappen: withRequestId,
  },
  {
    httpStatus: 413,
    name: "BodyTooLarge",
    description: "The body is larger than the edge takes.",
    meshReasons: [],
    canHappen: withBody,
  },
  {
    httpStatus: 415,
    name: "UnsupportedMediaType",
    description: "The body is not application/json in UTF-8.",
    meshReasons: [],
    canHappen: withBody,
  },
  {
    httpStatus: 429,
    name: "TooManyRequests",
    description: "More is asked for than the caller, or the mesh, may have now.",
    meshReasons: [["RESOURCE_EXHAUSTED", "OVERLOADED"]],
    canHappen: always,
  },
  {
    httpStatus: 499,
    name: "ClientClosedRequest",
    description: "The caller left before the answer. Seen in logs, hardly by a client.",
    meshReasons: [],
    canHappen: always,
  },
  {
    httpStatus: 500,
    name: "Internal",
    description: "A defect of the mesh.",
    meshReasons: [["INTERNAL", "INTERNAL"]],
    canHappen: always,
  },
  {
    httpStatus: 503,
    name: "Unavailable",
    description: "Whether a mutation took effect is unknown until it is sent again.",
    meshReasons: [["UNAVAILABLE", "DEPENDENCY_UNAVAILABLE"]],
    canHappen: always,
  },
  {
    httpStatus: 504,
    name: "DeadlineExceeded",
    description: "The answer did not come in time.",
    meshReasons: [["DEADLINE_EXCEEDED", "DEADLINE_PASSED"]],
    canHappen: always,
  },
];

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
