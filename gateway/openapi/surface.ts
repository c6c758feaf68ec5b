/** What the generator's parts work with. */
import { type DescFile, type DescMethod, type FileRegistry, getOption } from "@bufbuild/protobuf";
import { type MethodRules, rules } from "#gen/malla/options/v1/options_pb.js";
import { compileRoute, type Route } from "../transcoder/route.ts";
import { gatherBindings } from "../transcoder/rules.ts";
import { headerFields } from "./header-fields.ts";
import { createIsRequired, type IsRequired } from "./required-fields.ts";
import { createSchemaBook, type SchemaBook } from "./schema-book.ts";

/** The REST surface of a set of contracts. */
export interface Surface {
  readonly files: FileRegistry;
  /** In the order of the files' names, then of the contract. */
  readonly routes: readonly Route[];
  readonly book: SchemaBook;
  readonly isRequired: IsRequired;
}

/**
 * Reads the surface by the transcoder's own eyes, so that what is documented is what is served.
 *
 * @throws RuleError for a rule that cannot be served
 */
export function readSurface(files: FileRegistry): Surface {
  const services = sortedFiles(files).flatMap((file) => file.services);
  const isRequired = createIsRequired(files);
  return {
    files,
    routes: gatherBindings(services).map((binding) => compileRoute(binding, headerFields)),
    book: createSchemaBook(isRequired),
    isRequired,
  };
}

function sortedFiles(files: FileRegistry): DescFile[] {
  return [...files.files].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What the contract says about a method beyond its shape. */
export function methodRules(method: DescMethod): MethodRules {
  return getOption(method, rules);
}
