/** Binds the demo tenants to vendors, through the edge as an operator would. What somebody bound before is left alone. */
import { randomUUID } from "node:crypto";
import { pause } from "#platform/lifecycle/pause.ts";
import { type EdgeClient, EdgeError, type Json, openEdgeClientOfToken } from "../demo/edge-client.ts";
import type { Mesh } from "./mesh.ts";

/** Vendors of each capability in the order of preference: the first that runs serves, the others stand in for it. */
const PREFERRED: Readonly<Record<string, readonly string[]>> = {
  biometrics: ["face-api", "human"],
  cards: ["native", "iso8583"],
  kyc: ["native", "watchman"],
};
/** Longest wait until vendors that run have registered, and the pause between two looks, in milliseconds. */
const REGISTERED_MS = 30_000;
const LOOK_MS = 200;

/** Waits until the vendors that run are registered, then binds the tenants that there is a token for. */
export async function bindVendors(
  mesh: Pick<Mesh, "edgeUrl" | "vendors">,
  tokens: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const running = [...mesh.vendors.running.keys()];
  const edges = [...tokens.values()].map((token) => openEdgeClientOfToken(mesh.edgeUrl, token));
  const [first] = edges;
  if (first === undefined || running.length === 0) {
    return;
  }
  await registered(
    running,
    signal,
    async () => ((await first.get("/v1/vendors?pageSize=1000"))["vendors"] ?? []) as Json[],
  );
  for (const [capability, preferred] of Object.entries(PREFERRED)) {
    const [primaryVendor, ...failoverVendors] = preferred.filter((name) => running.includes(`${capability}/${name}`));
    if (primaryVendor !== undefined) {
      const binding = { primaryVendor, failoverVendors };
      await Promise.all(edges.map((edge) => bindOnce(edge, `bindings/${capability}`, binding)));
    }
  }
}

async function registered(
  names: readonly string[],
  signal: AbortSignal,
  list: () => Promise<readonly Json[]>,
): Promise<void> {
  for (const until = Date.now() + REGISTERED_MS; ; ) {
    const active = (await list()).filter(({ state }) => state === "STATE_ACTIVE").map(({ name }) => String(name));
    const missing = names.filter((name) => !active.includes(`vendors/${name}`));
    if (missing.length === 0) {
      return;
    }
    if (Date.now() > until) {
      throw new Error(`${missing.join(", ")} did not register within ${REGISTERED_MS / 1000} s; see their logs`);
    }
    await pause(LOOK_MS, signal);
    signal.throwIfAborted();
  }
}

async function bindOnce(edge: EdgeClient, name: string, binding: Json): Promise<void> {
  try {
    await edge.get(`/v1/${name}`);
  } catch (error) {
    if (!(error instanceof EdgeError) || error.reason !== "BINDING_NOT_FOUND") {
      throw error;
    }
    await edge.put(`/v1/${name}`, { binding, reason: "the first vendors of the demo" }, randomUUID());
  }
}
