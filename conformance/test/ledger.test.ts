/** The native ledger through malla-conformance as a process: TLS both ways, its events on NATS, no GetCapabilities. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { TlsFiles } from "#platform/rpc/tls.ts";
import { startTestService, type TestService, testCertificate } from "#platform/testing/service.ts";
import { ledgerProgram } from "../../services/ledger/service.ts";

const program = fileURLToPath(new URL("../main.ts", import.meta.url));

let service: TestService;
let kit: TlsFiles;

beforeAll(async () => {
  service = await startTestService(ledgerProgram);
  kit = await testCertificate("gateway");
});
afterAll(() => service.stop());

function run(...more: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const args = [program, "--capability", "ledger", "--endpoint", service.address, "--tls-ca", kit.caFile, ...more];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

const identity = () => ["--tls-cert", kit.certFile, "--tls-key", kit.keyFile];

it("is conformant; what only someone who restarts it can see is skipped, and said so", {
  timeout: 240_000,
}, async () => {
  const { code, stdout } = await run(
    ...identity(),
    ...["--peer", "ledger", "--param", "vendor=native", "--param", `nats_url=${inject("natsUrl")}`],
    "--timeout=120",
  );
  expect(stdout).toMatch(/ledger\/native 0: \d+ passed, 0 failed, 0 of features not advertised, 2 not run/);
  expect(stdout).toMatch(/SKIP {2}LEDGER-028: .*\n +not run: needs --param stop_command, start_command/);
  expect(stdout).toContain("level: conformant");
  expect(code).toBe(0);
});

it.each([
  [
    "another server than the one that was meant",
    () => [...identity(), "--peer", "accounts"],
    /is ledger, not accounts/,
  ],
  ["no certificate where the vendor asks for one", () => ["--peer", "ledger"], /cannot be asked what it can do/],
])("%s is told at once", async (_what, more, said) => {
  const { code, stderr } = await run(...more(), "--call-timeout", "5");
  expect(stderr).toMatch(said);
  expect(code).toBe(3);
});
