/** Responses as ProtoJSON: lowerCamel names, defaults written out, 64-bit integers as strings, enums by name. */
import type { Message, Registry } from "@bufbuild/protobuf";
import { planMessages } from "./message-writer.ts";
import type { Printing } from "./options.ts";
import type { Route } from "./route.ts";

/** Writes a response, or the one field of it that the rule names. */
export type JsonWriter = (route: Route, message: Message) => string;

/** Makes a writer. Clients see `0` and `[]`, not gaps: fields without presence are written unless told otherwise. */
export function createJsonWriter(registry: Registry, printing?: Printing): JsonWriter {
  const plans = planMessages(registry, printing);
  const byRoute = new WeakMap<Route, (message: Message) => string>();
  return (route, message) => {
    let write = byRoute.get(route);
    if (write === undefined) {
      const { binding, responseField } = route;
      // A response_body is written even where its value is the default: the answer must be JSON.
      write = responseField === undefined ? plans.message(binding.method.output) : plans.field(responseField);
      byRoute.set(route, write);
    }
    return write(message);
  };
}
