import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { afterAll, expect, it } from "vitest";
import type { TlsFiles } from "../rpc/tls.ts";
import { openPki } from "./pki.ts";
import { openStateFolder } from "./state-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "malla-pki-"));
const state = openStateFolder(folder);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = ({ certFile, keyFile, caFile }: TlsFiles) => ({
  cert: readFileSync(certFile),
  key: readFileSync(keyFile),
  ca: readFileSync(caFile),
});

it("two services of one authority authenticate each other, by the names in their certificates", async () => {
  const pki = await openPki(state);
  const [ledger, accounts] = await Promise.all(["ledger", "accounts"].map((name) => pki.issueServiceCertificate(name)));
  if (ledger === undefined || accounts === undefined) {
    throw new Error("no certificates");
  }
  const server = createServer({ ...load(ledger), requestCert: true, rejectUnauthorized: true }, (socket) => {
    socket.end(socket.getPeerCertificate().subjectaltname ?? "");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const client = connect({ ...load(accounts), host: "127.0.0.1", port, rejectUnauthorized: true });
  const [peers] = await once(client, "data");
  expect(String(peers)).toContain("URI:spiffe://malla.local/service/accounts");
  expect(client.getPeerCertificate().subjectaltname).toBe(
    "URI:spiffe://malla.local/service/ledger, DNS:localhost, IP Address:127.0.0.1",
  );
  client.destroy();
  server.close();
});

it("a certificate that lasts is kept, and nobody else may read its key", async () => {
  const first = await (await openPki(state)).issueServiceCertificate("kept");
  const before = readFileSync(first.certFile, "utf8");
  const second = await (await openPki(state)).issueServiceCertificate("kept");
  expect(readFileSync(second.certFile, "utf8")).toBe(before);
  expect(statSync(second.keyFile).mode & 0o777).toBe(0o600);
});

it("many that open a new folder at once get certificates of one authority", async () => {
  const fresh = openStateFolder(join(folder, "fresh"));
  const authorities = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      const { caFile } = await (await openPki(fresh)).issueServiceCertificate(`service${index}`);
      return readFileSync(caFile, "utf8");
    }),
  );
  expect(new Set(authorities).size).toBe(1);
}, 20_000);
