/** The operations of a document with where they stand. */
import type { OpenApiDocument, Operation, PathItemMethod } from "../openapi.ts";
import { pathItemMethods } from "../openapi.ts";

/** An operation and its address. */
export interface PlacedOperation {
  readonly path: string;
  readonly httpMethod: PathItemMethod;
  readonly operation: Operation;
}

/** Every operation, in the order of the document. */
export function operationsOf({ paths }: OpenApiDocument): PlacedOperation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    pathItemMethods.flatMap((httpMethod) => {
      const operation = item[httpMethod];
      return operation === undefined ? [] : [{ path, httpMethod, operation }];
    }),
  );
}
