/** Mistakes in HTTP rules, found when a transcoder is made. */
import type { DescMethod } from "@bufbuild/protobuf";

/** What a rule is for, and where it stands if not at its method. */
export interface RuleOrigin {
  readonly method?: DescMethod;
  /** `file:line` of a rule that stands outside the protos. */
  readonly source?: string | undefined;
}

/** A rule that cannot be served. The message names every method concerned, with file and line where known. */
export class RuleError extends Error {
  override readonly name = "RuleError";
  constructor(problem: string, ...origins: readonly RuleOrigin[]) {
    super(`${origins.map(describe).join(" and ")}: ${problem}`);
  }
}

function describe({ method, source }: RuleOrigin): string {
  if (method === undefined) return source ?? "rules";
  return source === undefined ? sourceOf(method) : `${method.parent.typeName}.${method.name} (${source})`;
}

// Field numbers in descriptor.proto: FileDescriptorProto.service and ServiceDescriptorProto.method.
const serviceFieldNumber = 6;
const methodFieldNumber = 2;

/** `pkg.Service.Method`, followed by `(file.proto:12)` where the descriptor carries source info. */
export function sourceOf(method: DescMethod): string {
  const { parent } = method;
  const name = `${parent.typeName}.${method.name}`;
  const path = [
    serviceFieldNumber,
    parent.file.services.indexOf(parent),
    methodFieldNumber,
    parent.methods.indexOf(method),
  ].join();
  const location = parent.file.proto.sourceCodeInfo?.location.find((each) => each.path.join() === path);
  const line = location?.span[0];
  return line === undefined ? name : `${name} (${parent.file.proto.name}:${line + 1})`;
}
