/** A client that does not belong to a service of the test: it outlives the process that it calls. */
import type { Client } from "@connectrpc/connect";
import { onTestFinished } from "vitest";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { openMeshClient } from "#platform/rpc/mesh-client.ts";
import { testCall, testCertificate } from "#platform/testing/service.ts";

/** A client of the ledger. */
export type LedgerClient = Client<typeof LedgerService>;

/** Opens a client that calls as the edge does, until the test ends. */
export async function openClient(address: string, tenant: string, timeoutMs = 10_000): Promise<LedgerClient> {
  const mesh = openMeshClient(LedgerService, { peer: "ledger", address, tls: await testCertificate("gateway") });
  onTestFinished(() => mesh.close());
  // The deadline is the call's, so each call of a long test gets a new one.
  return new Proxy({} as LedgerClient, {
    get: (_target, method) => Reflect.get(mesh.for(testCall({ tenant, timeoutMs })), method),
  });
}
