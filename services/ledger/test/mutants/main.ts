/** Breaks a copy of the ledger in many small ways, one at a time, and shows which test notices: `npm run mutants`. */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { MUTANTS, type Mutant } from "./mutants.ts";

const HELP = `npm run mutants -- [--only TEXT]

Applies each mutant of services/ledger/test/mutants/mutants.ts to a copy of the ledger, and runs there the tests of its
domain and a slice of its simulation. Fails where a mutant survives, or no longer matches the source.

  --only TEXT   only mutants whose name contains it
`;
const root = fileURLToPath(new URL("../../../..", import.meta.url));
const CONFIG = "services/ledger/test/mutants/vitest.config.ts";
/** A mutant that never comes to an end is noticed too. */
const LONGEST_MS = 120_000;
/** Runs that come to nothing before it gives up: a busy machine now and then starts no workers. */
const MOST_TRIES = 3;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: "string", default: "" }, help: { type: "boolean", default: false } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), "malla-mutants-"));
  try {
    copyTree(folder);
    const unchanged = await firstFailure(folder);
    if (unchanged !== undefined) {
      process.stdout.write(`the tests fail without any mutant: ${unchanged}\n`);
      return 1;
    }
    let bad = 0;
    const mutants = MUTANTS.filter(({ name }) => name.includes(values.only));
    const width = Math.max(...mutants.map(({ name }) => name.length));
    for (const mutant of mutants) {
      const verdict = await tryMutant(folder, mutant);
      bad += verdict.isCaught ? 0 : 1;
      process.stdout.write(`${mutant.name.padEnd(width)}  ${verdict.text}\n`);
    }
    process.stdout.write(`${mutants.length - bad} of ${mutants.length} mutants were caught\n`);
    return bad === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function copyTree(folder: string): void {
  cpSync(join(root, "services/ledger"), join(folder, "services/ledger"), {
    recursive: true,
    filter: (path) => !path.includes("/vendors"),
  });
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  for (const name of ["platform", "gen", "node_modules"]) {
    symlinkSync(join(root, name), join(folder, name));
  }
}

async function tryMutant(
  folder: string,
  { file, find, replace }: Mutant,
): Promise<{ isCaught: boolean; text: string }> {
  const path = join(folder, "services/ledger", file);
  const source = readFileSync(path, "utf8");
  const places = source.split(find).length - 1;
  if (places !== 1) {
    return { isCaught: false, text: `matches ${places} places of ${file}` };
  }
  // Told what to put in, not how to understand it: "$" has no meaning here.
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  try {
    const caughtBy = await firstFailure(folder);
    return caughtBy === undefined ? { isCaught: false, text: "SURVIVED" } : { isCaught: true, text: caughtBy };
  } finally {
    writeFileSync(path, source);
  }
}

/** The first test that fails, or that there was no end; undefined: all pass. */
async function firstFailure(folder: string): Promise<string | undefined> {
  const report = join(folder, "report.json");
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    rmSync(report, { force: true });
    const code = await runTests(folder, report);
    if (code === null) {
      return "a test that never ends";
    }
    // Without a report it never came to the tests, which says nothing of the mutant.
    if (existsSync(report)) {
      const failed = /"fullName":"((?:[^"\\]|\\.)*)","status":"failed"/.exec(readFileSync(report, "utf8"))?.[1];
      return code === 0 ? undefined : (failed ?? "a file that does not load");
    }
  }
  throw new Error("vitest wrote no report");
}

/** The exit code; null where it took too long. */
function runTests(folder: string, report: string): Promise<number | null> {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const options = ["--bail", "1", "--reporter", "json", "--outputFile", report];
  const child = spawn(
    process.execPath,
    [vitest, "run", "--root", folder, "--config", join(folder, CONFIG), ...options],
    {
      cwd: folder,
      stdio: "ignore",
      timeout: LONGEST_MS,
      killSignal: "SIGKILL",
    },
  );
  return new Promise((resolve) => child.once("close", resolve));
}
