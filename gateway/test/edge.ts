/** An edge for tests: real tokens, real backends, in this process. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { inject } from "vitest";
import { tlsEnvironment } from "#platform/config/environment.ts";
import { testCertificate } from "#platform/testing/service.ts";
import { OWN_CAPABILITY, readContracts } from "../contracts.ts";
import { startGateway } from "../service.ts";

/** What a token says; what is not given is right. */
export interface TokenInit {
  readonly tenant?: string;
  readonly scope?: string;
  readonly audience?: string;
  readonly issuer?: string;
  readonly expiresIn?: string;
}

/** An edge that runs. */
export interface TestEdge {
  readonly url: string;
  readonly port: number;
  token(init?: TokenInit): Promise<string>;
  /** The same, signed by a key that nobody knows. */
  forgedToken(): Promise<string>;
  stop(): Promise<void>;
}

const ALL = "products.read products.write customers.read events.read accounts.read ledger.read notifications.read";
/** A port where nobody listens: the backends that a test does not need. */
const NOBODY = "127.0.0.1:9";

/** Starts an edge in front of the backends given by capability. */
export async function startTestEdge(
  backends: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<TestEdge> {
  const folder = mkdtempSync(join(tmpdir(), "malla-edge-"));
  const [keys, strangers] = await Promise.all([generateKeyPair("EdDSA"), generateKeyPair("EdDSA")]);
  const jwksFile = join(folder, "jwks.json");
  writeFileSync(jwksFile, JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), alg: "EdDSA" }] }));
  const { services } = readContracts(new URL("../../gen/malla.binpb", import.meta.url));
  const capabilities = [...services.keys()].filter((capability) => capability !== OWN_CAPABILITY);
  const addresses = capabilities.map((name) => [`MALLA_${name.toUpperCase()}_ADDRESS`, backends[name] ?? NOBODY]);
  const running = await startGateway({
    MALLA_LISTEN: "127.0.0.1:0",
    MALLA_NATS_URL: inject("natsUrl"),
    MALLA_JWKS_FILE: jwksFile,
    MALLA_TOKEN_ISSUER: "https://issuer.test",
    MALLA_TOKEN_AUDIENCE: "malla",
    MALLA_LOG_LEVEL: "error",
    ...tlsEnvironment(await testCertificate("gateway")),
    ...Object.fromEntries(addresses),
    ...env,
  });
  const sign = (key: Parameters<SignJWT["sign"]>[0], init: TokenInit) =>
    new SignJWT({ tenant: init.tenant ?? "banco-um", scope: init.scope ?? ALL })
      .setProtectedHeader({ alg: "EdDSA" })
      .setIssuer(init.issuer ?? "https://issuer.test")
      .setAudience(init.audience ?? "malla")
      .setSubject("tester")
      .setExpirationTime(init.expiresIn ?? "1h")
      .sign(key);
  return {
    url: `http://${running.listen}`,
    port: Number(running.listen.split(":")[1]),
    token: (init = {}) => sign(keys.privateKey, init),
    forgedToken: () => sign(strangers.privateKey, {}),
    async stop() {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An answer over REST. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
  /** google.rpc.ErrorInfo.reason of a failure. */
  readonly reason: string | undefined;
}

/** Sends a request as it is and reads the answer as JSON. */
export async function rest(url: string, init: RequestInit = {}): Promise<RestAnswer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const json = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  const details = (json["error"] as { details?: { reason?: string }[] } | undefined)?.details;
  return {
    status: response.status,
    headers: response.headers,
    json,
    reason: details?.find((detail) => detail.reason)?.reason,
  };
}

/** Sends bytes of one's own over HTTP/1.1 and gives the status. */
export function rawPost(
  port: number,
  path: string,
  headers: Record<string, string>,
  body: Uint8Array | string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, path, method: "POST", headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on("error", reject);
    request.end(body);
  });
}
