/** Every method that can be called, by its path. */
import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type { Backend } from "../grpc/backend.ts";
import type { Door } from "./door.ts";

/** A service, what answers it, and who may call it. */
export interface EdgeService {
  readonly service: DescService;
  readonly backend: Backend;
  readonly door: Door;
}

/** A method that can be called. */
export interface EdgeMethod {
  readonly desc: DescMethod;
  /** "/package.Service/Method". */
  readonly path: string;
  readonly backend: Backend;
  readonly door: Door;
}

/** Looks a method up by its path. */
export function methodsByPath(services: readonly EdgeService[]): ReadonlyMap<string, EdgeMethod> {
  return new Map(
    services.flatMap(({ service, backend, door }) =>
      service.methods.map((desc) => {
        const path = pathOf(desc);
        return [path, { desc, path, backend, door }] as const;
      }),
    ),
  );
}

/** "/package.Service/Method". */
export function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}
