/** `npm run reset`: forgets everything that the embedded mesh kept. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { removeStateFolder } from "#platform/embedded/postgres-home.ts";
import { openStateFolder } from "#platform/embedded/state-folder.ts";
import { findRunningMesh } from "./running.ts";

const { values } = parseArgs({ options: { state: { type: "string", default: ".malla" }, help: { type: "boolean" } } });

if (values.help === true) {
  process.stdout.write(
    "npm run reset [-- --state .malla]\n  Removes the data of the embedded mesh: accounts, money, events, keys, logs.\n",
  );
} else {
  const state = openStateFolder(resolve(values.state));
  const running = findRunningMesh(state);
  if (running === undefined) {
    removeStateFolder(state);
    process.stdout.write(`Removed ${state.path}\n`);
  } else {
    process.stderr.write(`A mesh runs on ${state.path} (process ${running.pid}); stop it first\n`);
    process.exitCode = 1;
  }
}
