/** The command line of malla-conformance, read into one of its commands. */
import { parseArgs } from "node:util";

/** Exit codes. */
export const EXIT = { asExpected: 0, clauseFailed: 1, usage: 2, noVendor: 3 } as const;

export const HELP = `malla-conformance --capability <name> --endpoint <host:port> [options]
  Puts a vendor through the clauses of its capability's contract.

  --capability NAME      which contract, e.g. kyc
  --endpoint HOST:PORT   where the vendor serves it (gRPC)
  --tls-ca FILE          authority (PEM) of the vendor's certificate; without it, cleartext HTTP/2
  --tls-cert FILE        certificate (PEM) of the kit, where the vendor asks for one, with --tls-key FILE
  --peer NAME            identity that the vendor's certificate must show, e.g. kyc/native (SPIFFE); without it, its host
  --param NAME=VALUE     what clauses need of the vendor's side; --list says which (repeatable)
  --params-file FILE     the same as a JSON object
  --feature NAME         stop unless the vendor advertises it (repeatable)
  --only WORD            only the clause or group of that name (repeatable); keeps the level at declared
  --known-failing FILE   JSON object of clause ids with the reason why they fail; one that passes is an error
  --timeout SECONDS      longest that a clause may take (default 60)
  --call-timeout SECONDS deadline of a call (default 10)
  --tenant WORD          begins the names of the tenants that the run makes up (default kit)
  --report FILE          the run as JSON;  --junit FILE  as JUnit XML;  --html FILE  as a page
  --certificate FILE     the level as a signed certificate (compact JWS), with --signing-key FILE of keygen

malla-conformance --list [--capability <name>]
  The clauses, features and parameters.
malla-conformance keygen --out <name>
  Makes <name>.key.json, to sign with, and <name>.keys.json, to check with.
malla-conformance verify <certificate> --keys <name>.keys.json
  Checks a certificate, and says what it states.

Exit codes: 0 as expected, 1 a clause failed or a known failure passed, 2 wrong command line, 3 the vendor cannot be asked.
`;

/** Thrown for a command line that cannot be followed. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const OPTIONS = {
  capability: { type: "string" },
  endpoint: { type: "string" },
  "tls-ca": { type: "string" },
  "tls-cert": { type: "string" },
  "tls-key": { type: "string" },
  peer: { type: "string" },
  param: { type: "string", multiple: true, default: [] as string[] },
  "params-file": { type: "string" },
  feature: { type: "string", multiple: true, default: [] as string[] },
  only: { type: "string", multiple: true, default: [] as string[] },
  "known-failing": { type: "string" },
  timeout: { type: "string", default: "60" },
  "call-timeout": { type: "string", default: "10" },
  tenant: { type: "string", default: "kit" },
  report: { type: "string" },
  junit: { type: "string" },
  html: { type: "string" },
  certificate: { type: "string" },
  "signing-key": { type: "string" },
  keys: { type: "string" },
  out: { type: "string" },
  list: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** What was asked for, as given. */
export type Given = ReturnType<typeof parse>["values"];

/** The command and its options. */
export function readArguments(argv: readonly string[]): { readonly words: readonly string[]; readonly given: Given } {
  try {
    const { values, positionals } = parse(argv);
    return { words: positionals, given: values };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** An option that cannot be left out. */
export function required(given: Given, name: "capability" | "endpoint" | "keys" | "out"): string {
  const value = given[name];
  if (value === undefined || value === "") {
    throw new UsageError(`--${name} is missing`);
  }
  return value;
}

/** Seconds, as milliseconds. */
export function secondsOf(given: Given, name: "timeout" | "call-timeout"): number {
  const seconds = Number(given[name]);
  if (!(seconds > 0 && seconds <= 3_600)) {
    throw new UsageError(`--${name} ${given[name]} is wrong: expected seconds from 0.001 to 3600`);
  }
  return seconds * 1_000;
}

/** "name=value" pairs. */
export function pairsOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      if (at < 1) {
        throw new UsageError(`--param ${text} is wrong: expected name=value`);
      }
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

function parse(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
}
