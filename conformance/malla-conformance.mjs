#!/usr/bin/env node
// Makes the clone ready where that is needed, and hands over to conformance/main.ts on the Node that the project pins.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const setup = fileURLToPath(new URL("../deploy/setup.mjs", import.meta.url));
const child = spawn(process.execPath, [setup, "conformance/main.ts", ...process.argv.slice(2)], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
child.on("exit", (code, signal) => {
  process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
});
