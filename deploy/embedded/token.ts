/** `npm run token -- <tenant>`: a bearer token for the embedded mesh, on standard output. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { openStateFolder } from "#platform/embedded/state-folder.ts";
import { openTokenIssuer } from "#platform/embedded/token-issuer.ts";
import { DEMO_SCOPES } from "./tenants.ts";

const HELP = `npm run --silent token -- <tenant> [--scope accounts.read ...] [--ttl seconds] [--subject name] [--state .malla]
  Prints a token signed by the local key; without --scope it may do everything.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scope: { type: "string", multiple: true },
    ttl: { type: "string", default: "3600" },
    subject: { type: "string", default: "developer" },
    state: { type: "string", default: ".malla" },
    help: { type: "boolean" },
  },
});
const [tenant] = positionals;

if (values.help === true) {
  process.stdout.write(HELP);
} else if (tenant === undefined || !/^\d{1,9}$/.test(values.ttl)) {
  process.stderr.write(HELP);
  process.exitCode = 2;
} else {
  const issuer = await openTokenIssuer(openStateFolder(resolve(values.state)));
  const claims = {
    tenant,
    subject: values.subject,
    scopes: values.scope ?? DEMO_SCOPES,
    ttlSeconds: Number(values.ttl),
  };
  process.stdout.write(`${await issuer.issue(claims)}\n`);
}
