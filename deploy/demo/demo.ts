/** `npm run demo`: what a composable bank is, shown on the mesh that runs. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { openStateFolder } from "#platform/embedded/state-folder.ts";
import { findRunningMesh, type RunningMesh } from "../embedded/running.ts";
import { tellOfBanks } from "./banks.ts";
import { say } from "./telling.ts";
import { tellOfVendors } from "./vendors.ts";

const HELP = `npm run demo [-- <act>] [--state .malla]
  Shows what the mesh can do, against the one that runs (npm start). Acts:
  banks    three banks in three countries: customers, accounts, money, events (default)
  vendors  a bank swaps its vendors while it works; one is killed, one is tried in the shadow
`;

const ACTS: Readonly<Record<string, (mesh: RunningMesh) => Promise<void>>> = {
  banks: tellOfBanks,
  vendors: tellOfVendors,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { state: { type: "string", default: ".malla" }, help: { type: "boolean" } },
});
const act = ACTS[positionals[0] ?? "banks"];

if (values.help === true) {
  process.stdout.write(HELP);
} else if (act === undefined || positionals.length > 1) {
  process.stderr.write(HELP);
  process.exitCode = 2;
} else {
  const mesh = findRunningMesh(openStateFolder(resolve(values.state)));
  if (mesh === undefined) {
    process.stderr.write("No mesh runs here. Start one first, in another terminal: npm start\n");
    process.exitCode = 1;
  } else {
    const started = performance.now();
    await act(mesh);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    say(`\nThe whole story took ${seconds} s. See ${mesh.edgeUrl}/docs for every call it made.`);
  }
}
