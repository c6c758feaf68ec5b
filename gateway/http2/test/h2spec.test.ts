/** All of h2spec (github.com/summerwind/h2spec) against a server of ours. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { answerLater } from "./echo.ts";
import { serve } from "./serve.ts";

const run = promisify(execFile);
const VERSION = "v2.2.1+incompatible";
const folder = join(tmpdir(), "malla-h2spec");
const binary = join(folder, "h2spec");
/** Building takes a download and a compiler; running it, some seconds. */
const BUILD_MS = 300_000;
const RUN_MS = 120_000;

/** Why h2spec cannot be run here; undefined when it can. */
async function build(): Promise<string | undefined> {
  if (existsSync(binary)) return undefined;
  const target = `github.com/summerwind/h2spec/cmd/h2spec@${VERSION}`;
  return run("go", ["install", target], { env: { ...process.env, GOBIN: folder }, timeout: BUILD_MS }).then(
    () => undefined,
    (error: Error) => error.message.split("\n")[0],
  );
}

const obstacle = await build();
if (obstacle === undefined) {
  it(
    "passes every case",
    async () => {
      await using server = await serve({}, answerLater);
      const spec = await run(
        binary,
        ["--host", "127.0.0.1", "--port", String(server.port), "--timeout", "5", "--strict"],
        {
          timeout: RUN_MS,
        },
      ).catch((failed: { stdout: string }) => failed);
      const summary = /(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed/.exec(spec.stdout)?.slice(1).map(Number);
      expect(spec.stdout.slice(spec.stdout.indexOf("Failures:"))).not.toContain("×");
      expect(summary).toEqual([146, 146, 0, 0]);
    },
    RUN_MS,
  );
} else {
  it("is not built here: there is no go, or it has no module proxy", () => {
    console.log(`h2spec was not run: ${obstacle}`);
  });
}
