/** `npm run ledger:verify`: proves the books of a ledger's database. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { keptSecret } from "#platform/embedded/secrets.ts";
import { openStateFolder } from "#platform/embedded/state-folder.ts";
import { type Progress, verifyBooks } from "./verify.ts";

const HELP = `npm run --silent ledger:verify [-- --url postgres://... | --state .malla]
  Reads the whole log back and proves it: the chain of hashes, numbers, times, books, balances, pending transfers.
  --url    the ledger's database, as a role that sees all tenants (its worker role)
  --state  folder of the embedded mesh, whose ledger is verified while it runs (default .malla)
  One line for each check; exit code 0 where all is well, 1 where something is not, 2 where it could not be looked at.
  Who keeps the last line elsewhere can tell by its hash later whether the log up to there was cut or written anew.
`;

/** How often progress is told, in milliseconds. */
const PROGRESS_MS = 1_000;

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`The ledger was not verified: ${describe(error)}\n`);
  return 2;
});

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      url: { type: "string" },
      state: { type: "string", default: ".malla" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const { checks, end } = await verifyBooks(values.url ?? embeddedUrl(resolve(values.state)), tellProgress());
  for (const { name, rule, fault } of checks) {
    process.stdout.write(`${fault === undefined ? "ok    " : "WRONG "} ${name.padEnd(12)} ${fault ?? rule}\n`);
  }
  process.stdout.write(`batch ${end.batch}, number ${end.number}, hash ${end.hash.toString("hex")}\n`);
  return checks.some(({ fault }) => fault !== undefined) ? 1 : 0;
}

/** The database of the mesh that runs on the state folder. */
function embeddedUrl(path: string): string {
  const portFile = join(path, "run/postgres.port");
  if (!existsSync(portFile)) {
    throw new Error(`no mesh was ever started on ${path}: start one, or name a database with --url`);
  }
  const password = keptSecret(openStateFolder(path), "ledger_worker");
  const port = readFileSync(portFile, "utf8").trim();
  return `postgres://ledger_worker:${encodeURIComponent(password)}@127.0.0.1:${port}/ledger`;
}

function tellProgress(): Progress {
  let toldMs = Date.now();
  return (number, last) => {
    if (Date.now() - toldMs >= PROGRESS_MS) {
      toldMs = Date.now();
      process.stderr.write(`read up to number ${number} of ${last}\n`);
    }
  };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  // Of a refused connection on several addresses, only the code says anything.
  return error.message === "" && "code" in error ? String(error.code) : error.message;
}
