/** Documents made from contracts that are not the bank's. */
import type { FileRegistry } from "@bufbuild/protobuf";
import { shelfFiles } from "../../transcoder/testdata/load.ts";
import { type OpenApi, openApiOf, routesOf } from "../index.ts";
import { gnarlyFiles } from "./gnarly.ts";

/** The document of all services of the files. */
export function documentOf(files: FileRegistry, title: string): OpenApi {
  return openApiOf({
    routes: routesOf(
      [...files.files].flatMap(({ services }) => services),
      { "idempotency-key": "request_id" },
    ),
    registry: files,
    info: { title, version: "v1", license: { name: "Apache 2.0", identifier: "Apache-2.0" } },
  });
}

/** The document of shelf.proto. */
export function shelfDocument(): OpenApi {
  return documentOf(shelfFiles(), "Shelf");
}

/** The document of gnarly.proto. */
export function gnarlyDocument(hasSourceInfo = true): OpenApi {
  return documentOf(gnarlyFiles(hasSourceInfo), "Gnarly");
}
