/** A bearer token per demo tenant, in files that the printed commands read. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StateFolder } from "#platform/embedded/state-folder.ts";
import type { TokenIssuer } from "#platform/embedded/token-issuer.ts";
import { DEMO_SCOPES, DEMO_TENANTS } from "./tenants.ts";

/** Tokens by tenant, and the files they were written to. */
export interface DemoTokens {
  readonly tokens: ReadonlyMap<string, string>;
  readonly files: Readonly<Record<string, string>>;
}

/** Life of a demo token, in seconds: made anew at every start. */
const TOKEN_SECONDS = 30 * 86_400;

/** Issues a token for every demo tenant. Only this user may read the files. */
export async function writeDemoTokens(state: StateFolder, issuer: TokenIssuer): Promise<DemoTokens> {
  const issued = await Promise.all(
    DEMO_TENANTS.map(async ({ id }) => {
      const claims = { tenant: id, subject: `demo@${id}`, scopes: DEMO_SCOPES, ttlSeconds: TOKEN_SECONDS };
      const file = join(state.tokens, `${id}.jwt`);
      const token = await issuer.issue(claims);
      writeFileSync(file, token, { mode: 0o600 });
      // The mode above holds for new files only.
      chmodSync(file, 0o600);
      return { id, token, file };
    }),
  );
  return {
    tokens: new Map(issued.map(({ id, token }) => [id, token])),
    files: Object.fromEntries(issued.map(({ id, file }) => [id, file])),
  };
}
