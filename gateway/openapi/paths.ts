/** Puts operations in their places. */

import type { Route } from "../transcoder/route.ts";
import { sourceOf } from "../transcoder/rule-error.ts";
import { describeBinding } from "../transcoder/rules.ts";
import { type PathItem, type PathItemMethod, pathItemMethods } from "./openapi.ts";
import { operationOf } from "./operation.ts";
import { type OpenApiPath, pathOf } from "./path-parameters.ts";
import type { Surface } from "./surface.ts";

/** Path items, and what OpenAPI cannot state. */
export interface Paths {
  readonly paths: Readonly<Record<string, PathItem>>;
  /** Routes left out, each with its reason. */
  readonly omitted: readonly string[];
}

/** Describes every route that has a place. Two paths that differ in the names of their parameters alone are one. */
export function pathsOf(surface: Surface): Paths {
  const names = new Map<string, string>();
  const paths: Record<string, PathItem> = {};
  const omitted: string[] = [];
  for (const route of surface.routes) {
    const { path, parameters } = likeFirst(pathOf(route, surface), names);
    const place = placeOf(route);
    if (place === undefined) leaveOut(route, `OpenAPI has no place for the HTTP method ${route.binding.httpMethod}`);
    else if (paths[path]?.[place] !== undefined) leaveOut(route, `another operation stands at ${place} ${path}`);
    else paths[path] = { ...paths[path], [place]: operationOf(route, parameters, surface) };
  }
  return { paths, omitted };

  function leaveOut({ binding }: Route, reason: string): void {
    omitted.push(`${sourceOf(binding.method)} ${describeBinding(binding)}: ${reason}`);
  }
}

function placeOf({ binding }: Route): PathItemMethod | undefined {
  return pathItemMethods.find((each) => each === binding.httpMethod.toLowerCase());
}

/** The path with the parameters named as in the first path of its shape. */
function likeFirst(given: OpenApiPath, names: Map<string, string>): OpenApiPath {
  const shape = given.path.replace(/\{[^}]+\}/g, "{}");
  const path = names.get(shape) ?? given.path;
  names.set(shape, path);
  const namesInPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => name);
  const parameters = given.parameters.map((each, index) => ({ ...each, name: namesInPath[index] ?? each.name }));
  return { path, parameters };
}
