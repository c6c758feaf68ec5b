/** The standard health protocol (grpc.health.v1) of the edge itself. */
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { type Health, HealthCheckResponse_ServingStatus as Status } from "#gen/health/v1/health_pb.js";
import { pause } from "#platform/lifecycle/pause.ts";

/** Whether a service is served; undefined for one that is unknown. "" asks for the edge as a whole. */
export type HealthSource = (service: string) => Promise<boolean | undefined>;

/** How often a watcher hears of a change at the latest, in milliseconds. */
const WATCH_MS = 1_000;

/** Makes the service. */
export function createHealth(serves: HealthSource, services: readonly string[]): ServiceImpl<typeof Health> {
  const statusOf = async (service: string) => {
    const isServing = await serves(service);
    return isServing === undefined ? undefined : isServing ? Status.SERVING : Status.NOT_SERVING;
  };
  return {
    async check({ service }) {
      const status = await statusOf(service);
      if (status === undefined) {
        throw new ConnectError("the service is not known here", Code.NotFound);
      }
      return { status };
    },
    async list() {
      const named = await Promise.all(["", ...services].map(async (name) => [name, await statusOf(name)] as const));
      return {
        statuses: Object.fromEntries(
          named.map(([name, status]) => [name, { status: status ?? Status.SERVICE_UNKNOWN }]),
        ),
      };
    },
    async *watch({ service }, { signal }) {
      let last: Status | undefined;
      while (!signal.aborted) {
        const status = (await statusOf(service)) ?? Status.SERVICE_UNKNOWN;
        if (status !== last) {
          last = status;
          yield { status };
        }
        await pause(WATCH_MS, signal);
      }
    },
  };
}
