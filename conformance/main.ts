/** malla-conformance: puts any endpoint through the clauses of a capability's contract. */
import { readFileSync, writeFileSync } from "node:fs";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from "jose";
import { z } from "zod";
import {
  CertificateError,
  readCertificateKeys,
  signCertificate,
  verifyCertificate,
} from "#platform/mesh/certificate.ts";
import { EXIT, type Given, HELP, pairsOf, readArguments, required, secondsOf, UsageError } from "./arguments.ts";
import type { EndpointTls } from "./kit/endpoint.ts";
import { describeFailure } from "./kit/record.ts";
import { htmlReport, jsonReport, junitReport } from "./kit/report.ts";
import { isAsExpected, type Run } from "./kit/run.ts";
import { countsOf, lineOf, summaryOf } from "./kit/say.ts";
import { type AnySuite, SUITES } from "./suites.ts";

/** Life of a certificate, in days: vendors and contracts move on. */
const CERTIFICATE_DAYS = 180;

// Whoever reads no further, such as head, has seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? EXIT.asExpected : 1),
);

const say = (text: string) => process.stdout.write(`${text}\n`);

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) {
    process.stderr.write("malla-conformance --help says more\n");
    return EXIT.usage;
  }
  return EXIT.clauseFailed;
});

async function main(argv: readonly string[]): Promise<number> {
  const { words, given } = readArguments(argv);
  if (given.help || argv.length === 0) {
    say(HELP.trimEnd());
    return argv.length === 0 ? EXIT.usage : EXIT.asExpected;
  }
  const [command, ...rest] = words;
  if (given.list && command === undefined) {
    return list(given);
  }
  switch (command) {
    case undefined:
      return certify(given);
    case "keygen":
      return keygen(given);
    case "verify":
      return verify(rest, given);
    default:
      throw new UsageError(`there is no command ${command}`);
  }
}

function suiteOf(capability: string): AnySuite {
  const suite = SUITES.get(capability);
  if (suite === undefined) {
    throw new UsageError(
      `no clauses of ${capability} are known; there are those of ${[...SUITES.keys()].sort().join(", ")}`,
    );
  }
  return suite;
}

function list(given: Given): number {
  const suites = given.capability === undefined ? [...SUITES.values()] : [suiteOf(given.capability)];
  for (const { capability, groups, features, parameters, contractDigest } of suites) {
    say(`${capability}  (contract ${contractDigest})`);
    say(`  features: ${features.join(", ") || "none"}`);
    for (const { name, what } of parameters) {
      say(`  --param ${name}=...  ${what}`);
    }
    for (const { name, clauses } of groups) {
      say(`  ${name}`);
      for (const { id, says, feature, needs, level } of clauses) {
        const of = [...(feature === undefined ? [] : [feature]), ...needs.map((need) => `--param ${need}`)];
        say(
          `    ${id}: ${says}${level === "certified" ? " [certified]" : ""}${of.length === 0 ? "" : ` [${of.join(", ")}]`}`,
        );
      }
    }
  }
  return EXIT.asExpected;
}

async function certify(given: Given): Promise<number> {
  const suite = suiteOf(required(given, "capability"));
  const address = required(given, "endpoint");
  if (!/^[^\s:]+:\d{1,5}$/.test(address)) {
    throw new UsageError(`--endpoint ${address} is wrong: expected host:port`);
  }
  if ((given.certificate === undefined) !== (given["signing-key"] === undefined)) {
    throw new UsageError("--certificate and --signing-key go together");
  }
  const signingKey =
    given["signing-key"] === undefined
      ? undefined
      : readJson(given["signing-key"], z.looseObject({ kty: z.string(), kid: z.string() }));
  const parameters = parametersOf(given, suite);
  const knownFailing =
    given["known-failing"] === undefined ? {} : readJson(given["known-failing"], z.record(z.string(), z.string()));
  const kit = kitVersion();
  const endpoint = {
    address,
    tls: tlsOf(given),
    timeoutMs: secondsOf(given, "call-timeout"),
    parameters,
    tenantPrefix: given.tenant,
  };
  const options = {
    only: given.only,
    parameters: Object.keys(parameters),
    knownFailing,
    clauseTimeoutMs: secondsOf(given, "timeout"),
    onResult: (...result: Parameters<typeof lineOf>) => say(lineOf(...result)),
    now: () => new Date(),
  };
  let asked = false;
  let run: Run;
  try {
    run = await suite.run(endpoint, options, (capabilities) => {
      const { capability, vendor, version, features } = capabilities;
      say(`${capability}/${vendor} ${version} at ${address}: ${features.join(", ") || "no optional features"}`);
      const lacking = given.feature.filter((feature) => !features.includes(feature));
      if (capability !== suite.capability || lacking.length > 0) {
        throw new Error(
          capability === suite.capability
            ? `it does not advertise ${lacking.join(", ")}`
            : `it serves ${capability}, not ${suite.capability}`,
        );
      }
      asked = true;
    });
  } catch (error) {
    if (asked) {
      throw error;
    }
    process.stderr.write(`${address} cannot be asked what it can do: ${describeFailure(error)}\n`);
    return EXIT.noVendor;
  }
  say(summaryOf(run));
  const context = { kitVersion: kit, contractDigest: suite.contractDigest, endpoint: address };
  write(given.report, () => jsonReport(run, context));
  write(given.junit, () => junitReport(run));
  write(given.html, () => htmlReport(run, context));
  if (given.certificate !== undefined && signingKey !== undefined) {
    await certificate(given.certificate, signingKey, run, suite, kit);
  }
  return isAsExpected(run) ? EXIT.asExpected : EXIT.clauseFailed;
}

