/** `npm run check`: everything that can be said about the sources without starting a server. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { root, runSteps, type Step } from "./steps.ts";

/** All contracts, compiled. */
const CONTRACTS = "gen/malla.binpb";

/** The checks, fastest first. */
export function checks(): Step[] {
  return [
    { name: "format and lint", program: "biome", args: ["check", "--error-on-warnings", "."] },
    { name: "types", program: "tsc", args: ["-p", "."] },
    { name: "gen/ is up to date", program: "node", args: ["deploy/gen.ts", "--check"] },
    { name: "contracts lint", program: "buf", args: ["lint", "proto"] },
    { name: "contracts format", program: "buf", args: ["format", "--diff", "--exit-code", "proto"] },
    ...breakingAgainst(),
    { name: "rules of the house", program: "vitest", args: ["run", "--config", "deploy/tidy.vitest.config.ts"] },
  ];
}

/** Contracts may not break what has landed: the branch this one left, else the commit before. */
function breakingAgainst(): Step[] {
  const base = ["origin/main", "HEAD~1"].find(isCommitWithContracts);
  if (base === undefined) {
    process.stdout.write("note: no earlier contracts in this clone, so there is nothing they could break\n");
    return [];
  }
  // The compiled contracts: their sources import what only node_modules has.
  const landed = join(root, ".malla/cache/landed.binpb");
  mkdirSync(dirname(landed), { recursive: true });
  writeFileSync(
    landed,
    execFileSync("git", ["show", `${base}:${CONTRACTS}`], { cwd: root, maxBuffer: 64 * 1024 * 1024 }),
  );
  const args = ["breaking", "proto", "--against", landed, "--exclude-imports"];
  return [{ name: `contracts do not break ${base}`, program: "buf", args }];
}

function isCommitWithContracts(reference: string): boolean {
  try {
    execFileSync("git", ["cat-file", "-e", `${reference}:${CONTRACTS}`], { cwd: root, stdio: "ignore" });
    return true;
  } catch {
    // git answers with its exit code: this clone has no such commit.
    return false;
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { help: { type: "boolean" } } });
  if (values.help === true) {
    process.stdout.write(
      "npm run check\n  Format, lint, types, generated code, contracts (lint, breaking) and the rules of the house.\n",
    );
  } else if (!(await runSteps(checks()))) {
    process.exitCode = 1;
  }
}
