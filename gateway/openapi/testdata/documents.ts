/** Documents made from contracts that are not the bank's. */
import type { FileRegistry } from "@bufbuild/protobuf";
import { shelfFiles } from "../../transcoder/testdata/load.ts";
import { type OpenApi, openApiOf, type Printing, routesOf } from "../index.ts";
import { headerFields } from "./answering.ts";
import { gnarlyFiles } from "./gnarly.ts";

/** The document of all services of the files. */
export function documentOf(files: FileRegistry, title: string, printing: Printing = {}): OpenApi {
  return openApiOf({
    routes: routesOf(
      [...files.files].flatMap(({ services }) => services),
      headerFields,
    ),
    registry: files,
    printing,
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
