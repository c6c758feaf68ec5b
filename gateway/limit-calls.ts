/** Bounds the calls under way: more would only make all of them late. */
import type { Interceptor } from "@connectrpc/connect";
import { meshError } from "#platform/errors/mesh-errors.ts";

/** Refuses unary calls beyond `most` at once with OVERLOADED. Streams are bounded where they are served. */
export function limitCalls(most: number): Interceptor {
  let underWay = 0;
  return (next) => async (request) => {
    if (request.stream) {
      return next(request);
    }
    if (underWay >= most) {
      throw meshError("OVERLOADED");
    }
    underWay++;
    try {
      return await next(request);
    } finally {
      underWay--;
    }
  };
}
