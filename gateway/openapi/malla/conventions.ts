/** What Malla's contracts say of themselves beyond google.api.http and buf.validate. */
import { type DescField, type DescMethod, type FileRegistry, getOption } from "@bufbuild/protobuf";
import { rules, Sensitivity, SensitivitySchema, sensitivity } from "#gen/malla/options/v1/options_pb.js";
import type { Conventions, Extensions, MethodNotes } from "../conventions.ts";
import { edgePaths, edgeTag } from "./edge-endpoints.ts";
import { reasonsOf, sharedReasons } from "./error-reasons.ts";
import { bodyExamples, valuesByName } from "./examples.ts";

/** The conventions, by the options of the contracts. */
export function mallaConventions(files: FileRegistry): Conventions {
  return {
    // All contracts share the package.
    nameOf: (typeName) => typeName.replace(/^malla\./, ""),
    method: (method) => methodNotes(method, files),
    field: sensitivityOf,
    sharedReasons: sharedReasons(files),
    valuesByName,
    bodies: bodyExamples,
    endpoints: { tag: edgeTag, paths: edgePaths },
  };
}

function methodNotes(method: DescMethod, files: FileRegistry): MethodNotes {
  const { requiredScopes, emits, isPublic } = getOption(method, rules);
  return {
    text: [
      requiredScopes.length === 0 ? "" : `Required scopes: ${quoted(requiredScopes)}.`,
      emits.length === 0 ? "" : `May emit: ${quoted(emits)}.`,
    ],
    extensions: {
      ...(requiredScopes.length > 0 ? { "x-required-scopes": requiredScopes } : {}),
      ...(emits.length > 0 ? { "x-emits": emits } : {}),
    },
    security: isPublic ? [] : [{ bearer: [] }],
    reasons: reasonsOf(method, files),
    carried: emits.flatMap((name) => files.getMessage(name) ?? []),
  };
}

/** PII, PAN or SECRET: how far the value may travel. */
function sensitivityOf(field: DescField): Extensions {
  const level = getOption(field, sensitivity);
  if (level === Sensitivity.UNSPECIFIED) return {};
  const name = SensitivitySchema.value[level]?.name ?? String(level);
  return { "x-sensitivity": name.replace("SENSITIVITY_", "") };
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
