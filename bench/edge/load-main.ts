/** The load generator as a process: one load after the other, as it is told. */
import { openGrpcJsWire } from "./grpc-js-wire.ts";
import { openHttp1Wire } from "./http1-wire.ts";
import { openHttp2Wire } from "./http2-wire.ts";
import { load, type Shape } from "./load.ts";
import { openNodeHttp2Wire } from "./node-http2-wire.ts";
import type { Target } from "./wire.ts";

/** A load to be run. */
export interface Job {
  readonly target: Target;
  readonly shape: Shape;
  readonly warmupSeconds: number;
  readonly seconds: number;
}

process.on("message", (job: Job) => {
  run(job).then(
    (result) => process.send?.({ load: result }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
process.send?.({ listen: "" });

async function run({ target, shape, warmupSeconds, seconds }: Job) {
  const wire = await open(target);
  try {
    return await load(wire, shape, warmupSeconds, seconds);
  } finally {
    wire.close();
  }
}

function open(target: Target) {
  switch (target.wire) {
    case "http1":
      return openHttp1Wire(target);
    case "grpc-js":
      return openGrpcJsWire(target);
    case "node-http2":
      return openNodeHttp2Wire(target);
    default:
      return openHttp2Wire(target);
  }
}
