/** The ledger service on TigerBeetle, as a program. */
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import type { ServiceProgram } from "#platform/lifecycle/service.ts";
import { served } from "#platform/rpc/serve-grpc.ts";
import { createTigerBeetleLedger } from "./adapter.ts";
import { settings } from "./config.ts";
import { startPublisher } from "./publisher.ts";
import type { TigerBeetle } from "./tigerbeetle.ts";

/** How a cluster is opened: by the real client, or what a test brings. */
export type OpenTigerBeetle = (addresses: readonly string[], clusterId: bigint) => Promise<TigerBeetle>;

/** Makes the program. It is the service "ledger" to the mesh, whatever it stands on. */
export function tigerBeetleLedgerProgram(open: OpenTigerBeetle): ServiceProgram<typeof settings> {
  return {
    name: "ledger",
    settings,
    migrations: new URL("./store/migrations", import.meta.url),
    async open({ database, outbox, log }, { MALLA_TIGERBEETLE_ADDRESSES, MALLA_TIGERBEETLE_CLUSTER_ID }) {
      const tigerbeetle = await open(MALLA_TIGERBEETLE_ADDRESSES, MALLA_TIGERBEETLE_CLUSTER_ID);
      const publisher = startPublisher({ tigerbeetle, database, outbox, log });
      const service = createTigerBeetleLedger({ tigerbeetle, database, booked: publisher.wake });
      return {
        services: [served(LedgerService, service)],
        async close() {
          await publisher.stop();
          tigerbeetle.destroy();
        },
      };
    },
  };
}
