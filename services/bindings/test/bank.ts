/** The bindings service with vendors, as tests need them: real processes' parts in this one. */
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { exportJWK, generateKeyPair } from "jose";
import { inject } from "vitest";
import type { BindingSchema } from "#gen/malla/bindings/v1/binding_pb.js";
import { BindingsService } from "#gen/malla/bindings/v1/bindings_service_pb.js";
import { CardsProviderService } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { type ConformanceClaims, signCertificate } from "#platform/mesh/certificate.ts";
import { startTestService, type TestService, type TestServiceOptions } from "#platform/testing/service.ts";
import { startTestVendor } from "#platform/testing/vendor.ts";
import { bindingsProgram } from "../service.ts";

/** Scopes of whom these tests play. */
const PEER_SCOPES = "gateway=*;cards=bindings.report,bindings.read;cards/*=bindings.register";

let names = 0;

/** A name that no other vendor or tenant of the run has. */
export function newName(kind: string): string {
  return `${kind}-${process.pid}-${names++}`;
}

/** Starts the service. */
export function startBindings(options: TestServiceOptions = {}): Promise<TestService> {
  return startTestService(bindingsProgram, { ...options, env: { MALLA_PEER_SCOPES: PEER_SCOPES, ...options.env } });
}

/** Starts a vendor of cards that registers. */
export async function startVendorOf(service: Pick<TestService, "address">, vendor: string, env: object = {}) {
  const implementation: Partial<ServiceImpl<typeof CardsProviderService>> = {
    getCapabilities: () => ({ capability: "cards", vendor, version: "1.0.0", features: ["cards.pin"] }),
  };
  return startTestVendor(
    {
      capability: "cards",
      vendor,
      service: CardsProviderService,
      settings: {},
      // What is missing answers UNIMPLEMENTED.
      open: () => ({ implementation: implementation as ServiceImpl<typeof CardsProviderService> }),
    },
    { env: { MALLA_BINDINGS_ADDRESS: service.address, ...env } },
  );
}

/** An operator of a tenant. */
export function operator(service: TestService, tenant: string) {
  const client = service.client(BindingsService, { tenant });
  return {
    ...client,
    client,
    bind: (terms: MessageInitShape<typeof BindingSchema>, requestId: string = randomUUID()) =>
      client.setBinding({ binding: { name: "bindings/cards", ...terms }, reason: "a test", requestId }),
  };
}

/** A conformance kit: signs certificates, and tells the key that they are checked with. */
export async function openKit() {
  const { publicKey, privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const file = join(inject("stateFolder"), `${newName("kit")}.json`);
  writeFileSync(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "kit" }] }));
  const claims: Omit<ConformanceClaims, "vendor"> = {
    capability: "cards",
    version: "1.0.0",
    features: ["cards.pin"],
    level: "certified",
    contract: `sha256:${"0".repeat(64)}`,
    kit: "1.0.0",
    clauses: { passed: 1, failed: 0, notApplicable: 0, skipped: 0 },
  };
  return {
    keysFile: file,
    certify: (vendor: string, over: Partial<ConformanceClaims> = {}, issued = new Date()) =>
      signCertificate({ ...claims, vendor, ...over }, privateKey, { keyId: "kit", now: issued, days: 1 }),
  };
}
