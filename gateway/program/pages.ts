/** What the program answers besides calls: what it serves, for people and for generators, and whether it is well. */
import { basename } from "node:path";
import { openApiOf } from "../openapi/index.ts";
import { createPages } from "../pages.ts";
import type { Descriptors, RouteInfo } from "../transcoder/index.ts";
import type { ProgramArguments } from "./arguments.ts";

/** The pages, and the routes that the OpenAPI document cannot state. */
export interface ProgramPages {
  readonly pages: ReturnType<typeof createPages>;
  readonly omitted: readonly string[];
}

/** Makes the pages. */
export function createProgramPages(
  options: ProgramArguments,
  routes: readonly RouteInfo[],
  { registry }: Descriptors,
  isServing: () => boolean,
): ProgramPages {
  const title = basename(options.descriptors).replace(/\.\w+$/, "");
  const { document, omitted } = openApiOf({
    routes,
    registry,
    info: { title, version: "v1" },
    printing: {
      protoNames: options["proto-names"],
      enumNumbers: options["enums-as-numbers"],
      defaults: !options["omit-defaults"],
    },
    ignoreUnknownFields: options["ignore-unknown-fields"],
  });
  return {
    omitted,
    pages: createPages({ title, openapi: JSON.stringify(document), readiness: async () => ({ edge: isServing() }) }),
  };
}
