/** `npm run bench:edge`: what the edge costs, beside a bare server and a direct call, in one run. */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { type Ground, openGround } from "./edge/ground.ts";
import {
  measureHalfLoad,
  measureOverload,
  measureSaturation,
  measureStreams,
  saturationTable,
} from "./edge/measure.ts";
import { measurePeers } from "./edge/peers.ts";
import { markdown } from "./ledger/figures.ts";

const HELP = `npm run bench:edge [-- options]
  Starts an echo upstream and the edge before it, and loads both, a bare node:http and a bare node:http2 server.
    --seconds N   of each measurement (5)
    --rounds N    interleaved, of which the medians are shown (3)
    --only LIST   of saturation,half,overload,streams,peers (all); the first is needed by half
    --help
`;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "saturation,half,overload,streams,peers" },
    help: { type: "boolean" },
  },
});

if (values.help === true) {
  process.stdout.write(HELP);
} else {
  const ground = await openGround((line) =>
    process.stderr.write(`  ${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${line}\n`),
  );
  process.once("SIGINT", () => {
    ground.stop();
    process.exit(130);
  });
  try {
    await measure(ground);
  } finally {
    ground.stop();
  }
  process.exit();
}

async function measure(ground: Ground): Promise<void> {
  const only = new Set(values.only.split(","));
  const options = { seconds: Number(values.seconds), warmupSeconds: 2, rounds: Number(values.rounds) };
  const upstream = await ground.startUpstream();
  const servers = {
    upstream,
    edge: await ground.startEdge(upstream),
    floor: await ground.startFloor("http1"),
    floor2: await ground.startFloor("http2"),
  };
  process.stdout.write(
    `${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Node ${process.versions.node}; everything on this machine.\n\n`,
  );
  const print = (table: Parameters<typeof markdown>[0]) => process.stdout.write(`${markdown(table)}\n`);
  if (only.has("saturation") || only.has("half")) {
    const saturations = await measureSaturation(ground, servers, options);
    print(saturationTable(saturations));
    if (only.has("half")) {
      print(await measureHalfLoad(ground, servers, saturations, options));
    }
  }
  if (only.has("overload")) {
    print(await measureOverload(ground, servers, options));
  }
  if (only.has("streams")) {
    print(await measureStreams(ground, servers));
  }
  if (only.has("peers")) {
    print(await measurePeers(ground, servers, options));
  }
}
