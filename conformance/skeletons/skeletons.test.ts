/** The vendors to start from, built from the contracts and put through malla-conformance, each as a process of its own. */
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyCertificate } from "#platform/mesh/certificate.ts";
import { writeValidateProto } from "../../deploy/validate-proto.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const binaries = join(root, "node_modules/.bin");
const cache = join(root, ".malla/cache/skeletons");
const folder = mkdtempSync(join(tmpdir(), "malla-skeletons-"));
const protos = join(folder, "protos");
const environment = { ...process.env, PATH: `${binaries}:${process.env["PATH"]}` };

/** Longest that a first build may take, in milliseconds: it compiles gRPC, and installs packages of Python. */
const BUILD_TIMEOUT_MS = 900_000;

const has = (program: string, ...args: readonly string[]) => spawnSync(program, args).status === 0;
const hasGo = has("go", "version");
const hasPython = has("python3", "-m", "pip", "--version") && has("python3", "-m", "venv", "--help");

beforeAll(async () => {
  writeValidateProto();
  await call(join(binaries, "buf"), ["export", "proto", "-o", protos], root);
  await malla("keygen", "--out", join(folder, "kit"));
});
afterAll(() => rmSync(folder, { recursive: true }));

for (const [language, isHere] of [
  ["Go", hasGo],
  ["Python", hasPython],
] as const) {
  if (!isHere) {
    process.stderr.write(`${language} is not on this machine: THE VENDOR IN ${language.toUpperCase()} WAS NOT TRIED\n`);
  }
}

describe.skipIf(!hasGo)("the vendor in Go", () => {
  it("is made from the contract alone, and conformant", { timeout: BUILD_TIMEOUT_MS }, async () => {
    const own = join(root, "conformance/skeletons/go");
    await call("./generate.sh", [protos], own);
    const program = join(folder, "go-vendor");
    await call("go", ["build", "-o", program, "."], own);
    await expectConformant("go", program, []);
  });
});

describe.skipIf(!hasPython)("the vendor in Python", () => {
  it("is made from the contract alone, and conformant", { timeout: BUILD_TIMEOUT_MS }, async () => {
    const own = join(root, "conformance/skeletons/python");
    const python = await pythonWith(join(own, "requirements.txt"));
    await call("./generate.sh", [protos], own, { PYTHON: python });
    await expectConformant("python", python, [join(own, "main.py")]);
  });
});

/** Starts the vendor, puts it through the kit, and reads the certificate that it got. */
async function expectConformant(name: string, program: string, args: readonly string[]): Promise<void> {
  const vendor = spawn(program, [...args, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const address = await addressOf(vendor);
    const certificate = join(folder, `${name}.jws`);
    const stdout = await malla(
      ...["--capability", "kyc", "--endpoint", address],
      ...["--certificate", certificate, "--signing-key", join(folder, "kit.key.json")],
    );
    expect(stdout).toMatch(/ 0 failed, \d+ of features not advertised, 0 not run/);
    const keys = JSON.parse(readFileSync(join(folder, "kit.keys.json"), "utf8"));
    const stated = await verifyCertificate(readFileSync(certificate, "utf8"), keys, new Date());
    expect(stated).toMatchObject({ capability: "kyc", vendor: `${name}-skeleton`, features: ["kyc.legal_persons"] });
    expect(["conformant", "certified"]).toContain(stated.level);
  } finally {
    vendor.kill("SIGTERM");
  }
}

/** Where it says that it serves. */
async function addressOf(vendor: ChildProcess): Promise<string> {
  if (vendor.stdout === null) {
    throw new Error("the vendor's output is not read");
  }
  for await (const line of createInterface(vendor.stdout)) {
    const [, address] = /^serving on (\S+)$/.exec(line) ?? [];
    if (address !== undefined) {
      return address;
    }
  }
  throw new Error("the vendor ended before it served");
}

/** A Python that has the packages; kept between runs, for as long as they are the same. */
async function pythonWith(requirements: string): Promise<string> {
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 16);
  const home = join(cache, `python-${digest}`);
  const ready = join(home, "ready");
  if (!existsSync(ready)) {
    rmSync(home, { recursive: true, force: true });
    mkdirSync(cache, { recursive: true });
    await call("python3", ["-m", "venv", home], root);
    await call(join(home, "bin/pip"), ["install", "--quiet", "--requirement", requirements], root);
    mkdirSync(ready);
  }
  return join(home, "bin/python");
}

function malla(...args: readonly string[]): Promise<string> {
  return call(process.execPath, [join(root, "conformance/main.ts"), ...args], root);
}

/** Runs a program to its end; what it said is in the error where it fails. */
async function call(
  program: string,
  args: readonly string[],
  cwd: string,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [...args], {
    cwd,
    env: { ...environment, ...more },
    maxBuffer: 1 << 26,
  }).catch((error: Error & { readonly stdout?: string }) => {
    throw new Error(`${error.message}\n${error.stdout ?? ""}`, { cause: error });
  });
  return stdout;
}
