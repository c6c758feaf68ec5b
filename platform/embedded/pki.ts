/** A certificate authority for development: it gives every service the certificate that says its name. */
import { webcrypto } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import "reflect-metadata"; // @peculiar/x509 asks for it
import * as x509 from "@peculiar/x509";
import type { TlsFiles } from "../rpc/tls.ts";
import { exclusively } from "./exclusively.ts";
import type { StateFolder } from "./state-folder.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;
/** Life of a service's certificate, in days; made anew when less than a third is left. */
const SERVICE_DAYS = 90;
const RENEW_DAYS = 30;
const AUTHORITY_DAYS = 3_650;

/** An authority that issues. */
export interface Pki {
  /** Files of the named service's certificate, made or renewed when needed: spiffe://malla.local/service/<name>. */
  issueServiceCertificate(name: string): Promise<TlsFiles>;
  /** The same for a vendor: spiffe://malla.local/vendor/<capability>/<vendor>. */
  issueVendorCertificate(capability: string, vendor: string): Promise<TlsFiles>;
}

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

/** Opens the authority of a state folder, and makes it the first time. */
export async function openPki(state: StateFolder): Promise<Pki> {
  const caFile = join(state.pki, "ca.crt");
  // Tests and programs open the same folder at the same time; a certificate and its key must be of one making.
  const alone = <Result>(work: () => Promise<Result>) => exclusively(join(state.pki, "lock"), work);
  const authority = await alone(() => openAuthority(caFile, join(state.pki, "ca.key")));
  const issueOnce = async (fileName: string, path: string) => {
    const files: TlsFiles = {
      caFile,
      certFile: join(state.pki, `${fileName}.crt`),
      keyFile: join(state.pki, `${fileName}.key`),
    };
    await alone(async () => {
      if (!isFresh(files.certFile) || !existsSync(files.keyFile)) {
        await issue(authority, path, files);
      }
    });
    return files;
  };
  return {
    issueServiceCertificate: (name) => issueOnce(name, `service/${name}`),
    issueVendorCertificate: (capability, vendor) =>
      issueOnce(`${capability}--${vendor}`, `vendor/${capability}/${vendor}`),
  };
}

async function openAuthority(certFile: string, keyFile: string): Promise<Authority> {
  if (existsSync(certFile) && existsSync(keyFile)) {
    return { certificate: new x509.X509Certificate(readFileSync(certFile, "utf8")), key: await importKey(keyFile) };
  }
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=Malla development authority",
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + AUTHORITY_DAYS * DAY_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  await writeKey(keyFile, keys.privateKey);
  writeWhole(certFile, certificate.toString("pem"), 0o644);
  return { certificate, key: keys.privateKey };
}

async function issue(authority: Authority, path: string, files: TlsFiles): Promise<void> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${path}`,
    issuer: authority.certificate.subject,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + SERVICE_DAYS * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: authority.key,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: "url", value: `spiffe://malla.local/${path}` },
        { type: "dns", value: "localhost" },
        { type: "ip", value: "127.0.0.1" },
      ]),
    ],
  });
  await writeKey(files.keyFile, keys.privateKey);
  writeWhole(files.certFile, certificate.toString("pem"), 0o644);
}

function isFresh(certFile: string): boolean {
  if (!existsSync(certFile)) {
    return false;
  }
  const { notAfter } = new x509.X509Certificate(readFileSync(certFile, "utf8"));
  return notAfter.getTime() - Date.now() > RENEW_DAYS * DAY_MS;
}

async function importKey(file: string): Promise<webcrypto.CryptoKey> {
  const der = x509.PemConverter.decodeFirst(readFileSync(file, "utf8"));
  return webcrypto.subtle.importKey("pkcs8", der, ALGORITHM, true, ["sign"]);
}

async function writeKey(file: string, key: webcrypto.CryptoKey): Promise<void> {
  const der = await webcrypto.subtle.exportKey("pkcs8", key);
  writeWhole(file, x509.PemConverter.encode(der, "PRIVATE KEY"), 0o600);
}

/** Readers see the old file or the new one, never half of one. */
function writeWhole(file: string, content: string, mode: number): void {
  const scratch = `${file}.${process.pid}.${Math.trunc(performance.now() * 1000)}`;
  writeFileSync(scratch, content, { mode });
  renameSync(scratch, file);
}
