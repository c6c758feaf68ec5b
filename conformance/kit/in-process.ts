/** A vendor in this process as a target: what broken vendors and reference vendors are tried through. */
import { randomUUID } from "node:crypto";
import type { DescService } from "@bufbuild/protobuf";
import { createRouterTransport, type ServiceImpl } from "@connectrpc/connect";
import { MESH_HEADERS } from "#platform/rpc/metadata.ts";
import { validateRequests } from "#platform/rpc/validate.ts";
import { believeTenants } from "./callers.ts";
import type { Suite, Target } from "./suite.ts";
import { askCapabilities, clientOver, createTarget } from "./target.ts";

/** Deadline of a call that names none, in milliseconds. */
const CALL_TIMEOUT_MS = 10_000;

/** Makes targets of one vendor, each with a tenant of its own. */
export async function openInProcess<Service extends DescService>(
  suite: Pick<Suite<Service>, "service">,
  implementation: ServiceImpl<Service>,
  parameters: Readonly<Record<string, string>> = {},
): Promise<() => Target<Service>> {
  const transport = createRouterTransport(({ service }) => void service(suite.service, implementation), {
    router: {
      interceptors: [believeTenants, validateRequests],
    },
  });
  const clientOf = ({
    tenant,
    timeoutMs = CALL_TIMEOUT_MS,
  }: {
    readonly tenant: string;
    readonly timeoutMs?: number;
  }) => clientOver(suite.service, transport, timeoutMs, (_method, given) => withTenant(given, tenant));
  const capabilities = await askCapabilities(suite.service, clientOf({ tenant: "kit" }));
  return () => createTarget({ capabilities, tenant: `kit-${randomUUID().slice(0, 8)}`, parameters, clientOf });
}

function withTenant(given: ConstructorParameters<typeof Headers>[0], tenant: string): Headers {
  const headers = new Headers(given);
  headers.set(MESH_HEADERS.tenant, tenant);
  return headers;
}
