/** Passwords of the embedded servers: made once, kept where only their owner looks. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StateFolder } from "./state-folder.ts";

/** The secret of that name, the same at every start. */
export function keptSecret(state: StateFolder, name: string): string {
  const file = join(state.keys, `${name}.secret`);
  if (!existsSync(file)) {
    writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  }
  return readFileSync(file, "utf8");
}
