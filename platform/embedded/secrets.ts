/** Passwords of the embedded servers: made once, kept where only their owner looks. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasCode } from "./server-process.ts";
import type { StateFolder } from "./state-folder.ts";

/**
 * The secret of that name, the same at every start.
 *
 * @throws Error in one sentence when it was made by another user
 */
export function keptSecret(state: StateFolder, name: string): string {
  const file = join(state.keys, `${name}.secret`);
  try {
    if (!existsSync(file)) {
      writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
    }
    return readFileSync(file, "utf8");
  } catch (error) {
    if (hasCode(error, "EACCES")) {
      throw new Error(`${state.path} belongs to another user: start as that user, or choose a folder with --state`, {
        cause: error,
      });
    }
    throw error;
  }
}
