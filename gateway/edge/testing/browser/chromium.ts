/** Chromium without a screen. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
/** Longest waits, in milliseconds: it may be started for the first time on a machine under load. */
const VERSION_MS = 30_000;
const CLOSE_MS = 5_000;
const LOG_CHARACTERS = 2_000;

// Nothing but the page is to be fetched, and nothing of it kept.
const FLAGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions"],
  ...["--no-proxy-server", "--remote-debugging-port=0"],
];

/** Why it cannot be run here; undefined when it can. */
export async function chromiumObstacle(): Promise<string | undefined> {
  return run("chromium", ["--version"], { timeout: VERSION_MS }).then(
    () => undefined,
    (error: Error) => error.message.split("\n")[0],
  );
}

/** Shows a page until the work on it is done. @throws when it ends before that, with what it said */
export async function withPage<Result>(
  url: string,
  flags: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  const profile = mkdtempSync(join(tmpdir(), "malla-chromium-"));
  const browser = spawn("chromium", [...FLAGS, ...flags, `--user-data-dir=${profile}`, url], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  browser.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    log = (log + chunk).slice(-LOG_CHARACTERS);
  });
  const ended = once(browser, "exit").then(([code]) => {
    throw new Error(`chromium ended with ${code}: ${log}`);
  });
  try {
    return await Promise.race([work(), ended]);
  } finally {
    await close(browser);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function close(browser: ChildProcess): Promise<void> {
  if (browser.exitCode !== null || browser.signalCode !== null) return;
  const closed = once(browser, "exit");
  browser.kill("SIGTERM");
  const cut = setTimeout(() => browser.kill("SIGKILL"), CLOSE_MS);
  await closed;
  clearTimeout(cut);
}
