/** `npm test`: the checks, then every test against real servers. Ends with "N passed, N failed". */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { checks } from "./check.ts";
import { root, run, runSteps } from "./steps.ts";

const REPORT = join(root, ".malla/cache/test-report.json");
const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  numFailedTestSuites: z.number(),
});

const filters = process.argv.slice(2);
if (filters.includes("--help")) {
  process.stdout.write(
    "npm test [-- <filter> ...]\n  Checks and all tests; with filters only the test files whose path holds one of them.\n",
  );
} else {
  const checked = filters.length > 0 || (await runSteps(checks()));
  process.exitCode = (await tested()) && checked ? 0 : 1;
}

async function tested(): Promise<boolean> {
  mkdirSync(join(root, ".malla/cache"), { recursive: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${REPORT}`];
  const green = await run({ name: "tests", program: "vitest", args: ["run", ...reporters, ...filters] });
  const result = report.parse(JSON.parse(readFileSync(REPORT, "utf8")));
  const skipped = result.numPendingTests + result.numTodoTests;
  const failed = result.numFailedTests + (result.numFailedTests === 0 ? result.numFailedTestSuites : 0);
  process.stdout.write(
    `${result.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`,
  );
  return green && failed === 0 && result.numPassedTests > 0;
}
