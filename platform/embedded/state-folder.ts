/** Where the embedded servers keep what they know: the layout of `.malla/`. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { hasCode } from "./server-process.ts";

/** Paths below one state folder; all but `postgres`, which depends on who we are, exist. */
export interface StateFolder {
  readonly path: string;
  readonly postgres: string;
  readonly nats: string;
  readonly bin: string;
  /** Certificates and their keys. */
  readonly pki: string;
  /** Keys that sign tokens, and passwords. */
  readonly keys: string;
  readonly logs: string;
  /** What runs now. */
  readonly run: string;
  readonly tokens: string;
  /** What can be made again at any time. */
  readonly cache: string;
}

/**
 * Makes the folders where they are missing. Only their owner may look inside those with secrets.
 *
 * @throws Error that says whose the folder is not, when this user may not write to it
 */
export function openStateFolder(path: string): StateFolder {
  const below = (name: string, mode: number) => {
    const folder = join(path, name);
    makeFolder(folder, mode);
    return folder;
  };
  makeFolder(path, 0o755);
  return {
    path,
    postgres: join(path, "postgres"),
    nats: below("nats", 0o700),
    bin: below("bin", 0o755),
    pki: below("pki", 0o700),
    keys: below("keys", 0o700),
    logs: below("logs", 0o755),
    run: below("run", 0o700),
    tokens: below("tokens", 0o700),
    cache: below("cache", 0o755),
  };
}

function makeFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { recursive: true, mode });
  } catch (error) {
    if (hasCode(error, "EACCES") || hasCode(error, "EROFS")) {
      throw new Error(`${path} cannot be made by this user: choose another state folder with --state`, {
        cause: error,
      });
    }
    throw error;
  }
}
