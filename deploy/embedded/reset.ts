/** `npm run reset`: forgets everything that the embedded mesh kept. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { endLeftoverNats } from "#platform/embedded/nats-server.ts";
import { endLeftoverPostgres } from "#platform/embedded/postgres.ts";
import { removeStateFolder } from "#platform/embedded/postgres-home.ts";
import { openStateFolder } from "#platform/embedded/state-folder.ts";
import { claimState } from "./running.ts";

const { values } = parseArgs({ options: { state: { type: "string", default: ".malla" }, help: { type: "boolean" } } });

if (values.help === true) {
  process.stdout.write(
    "npm run reset [-- --state .malla]\n  Removes the data of the embedded mesh: accounts, money, events, keys, logs.\n",
  );
} else {
  await reset(resolve(values.state)).catch((error: unknown) => {
    process.stderr.write(`Nothing was removed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}

async function reset(path: string): Promise<void> {
  const state = openStateFolder(path);
  const release = claimState(state);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  try {
    await Promise.all([endLeftoverPostgres(state, say), endLeftoverNats(state, say)]);
    removeStateFolder(state);
    say(`Removed ${path}`);
  } finally {
    release();
  }
}
