/** A door in front of the real ledger, at which a test lets calls fail before or after they took effect. */
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { authorizePeers, parsePeerScopes } from "#platform/rpc/authorize.ts";
import { callOf } from "#platform/rpc/call.ts";
import { openMeshClient } from "#platform/rpc/mesh-client.ts";
import { served, serveGrpc } from "#platform/rpc/serve-grpc.ts";
import { serverCredentials } from "#platform/rpc/tls.ts";
import { testCertificate } from "#platform/testing/service.ts";

/** Where calls that change something fail. */
export type Fault = "none" | "before" | "after";

/** The door. */
export interface LedgerDoor {
  readonly address: string;
  /** From now on, changes fail here. */
  break(fault: Fault): void;
  /** Waits for something while calls stand at the door, before they reach the ledger. */
  holdWhile<T>(work: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** Opens it. */
export async function startLedgerDoor(ledgerAddress: string): Promise<LedgerDoor> {
  const [tls, gateway] = await Promise.all([testCertificate("ledger"), testCertificate("gateway")]);
  const ledger = openMeshClient(LedgerService, { peer: "ledger", address: ledgerAddress, tls: gateway });
  let broken: Fault = "none";
  let held: Promise<unknown> = Promise.resolve();
  const change = async <T>(work: () => Promise<T>): Promise<T> => {
    await held;
    // INTERNAL is not tried again by clients: the caller loses its answer as it would in a crash.
    if (broken === "before") {
      throw new ConnectError("the door broke before", Code.Internal);
    }
    const answer = await work();
    if (broken === "after") {
      throw new ConnectError("the door broke after", Code.Internal);
    }
    return answer;
  };
  const implementation: ServiceImpl<typeof LedgerService> = {
    createAccounts: (request, context) => change(() => ledger.for(callOf(context)).createAccounts(request)),
    createTransfers: (request, context) => change(() => ledger.for(callOf(context)).createTransfers(request)),
    lookupAccounts: (request, context) => ledger.for(callOf(context)).lookupAccounts(request),
    lookupTransfers: (request, context) => ledger.for(callOf(context)).lookupTransfers(request),
    listEntries: (request, context) => ledger.for(callOf(context)).listEntries(request),
    getBalance: (request, context) => ledger.for(callOf(context)).getBalance(request),
    getTrialBalance: (request, context) => ledger.for(callOf(context)).getTrialBalance(request),
    getLedgerStatus: (request, context) => ledger.for(callOf(context)).getLedgerStatus(request),
    loadTransfers: (request, context) => change(() => ledger.for(callOf(context)).loadTransfers(request)),
    streamTransfers: () => {
      throw new ConnectError("accounts do not stream", Code.Unimplemented);
    },
  };
  const server = await serveGrpc({
    services: [served(LedgerService, implementation)],
    interceptors: [authorizePeers(parsePeerScopes("accounts=ledger.read,ledger.write"))],
    credentials: serverCredentials(tls),
    listen: { host: "127.0.0.1", port: 0 },
  });
  return {
    address: `127.0.0.1:${server.port}`,
    break(fault) {
      broken = fault;
    },
    async holdWhile(work) {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      try {
        return await work();
      } finally {
        resolve();
      }
    },
    async stop() {
      await server.drain(1_000);
      ledger.close();
    },
  };
}
