/** A vendor as the mesh sees it: in this process, with a certificate of its own, through real authenticated gRPC. */
import type { DescService } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { inject } from "vitest";
import type { z } from "zod";
import { databaseEnvironment, tlsEnvironment } from "../config/environment.ts";
import { openPki } from "../embedded/pki.ts";
import { ensureServiceDatabase, type ServiceDatabaseUrls } from "../embedded/service-database.ts";
import { openStateFolder } from "../embedded/state-folder.ts";
import { startVendor, type VendorProgram } from "../lifecycle/vendor.ts";
import { openMeshClient } from "../rpc/mesh-client.ts";
import type { TlsFiles } from "../rpc/tls.ts";
import { type TestCaller, testCall, testCertificate } from "./service.ts";

/** A vendor that runs for a test. */
export interface TestVendor<Service extends DescService> {
  /** "127.0.0.1:port". */
  readonly address: string;
  /** A client that speaks as the capability's service does. */
  client(caller: TestCaller): Client<Service>;
  stop(): Promise<void>;
}

/** How to start it. */
export interface TestVendorOptions {
  /** Settings besides those every vendor has, and any that override them. */
  readonly env?: Readonly<Record<string, string>>;
  /** Database of its own, where the vendor has one. */
  readonly database?: ServiceDatabaseUrls;
}

let databases = 0;

/** A fresh database for a vendor of the run. */
export function testDatabase(name: string): Promise<ServiceDatabaseUrls> {
  const unique = `${name.replaceAll(/[^a-z0-9]/g, "_")}_${process.pid}_v${databases++}`;
  return ensureServiceDatabase(inject("postgresUrl"), unique, () => "test");
}

/** Certificate files for a vendor, from the run's own authority. */
export async function testVendorCertificate(capability: string, vendor: string): Promise<TlsFiles> {
  const pki = await openPki(openStateFolder(inject("stateFolder")));
  return pki.issueVendorCertificate(capability, vendor);
}

/** Starts a vendor. */
export async function startTestVendor<Service extends DescService, Shape extends z.ZodRawShape>(
  program: VendorProgram<Service, Shape>,
  options: TestVendorOptions = {},
): Promise<TestVendor<Service>> {
  const { capability, vendor, service } = program;
  const running = await startVendor(program, {
    MALLA_LISTEN: "127.0.0.1:0",
    MALLA_LOG_LEVEL: "error",
    MALLA_PEER_SCOPES: `${capability}=*;conformance=*`,
    ...tlsEnvironment(await testVendorCertificate(capability, vendor)),
    ...(options.database === undefined ? {} : databaseEnvironment(options.database)),
    ...options.env,
  });
  const client = openMeshClient(service, {
    peer: `${capability}/${vendor}`,
    address: running.listen,
    tls: await testCertificate(capability),
  });
  return {
    address: running.listen,
    client: (caller) =>
      // The deadline is the call's, so each call of a long test gets a new one.
      new Proxy({} as Client<Service>, {
        get: (_target, method) => Reflect.get(client.for(testCall(caller)), method),
      }),
    async stop() {
      client.close();
      await running.close();
    },
  };
}
