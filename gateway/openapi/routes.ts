/** The routes of services, for a document without a transcoder. */
import type { DescService } from "@bufbuild/protobuf";
import { compileRoute } from "../transcoder/route.ts";
import { type RouteInfo, routeInfoOf } from "../transcoder/route-info.ts";
import { gatherBindings } from "../transcoder/rules.ts";

/**
 * What a transcoder of the same services and headers has as `routes`.
 *
 * @throws RuleError for a rule that cannot be served
 */
export function routesOf(
  services: readonly DescService[],
  headerFields: Readonly<Record<string, string>> = {},
): RouteInfo[] {
  return gatherBindings(services).map((binding) => routeInfoOf(compileRoute(binding, headerFields)));
}
