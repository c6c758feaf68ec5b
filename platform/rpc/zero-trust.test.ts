/** What stands between a service and whoever can reach its port. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { ChannelCredentials, Client, type Client as GrpcClient, Metadata, status } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ListProductsRequestSchema, ProductsService } from "#gen/malla/products/v1/products_service_pb.js";
import { productsProgram } from "../../services/products/service.ts";
import { openPki } from "../embedded/pki.ts";
import { openStateFolder } from "../embedded/state-folder.ts";
import { startTestService, type TestService, testCertificate } from "../testing/service.ts";
import { clientCredentials, type TlsFiles } from "./tls.ts";

const foreign = mkdtempSync(join(tmpdir(), "malla-foreign-"));
let service: TestService;

beforeAll(async () => {
  service = await startTestService(productsProgram, {
    env: { MALLA_PEER_SCOPES: "gateway=*;accounts=products.read" },
  });
});

afterAll(async () => {
  await service.stop();
  rmSync(foreign, { recursive: true, force: true });
});

interface RawCall {
  readonly credentials: ChannelCredentials;
  readonly bytes?: Uint8Array;
  readonly method?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** null: without one. */
  readonly deadlineMs?: number | null;
}

const listBytes = toBinary(ListProductsRequestSchema, create(ListProductsRequestSchema));
const asTenant = { "malla-tenant": "banco-ipe", "malla-scopes": "products.read products.write" };

/** Calls without any of our client code, and gives the gRPC status name. */
async function call({
  credentials,
  bytes = listBytes,
  method = "ListProducts",
  metadata = asTenant,
  deadlineMs = 3_000,
}: RawCall) {
  const client: GrpcClient = new Client(service.address, credentials, { "grpc.ssl_target_name_override": "localhost" });
  const headers = new Metadata();
  for (const [key, value] of Object.entries(metadata)) {
    headers.set(key, value);
  }
  try {
    return await new Promise<string>((resolve) => {
      client.makeUnaryRequest(
        `/${ProductsService.typeName}/${method}`,
        (request: Uint8Array) => Buffer.from(request),
        (response: Buffer) => response,
        bytes,
        headers,
        deadlineMs === null ? {} : { deadline: Date.now() + deadlineMs },
        (error) => resolve(error === null ? "OK" : (status[error.code] ?? "")),
      );
    });
  } finally {
    client.close();
  }
}

const as = async (name: string) => clientCredentials(await testCertificate(name), "products");

describe("a peer", () => {
  it("of the mesh with a grant is served", async () => {
    expect(await call({ credentials: await as("gateway") })).toBe("OK");
  });

  it("without a certificate gets no answer from a handler", async () => {
    expect(await call({ credentials: ChannelCredentials.createInsecure() })).not.toBe("OK");
    const { caFile } = await testCertificate("gateway");
    expect(await call({ credentials: ChannelCredentials.createSsl(readFileSync(caFile)) })).not.toBe("OK");
  });

  it("with a certificate of a foreign authority gets no answer from a handler", async () => {
    const pki = await openPki(openStateFolder(foreign));
    const own = await testCertificate("gateway");
    const forged: TlsFiles = { ...(await pki.issueServiceCertificate("gateway")), caFile: own.caFile };
    expect(await call({ credentials: clientCredentials(forged, "products") })).not.toBe("OK");
  });

  it("of the mesh without a grant is refused, whatever it asserts", async () => {
    expect(await call({ credentials: await as("notifications") })).toBe("PERMISSION_DENIED");
  });

  it("cannot assert more than its grant", async () => {
    expect(await call({ credentials: await as("accounts") })).toBe("OK");
    expect(await call({ credentials: await as("accounts"), method: "RetireProduct" })).toBe("PERMISSION_DENIED");
  });

  it("asserting no tenant, or one that is none, is refused", async () => {
    expect(await call({ credentials: await as("gateway"), metadata: {} })).toBe("PERMISSION_DENIED");
    expect(await call({ credentials: await as("gateway"), metadata: { ...asTenant, "malla-tenant": "a.b>*" } })).toBe(
      "PERMISSION_DENIED",
    );
  });

  it("is not talked to when it is another service than expected", async () => {
    expect(await call({ credentials: clientCredentials(await testCertificate("gateway"), "ledger") })).toBe(
      "UNAVAILABLE",
    );
  });
});

describe("a call", () => {
  it("without a deadline is refused", async () => {
    expect(await call({ credentials: await as("gateway"), deadlineMs: null })).toBe("INVALID_ARGUMENT");
  });

  it.each([
    ["truncated", Uint8Array.of(0x0a, 0xff)],
    ["of the wrong wire type", Uint8Array.of(0x0f, 0x01)],
    ["with bad UTF-8", Uint8Array.of(0x12, 0x02, 0xc3, 0x28)],
    ["with a huge length prefix", Uint8Array.of(0x12, 0xff, 0xff, 0xff, 0xff, 0x07)],
  ])("with bytes %s is the caller's mistake", async (_what, bytes) => {
    expect(await call({ credentials: await as("gateway"), bytes })).toBe("INVALID_ARGUMENT");
  });

  it("with more bytes than allowed is refused before it is read", async () => {
    expect(await call({ credentials: await as("gateway"), bytes: new Uint8Array(9 * 1024 * 1024) })).toBe(
      "RESOURCE_EXHAUSTED",
    );
  });
});
