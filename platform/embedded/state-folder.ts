/** Where the embedded servers keep what they know: the layout of `.malla/`. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** Paths below one state folder; all of them exist. */
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
}

/** Makes the folders where they are missing. Only their owner may look inside. */
export function openStateFolder(path: string): StateFolder {
  const below = (name: string, mode: number) => {
    const folder = join(path, name);
    mkdirSync(folder, { recursive: true, mode });
    return folder;
  };
  mkdirSync(path, { recursive: true, mode: 0o755 });
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
  };
}
