/** malla-conformance as its users run it: a process, an endpoint, exit codes and files. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CardsProviderService, OperationSchema } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { CapabilitiesSchema } from "#gen/malla/vendor/v1/capabilities_pb.js";
import { verifyCertificate } from "#platform/mesh/certificate.ts";
import { REFERENCE_PARAMETERS } from "../cards/reference/books.ts";
import { REFERENCE_PIN_PARAMETERS } from "../cards/reference/pins.ts";
import { createReference } from "../cards/reference/reference.ts";
import { type ServedVendor, serveVendor } from "../kit/testing/serve.ts";

const program = fileURLToPath(new URL("../main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "malla-conformance-"));
const file = (name: string) => join(folder, name);
const parameters = { ...REFERENCE_PARAMETERS, ...REFERENCE_PIN_PARAMETERS };
const params = Object.entries(parameters).flatMap(([name, value]) => ["--param", `${name}=${value}`]);

let good: ServedVendor;
let broken: ServedVendor;

beforeAll(async () => {
  good = await serveVendor(CardsProviderService, createReference().vendor);
  // It forgets what became of requests.
  broken = await serveVendor(CardsProviderService, {
    ...createReference().vendor,
    lookupOperation: () => create(OperationSchema),
  });
});
afterAll(async () => {
  await Promise.all([good.stop(), broken.stop()]);
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const cards = (vendor: ServedVendor, ...more: readonly string[]) =>
  run("--capability", "cards", "--endpoint", vendor.address, ...more);

describe("a vendor that keeps its contract", () => {
  it("gets a certificate that anybody can check", async () => {
    expect(await run("keygen", "--out", file("kit"))).toMatchObject({ code: 0 });
    const { code, stdout } = await cards(
      good,
      ...params,
      ...["--certificate", file("out.jws"), "--signing-key", file("kit.key.json")],
      ...["--report", file("out.json"), "--junit", file("out.xml"), "--html", file("out.html")],
    );
    expect(stdout).toMatch(/0 failed, .* 0 not run/);
    expect(code).toBe(0);
    const keys = JSON.parse(readFileSync(file("kit.keys.json"), "utf8"));
    const stated = await verifyCertificate(readFileSync(file("out.jws"), "utf8"), keys, new Date());
    expect(stated).toMatchObject({ capability: "cards", level: "certified", clauses: { failed: 0, skipped: 0 } });
    expect(await run("verify", file("out.jws"), "--keys", file("kit.keys.json"))).toMatchObject({ code: 0 });
    const report = JSON.parse(readFileSync(file("out.json"), "utf8"));
    expect(report).toMatchObject({ level: "certified", contractDigest: stated.contract });
    expect(report.clauses.length).toBe(stated.clauses.passed);
    expect(readFileSync(file("out.xml"), "utf8")).toContain('failures="0"');
    expect(readFileSync(file("out.html"), "utf8")).toContain("certified");
  });

  it("has a certificate that a changed letter, another key or its age make worthless", async () => {
    const jws = readFileSync(file("out.jws"), "utf8").trim();
    const keys = JSON.parse(readFileSync(file("kit.keys.json"), "utf8"));
    const [header = "", payload = "", signature = ""] = jws.split(".");
    const raised = Buffer.from(Buffer.from(payload, "base64url").toString().replace("cards", "kyc")).toString(
      "base64url",
    );
    await expect(verifyCertificate([header, raised, signature].join("."), keys, new Date())).rejects.toThrow(
      /signature/,
    );
    await expect(verifyCertificate(jws, keys, new Date(Date.now() + 200 * 86_400_000))).rejects.toThrow(/exp/);
    await run("keygen", "--out", file("other"));
    const ended = await run("verify", file("out.jws"), "--keys", file("other.keys.json"));
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining("proves nothing") });
  });

  it("is only declared where a parameter is missing, and the clauses not run are named", async () => {
    const { code, stdout } = await cards(good, "--param", "currency=BRL");
    expect(code).toBe(0);
    expect(stdout).toMatch(/SKIP {2}CARDS-\d{3}.*\n +not run: needs --param/);
    expect(stdout).toContain("level: declared");
  });

  it("is not charged with clauses that are known to fail and do not: the list is out of date", async () => {
    writeFileSync(file("known.json"), JSON.stringify({ "CARDS-001": "it did once" }));
    const { code, stdout } = await cards(good, ...params, "--known-failing", file("known.json"), "--only", "CARDS-001");
    expect(code).toBe(1);
    expect(stdout).toContain("known to fail, and passed: CARDS-001");
  });
});

describe("a vendor that does not", () => {
  it("fails, and is shown what was asked, expected and answered", async () => {
    const { code, stdout } = await cards(broken, ...params, "--report", file("broken.json"));
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAIL {2}CARDS-008: tells what became of a request/);
    expect(stdout).toMatch(/LookupOperation {2}\{"requestId"/);
    expect(stdout).toContain("level: declared");
    const report = JSON.parse(readFileSync(file("broken.json"), "utf8"));
    const failed = report.clauses.filter((one: { outcome: { kind: string } }) => one.outcome.kind === "failed");
    expect(failed.length).toBeGreaterThan(0);
    expect(failed[0].exchanges.length).toBeGreaterThan(0);
  });

  it("may be known to", async () => {
    const report = JSON.parse(readFileSync(file("broken.json"), "utf8"));
    const ids = report.clauses
      .filter((one: { outcome: { kind: string } }) => one.outcome.kind === "failed")
      .map((one: { id: string }) => [one.id, "its memory is short"]);
    writeFileSync(file("known.json"), JSON.stringify(Object.fromEntries(ids)));
    const { code, stdout } = await cards(
      broken,
      ...params,
      "--known-failing",
      file("known.json"),
      "--only",
      "CARDS-008",
    );
    expect(code).toBe(0);
    expect(stdout).toContain("known: its memory is short");
    expect(stdout).toContain("level: declared");
  });

  it("serves another capability, or lacks a feature that is asked for", async () => {
    const { vendor } = createReference();
    const other = await serveVendor(CardsProviderService, {
      ...vendor,
      getCapabilities: () => create(CapabilitiesSchema, { capability: "kyc", vendor: "stray", version: "1" }),
    });
    const wrong = await cards(other);
    expect(wrong).toMatchObject({ code: 3, stderr: expect.stringContaining("it serves kyc, not cards") });
    await other.stop();
    const lacking = await cards(good, "--feature", "cards.time_travel");
    expect(lacking).toMatchObject({ code: 3, stderr: expect.stringContaining("does not advertise cards.time_travel") });
  });
});

describe("a command line that cannot be followed", () => {
  it.each([
    [[], "", 2],
    [["--capability", "tea", "--endpoint", "127.0.0.1:1"], "no clauses of tea are known", 2],
    [["--capability", "cards"], "--endpoint is missing", 2],
    [["--capability", "cards", "--endpoint", "nowhere"], "expected host:port", 2],
    [["--capability", "cards", "--endpoint", "127.0.0.1:1", "--param", "x"], "expected name=value", 2],
    [["--capability", "cards", "--endpoint", "127.0.0.1:1", "--param", "x=1"], "cards has no parameter x", 2],
    [["--capability", "cards", "--endpoint", "127.0.0.1:1", "--peer", "cards/x"], "need --tls-ca", 2],
    [["--capability", "cards", "--endpoint", "127.0.0.1:1", "--timeout", "soon"], "expected seconds", 2],
    [["--capability", "cards", "--endpoint", "127.0.0.1:1", "--known-failing", "/nowhere"], "cannot be read", 2],
    [["--frobnicate"], "frobnicate", 2],
    [["bake"], "there is no command bake", 2],
    [["--capability", "cards", "--endpoint", "127.0.0.1:1", "--call-timeout", "2"], "cannot be asked", 3],
  ])("%j says so", async (args, said, code) => {
    expect(await run(...args)).toMatchObject({ code, stderr: expect.stringContaining(said) });
  });

  it("--help and --list explain", async () => {
    expect(await run("--help")).toMatchObject({ code: 0, stdout: expect.stringContaining("Exit codes") });
    expect(await run("--list", "--capability", "cards")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/--param funding_account=[\s\S]*VENDOR-001[\s\S]*CARDS-001/),
    });
  });
});
