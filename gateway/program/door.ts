/** The door of the program: everybody may call; deadlines are bounded, and messages keep their rules. */
import type { DescMessage, Registry } from "@bufbuild/protobuf";
import type { Door, Passage } from "../edge/door.ts";
import { hasRules } from "../edge/has-rules.ts";
import type { ProgramArguments } from "./arguments.ts";
import { createMessageCheck } from "./validate.ts";

/** Makes the door of all services. */
export function createDoor(options: ProgramArguments, registry: Registry): Door {
  const maxMs = options["max-timeout-ms"];
  const defaultMs = options["timeout-ms"] === 0 ? undefined : Math.min(options["timeout-ms"], maxMs);
  const checkMessage = createMessageCheck(registry);
  const checks = new Map<DescMessage, Passage["check"]>();
  const checkOf = (desc: DescMessage): Passage["check"] => {
    if (!checks.has(desc)) {
      const isChecked = !options["no-validate"] && hasRules(desc);
      checks.set(desc, isChecked ? (message) => checkMessage(desc, message) : undefined);
    }
    return checks.get(desc);
  };
  return ({ method, metadata, timeoutMs }) => ({
    metadata: metadata(),
    // A stream lives as long as its caller wants.
    timeoutMs:
      timeoutMs === undefined ? (method.methodKind === "unary" ? defaultMs : undefined) : Math.min(timeoutMs, maxMs),
    // A deadline that the caller did not give is between the caller and the edge.
    tellsTimeout: timeoutMs !== undefined,
    check: checkOf(method.input),
    over: (error) => error,
  });
}