async function certificate(
  file: string,
  key: { readonly kty: string; readonly kid: string },
  run: Run,
  suite: AnySuite,
  kit: string,
): Promise<void> {
  if (run.level === undefined) {
    say("no certificate: what the vendor says of itself does not fit the contract");
    return;
  }
  const imported = await importJWK(key, "EdDSA");
  if (imported instanceof Uint8Array) {
    throw new UsageError("the signing key is no key pair of Ed25519; make one with keygen");
  }
  const { capability, vendor, version, features } = run.capabilities;
  const claims = {
    capability,
    vendor,
    version,
    features,
    level: run.level,
    contract: suite.contractDigest,
    kit,
    clauses: countsOf(run),
  };
  const jws = await signCertificate(claims, imported, { keyId: key.kid, now: new Date(), days: CERTIFICATE_DAYS });
  writeFileSync(file, `${jws}\n`);
  say(`certificate: ${file}, for ${CERTIFICATE_DAYS} days`);
}

async function keygen(given: Given): Promise<number> {
  const out = required(given, "out");
  const { privateKey, publicKey } = await generateKeyPair("EdDSA", { extractable: true });
  const shared = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(shared);
  writeFileSync(
    `${out}.key.json`,
    `${JSON.stringify({ ...(await exportJWK(privateKey)), kid, alg: "EdDSA" }, null, 2)}\n`,
    {
      mode: 0o600,
    },
  );
  writeFileSync(
    `${out}.keys.json`,
    `${JSON.stringify({ keys: [{ ...shared, kid, alg: "EdDSA", use: "sig" }] }, null, 2)}\n`,
  );
  say(
    `${out}.key.json signs certificates: keep it to yourself\n${out}.keys.json checks them: give it to who trusts you`,
  );
  return EXIT.asExpected;
}

async function verify([file]: readonly string[], given: Given): Promise<number> {
  if (file === undefined) {
    throw new UsageError("which certificate? malla-conformance verify <certificate> --keys <keys>");
  }
  const keysFile = required(given, "keys");
  const keys = readCertificateKeys(readFileSync(keysFile, "utf8"), keysFile);
  try {
    const { issueTime, expireTime, ...claims } = await verifyCertificate(readFileSync(file, "utf8"), keys, new Date());
    say(JSON.stringify({ ...claims, issueTime, expireTime }, null, 2));
    return EXIT.asExpected;
  } catch (error) {
    if (error instanceof CertificateError) {
      process.stderr.write(`${error.message}\n`);
      return EXIT.clauseFailed;
    }
    throw error;
  }
}

function parametersOf(given: Given, suite: AnySuite): Record<string, string> {
  const fromFile =
    given["params-file"] === undefined ? {} : readJson(given["params-file"], z.record(z.string(), z.string()));
  const parameters = { ...fromFile, ...pairsOf(given.param) };
  const known = suite.parameters.map(({ name }) => name);
  const unknown = Object.keys(parameters).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(
      `${suite.capability} has no parameter ${unknown.join(", ")}; it has ${known.join(", ") || "none"}`,
    );
  }
  return parameters;
}

function tlsOf(given: Given): EndpointTls | undefined {
  const [caFile, certFile, keyFile] = [given["tls-ca"], given["tls-cert"], given["tls-key"]];
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new UsageError("--tls-cert and --tls-key go together");
  }
  if (caFile === undefined) {
    if (certFile !== undefined || given.peer !== undefined) {
      throw new UsageError("--tls-cert and --peer need --tls-ca");
    }
    return undefined;
  }
  return { caFile, certFile, keyFile, peer: given.peer };
}

function readJson<Shape extends z.ZodType>(file: string, shape: Shape): z.infer<Shape> {
  try {
    return shape.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const why =
      error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file} cannot be read: ${why}`, { cause: error });
  }
}

function kitVersion(): string {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")));
  return version;
}

function write(file: string | undefined, text: () => string): void {
  if (file !== undefined) {
    writeFileSync(file, text());
  }
}
