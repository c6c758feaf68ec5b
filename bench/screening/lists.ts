/** The whole list of OFAC as moov-io/watchman's module carries it for its own tests; without Go, the excerpt of this repository. */
import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ListedParty } from "../../services/kyc/vendors/native/domain/screening/listed-party.ts";
import { readOfacCsv } from "../../services/kyc/vendors/native/lists/ofac-csv.ts";

/** Fetching the module (58 MB) takes some seconds once. */
const FETCH_MS = 180_000;
const MODULE = "github.com/moov-io/watchman@v0.60.0";
const EXCERPT = fileURLToPath(new URL("../../services/kyc/vendors/native/lists/excerpt", import.meta.url));

export interface BenchList {
  readonly parties: readonly ListedParty[];
  /** Where its files are, for a peer that reads them itself. */
  readonly folder: string;
  readonly isWhole: boolean;
  readonly problems: number;
  readonly readMs: number;
}

/** Reads the whole list, or says loudly that it is the excerpt. */
export async function openBenchList(progress: (line: string) => void): Promise<BenchList> {
  const whole = await wholeFolder().catch((error: unknown) => {
    progress(`NOT the whole list, the excerpt only: ${error instanceof Error ? error.message.split("\n")[0] : error}`);
    return undefined;
  });
  const folder = whole ?? EXCERPT;
  const file = (name: string) => createReadStream(join(folder, name));
  const startedMs = performance.now();
  const { parties, problems } = await readOfacCsv({
    sdn: file("sdn.csv"),
    alt: file("alt.csv"),
    add: file("add.csv"),
    sdnComments: file("sdn_comments.csv"),
  });
  const readMs = performance.now() - startedMs;
  return { parties, folder, isWhole: whole !== undefined, problems: problems.length, readMs };
}

async function wholeFolder(): Promise<string> {
  const { stdout } = await promisify(execFile)("go", ["mod", "download", "-json", MODULE], {
    cwd: "/",
    timeout: FETCH_MS,
    env: { ...process.env, GOFLAGS: "-mod=mod" },
  });
  const answer: unknown = JSON.parse(stdout);
  if (typeof answer !== "object" || answer === null || !("Dir" in answer) || typeof answer.Dir !== "string") {
    throw new Error(`go mod download ${MODULE} names no folder`);
  }
  return join(answer.Dir, "test/testdata");
}
