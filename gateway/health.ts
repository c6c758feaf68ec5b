/** Asks backends whether they serve, by the standard gRPC health protocol. */
import { type ChannelCredentials, type Client, makeGenericClientConstructor } from "@grpc/grpc-js";
import { service as healthService } from "grpc-health-check";

/** A backend that can be asked. */
export interface HealthProbe {
  /** Whether it says SERVING within the time. */
  isServing(timeoutMs: number): Promise<boolean>;
  close(): void;
}

const HealthClient = makeGenericClientConstructor(healthService, "Health");

/** Opens a probe of the backend at "host:port". */
export function openHealthProbe(address: string, credentials: ChannelCredentials): HealthProbe {
  const client: Client = new HealthClient(address, credentials, {
    "grpc.ssl_target_name_override": "localhost",
    "grpc.max_reconnect_backoff_ms": 1_000,
  });
  const { path, requestSerialize, responseDeserialize } = checkMethod();
  return {
    isServing: (timeoutMs) =>
      new Promise((resolve) => {
        client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          { service: "" },
          { deadline: Date.now() + timeoutMs },
          (error, response) => resolve(error === null && isServing(response)),
        );
      }),
    close: () => client.close(),
  };
}

function checkMethod() {
  const check = healthService["check"] ?? healthService["Check"];
  if (check === undefined) {
    throw new Error("the health protocol has no Check");
  }
  return check;
}

function isServing(response: unknown): boolean {
  return typeof response === "object" && response !== null && "status" in response && response.status === "SERVING";
}
