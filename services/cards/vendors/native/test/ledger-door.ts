/** A door in front of the real ledger, at which a test lets transfers fail before or after they were booked. */
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { authorizePeers, parsePeerScopes } from "#platform/rpc/authorize.ts";
import { callOf } from "#platform/rpc/call.ts";
import { openMeshClient } from "#platform/rpc/mesh-client.ts";
import { served, serveGrpc } from "#platform/rpc/serve-grpc.ts";
import { serverCredentials } from "#platform/rpc/tls.ts";
import { testCertificate } from "#platform/testing/service.ts";

/** Where transfers fail. */
export type Fault = "none" | "before" | "after";

/** The door. */
export interface LedgerDoor {
  readonly address: string;
  /** From now on, transfers fail here. */
  break(fault: Fault): void;
  stop(): Promise<void>;
}

/** Opens it. */
export async function openLedgerDoor(ledgerAddress: string): Promise<LedgerDoor> {
  const [tls, gateway] = await Promise.all([testCertificate("ledger"), testCertificate("gateway")]);
  const ledger = openMeshClient(LedgerService, { peer: "ledger", address: ledgerAddress, tls: gateway });
  let broken: Fault = "none";
  const implementation: Pick<
    ServiceImpl<typeof LedgerService>,
    "createAccounts" | "createTransfers" | "lookupAccounts" | "lookupTransfers"
  > = {
    createAccounts: (request, context) => ledger.for(callOf(context)).createAccounts(request),
    async createTransfers(request, context) {
      // INTERNAL is not tried again by clients: the processor loses its answer as it would in a crash.
      if (broken === "before") {
        throw new ConnectError("the door broke before", Code.Internal);
      }
      const answer = await ledger.for(callOf(context)).createTransfers(request);
      if (broken === "after") {
        throw new ConnectError("the door broke after", Code.Internal);
      }
      return answer;
    },
    lookupAccounts: (request, context) => ledger.for(callOf(context)).lookupAccounts(request),
    lookupTransfers: (request, context) => ledger.for(callOf(context)).lookupTransfers(request),
  };
  const server = await serveGrpc({
    services: [served(LedgerService, { ...closed(), ...implementation })],
    interceptors: [authorizePeers(parsePeerScopes("cards/native=ledger.read,ledger.write"))],
    credentials: serverCredentials(tls),
    listen: { host: "127.0.0.1", port: 0 },
  });
  return {
    address: `127.0.0.1:${server.port}`,
    break(fault) {
      broken = fault;
    },
    async stop() {
      await server.drain(1_000);
      ledger.close();
    },
  };
}

/** What the processor does not ask the ledger for. */
function closed(): ServiceImpl<typeof LedgerService> {
  const refuse = () => {
    throw new ConnectError("this door does not lead there", Code.Unimplemented);
  };
  return {
    createAccounts: refuse,
    createTransfers: refuse,
    loadTransfers: refuse,
    streamTransfers: refuse,
    lookupAccounts: refuse,
    lookupTransfers: refuse,
    listEntries: refuse,
    getBalance: refuse,
    getTrialBalance: refuse,
    getLedgerStatus: refuse,
  };
}
