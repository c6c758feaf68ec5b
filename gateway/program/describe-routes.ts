/** A listing of REST routes for people. */
import type { RouteInfo } from "../transcoder/index.ts";

/** One line a route: HTTP method, template, body, RPC. */
export function describeRoutes(routes: readonly RouteInfo[]): string {
  const rows = routes.map(({ httpMethod, template, body, method }) => [
    httpMethod,
    template.source,
    body === "" ? "" : `body ${body}`,
    `${method.parent.typeName}.${method.name}`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .concat("")
    .join("\n");
}
