/** Runs the simulation over many seeds: `npm run sim -- --seeds 10000`. */
import { parseArgs } from "node:util";
import { runSeed } from "./run-seed.ts";

const HELP = `npm run sim -- [--seeds N] [--start N]

Drives the ledger's engine on a simulated store through crashes, torn writes, lost connections, competing writers and a
clock that goes back, and holds everything against an oracle. A seed fixes everything that happens.

  --seeds N   how many seeds to run (1000)
  --start N   the first of them (1)
`;
/** How often it says how far it is: on a terminal, and elsewhere. */
const TTY_MS = 200;
const PLAIN_MS = 10_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "1000" },
      start: { type: "string", default: "1" },
      help: { type: "boolean", default: false },
    },
  });
  const [seeds, start] = [Number(values.seeds), Number(values.start)];
  if (values.help || !Number.isSafeInteger(seeds) || !Number.isSafeInteger(start) || seeds < 1 || start < 0) {
    process.stdout.write(HELP);
    return values.help ? 0 : 2;
  }
  const startedMs = performance.now();
  let saidMs = startedMs;
  let [events, entries, processes] = [0, 0, 0];
  const say = (done: number, end: string) => {
    const seconds = (performance.now() - startedMs) / 1_000;
    const rate = (done / seconds).toFixed(1);
    const line = `${done} of ${seeds} seeds, ${rate} seeds/s, ${events} events, ${entries} entries, ${processes} processes`;
    process.stdout.write(process.stdout.isTTY ? `\r${line}\x1b[K${end}` : `${line}\n`);
  };
  for (let done = 0; done < seeds; done++) {
    const seed = start + done;
    try {
      const report = await runSeed(seed);
      events += report.events;
      entries += report.entries;
      processes += report.processes;
    } catch (error) {
      const cause = error instanceof Error ? error.stack : String(error);
      process.stdout.write(`\nseed ${seed} failed: ${cause}\nagain: npm run sim -- --start ${seed} --seeds 1\n`);
      return 1;
    }
    if (performance.now() - saidMs > (process.stdout.isTTY ? TTY_MS : PLAIN_MS)) {
      saidMs = performance.now();
      say(done + 1, "");
    }
  }
  say(seeds, "\n");
  return 0;
}
