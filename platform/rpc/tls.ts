/** Mutually authenticated TLS between services: a certificate's SPIFFE id says which service or vendor is at the other end. */

import { readFileSync } from "node:fs";
import type { DetailedPeerCertificate, PeerCertificate } from "node:tls";
import { ChannelCredentials, ServerCredentials } from "@grpc/grpc-js";

/** SPIFFE ids of services and of vendors, in any trust domain (SPIFFE-ID, section 2). */
const SERVICE_ID = /^URI:spiffe:\/\/[a-z0-9.-]+\/service\/([a-z-]+)$/;
const VENDOR_ID = /^URI:spiffe:\/\/[a-z0-9.-]+\/vendor\/([a-z]+\/[a-z][a-z0-9-]*)$/;

/** The files of one service's identity, PEM. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

/**
 * Name of the peer that a certificate was issued to: "ledger" for a service, "kyc/native" for a vendor; undefined where it
 * names none or more than one.
 */
export function spiffePeer(certificate: PeerCertificate | DetailedPeerCertificate | undefined): string | undefined {
  const names = (certificate?.subjectaltname ?? "")
    .split(", ")
    .map((name) => (SERVICE_ID.exec(name) ?? VENDOR_ID.exec(name))?.[1])
    .filter((name) => name !== undefined);
  return names.length === 1 ? names[0] : undefined;
}

/** Credentials of a server that answers only peers with a certificate of the mesh. */
export function serverCredentials(files: TlsFiles): ServerCredentials {
  return ServerCredentials.createSsl(
    readFileSync(files.caFile),
    [{ cert_chain: readFileSync(files.certFile), private_key: readFileSync(files.keyFile) }],
    true,
  );
}

/** TLS of a client that talks only to the peer of that name. */
export function clientTls(files: TlsFiles, peer: string) {
  return {
    ca: readFileSync(files.caFile),
    key: readFileSync(files.keyFile),
    cert: readFileSync(files.certFile),
    checkServerIdentity: checkPeer(peer),
  };
}

/** The same as credentials of grpc-js. */
export function clientCredentials(files: TlsFiles, peer: string): ChannelCredentials {
  const { ca, key, cert, checkServerIdentity } = clientTls(files, peer);
  return ChannelCredentials.createSsl(ca, key, cert, { checkServerIdentity });
}

/** The host's name proves nothing in a mesh: the service's identity is what counts. */
function checkPeer(peer: string) {
  return (_host: string, certificate: PeerCertificate): Error | undefined =>
    spiffePeer(certificate) === peer
      ? undefined
      : new Error(`expected the peer ${peer}, found ${certificate.subjectaltname ?? "no name"}`);
}
