/** A certificate of 127.0.0.1 and localhost, by an authority made for it alone. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPki } from "#platform/embedded/pki.ts";
import { openStateFolder } from "#platform/embedded/state-folder.ts";

/** Its files, and what is in them. */
export interface TestCertificate {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Arguments by which the program serves TLS. */
  readonly args: readonly string[];
  remove(): void;
}

/** Makes it. */
export async function makeCertificate(): Promise<TestCertificate> {
  const folder = mkdtempSync(join(tmpdir(), "malla-certificate-"));
  const { caFile, certFile, keyFile } = await (await openPki(openStateFolder(folder))).issueServiceCertificate("edge");
  return {
    caFile,
    certFile,
    keyFile,
    ca: readFileSync(caFile),
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    args: ["--tls-cert", certFile, "--tls-key", keyFile],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
