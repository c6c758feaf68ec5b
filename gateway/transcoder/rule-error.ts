/** Mistakes in HTTP rules, found when a transcoder is made. */
import type { DescMethod } from "@bufbuild/protobuf";

/** A rule that cannot be served. The message names every method concerned, with file and line where known. */
export class RuleError extends Error {
  override readonly name = "RuleError";
  constructor(problem: string, ...methods: readonly DescMethod[]) {
    super(`${methods.map(sourceOf).join(" and ")}: ${problem}`);
  }
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
