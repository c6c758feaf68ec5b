/** What a new user does: start, paste the printed lines, watch the demo, look around, stop, start again. */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { removeStateFolder } from "#platform/embedded/postgres-home.ts";
import { type StartedMesh, startAsUser } from "../../../bench/started-mesh.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "malla-user-"));
let mesh: StartedMesh;

beforeAll(async () => {
  symlinkSync(inject("natsFolder"), join(folder, "bin"));
  mesh = await startAsUser(folder);
});

afterAll(async () => {
  await mesh.stop();
  removeStateFolder({ path: folder });
});

const node = (...args: readonly string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });

describe("after npm start", () => {
  it("the three printed lines work when pasted", () => {
    const lines = mesh.said.split("\n").filter((line) => line.trim().startsWith("curl "));
    expect(lines).toHaveLength(3);
    const [products, customer, balance] = lines.map((line) =>
      JSON.parse(execFileSync("bash", ["-c", line], { encoding: "utf8" })),
    );
    expect(products.products.map((product: { name: string }) => product.name)).toEqual([
      "products/conta-corrente",
      "products/conta-garantida",
    ]);
    expect(customer.name).toMatch(/^customers\//);
    expect(balance.lines.every((line: { balanced: boolean }) => line.balanced)).toBe(true);
  });

  it("the demo tells its story in under a minute, for three countries, and proves the books", () => {
    const { status, stdout, stderr } = node("deploy/demo/demo.ts", "--state", folder);
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringMatching(/Error/) });
    for (const promised of [
      "Banco Ipê",
      "Banco Ahuehuete",
      "Banco Ceiba",
      "INSUFFICIENT_FUNDS",
      "REQUEST_ID_REUSED",
      "TAX_IDENTIFIER_INVALID",
      "same operation true",
      "statement of",
      "heard",
    ]) {
      expect(stdout).toContain(promised);
    }
    expect(stdout.match(/proof: ledger/g)).toHaveLength(3);
  });

  it("the second act swaps vendors without a failed call, loses one, and finds a difference in the shadow", async () => {
    await mesh.saidThat(/vendors: .*biometrics\/face-api, biometrics\/human.*cards\/native/, 120_000);
    const { status, stdout, stderr } = node("deploy/demo/demo.ts", "vendors", "--state", folder);
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringMatching(/Error/) });
    expect(stdout).toMatch(/bound to human in \d+ ms/);
    expect(stdout).toMatch(/killed human \(kill -9\): face-api stands in/);
    expect(stdout).toMatch(/\d+ answered, 0 failed/);
    expect(stdout).toMatch(/native would have answered otherwise/);
  }, 300_000);

  it("a second start on the same state says that one runs", () => {
    const { status, stderr } = node("deploy/embedded/start.ts", "--state", folder, "--port", "0");
    expect(status).toBe(1);
    expect(stderr).toContain(`a mesh runs on ${folder} already`);
  });

  it("reset refuses while the mesh runs", () => {
    const { status, stderr } = node("deploy/embedded/reset.ts", "--state", folder);
    expect(status).toBe(1);
    expect(stderr).toContain("stop it first");
  });

  it("the pages are there", async () => {
    for (const path of ["/docs", "/openapi.json", "/healthz", "/readyz"]) {
      expect({ path, status: (await fetch(`${mesh.running.edgeUrl}${path}`)).status }).toEqual({ path, status: 200 });
    }
  });
});

it("what was there before a stop is there after the next start", async () => {
  const token = readFileSync(join(folder, "tokens/banco-ipe.jwt"), "utf8");
  const read = async () =>
    (
      await fetch(`${mesh.running.edgeUrl}/v1/ledger/trialBalance`, { headers: { authorization: `Bearer ${token}` } })
    ).json();
  const before = await read();
  await mesh.stop();
  mesh = await startAsUser(folder);
  expect(await read()).toEqual(before);
}, 120_000);

it.each([
  "deploy/embedded/start.ts",
  "deploy/embedded/reset.ts",
  "deploy/embedded/token.ts",
  "deploy/demo/demo.ts",
  "deploy/check.ts",
  "deploy/gen.ts",
  "deploy/test.ts",
  "bench/mesh.ts",
])("%s explains itself with --help", (program) => {
  const { status, stdout } = node(program, "--help");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^npm run|^npm start|^npm test/);
});

it("a wrong setting is named in one line, with what was expected", () => {
  const { status, stderr } = spawnSync(process.execPath, ["services/products/main.ts"], {
    cwd: root,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], MALLA_LISTEN: "nowhere" },
  });
  expect(status).toBe(2);
  expect(stderr).toContain("MALLA_LISTEN=nowhere is wrong: expected host:port, e.g. 127.0.0.1:7001");
  expect(stderr).toContain("MALLA_DATABASE_URL is not set");
});
