import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Failover } from "#gen/malla/options/v1/options_pb.js";
import { ProductSchema } from "#gen/malla/products/v1/product_pb.js";
import { errorInfoOf, rpcError } from "../errors/rpc-error.ts";
import { openTestCapability, type Products, type TestCapability } from "./testing/vendors.ts";
import { failedAttemptOf } from "./vendor-mesh.ts";

let here: TestCapability;
beforeEach(async () => {
  here = await openTestCapability({
    ListProducts: { failover: Failover.HARMLESS },
    RetireProduct: { failover: Failover.NEVER },
  });
});
afterEach(() => here.close());

/** A vendor that says its name. */
const named = (displayName: string, over: Products = {}): Products => ({
  getProduct: () => create(ProductSchema, { displayName }),
  listProducts: () => ({ products: [create(ProductSchema, { displayName })] }),
  createProduct: () => create(ProductSchema, { displayName }),
  retireProduct: () => create(ProductSchema, { displayName }),
  ...over,
});
const get = (timeoutMs?: number) =>
  here.mesh.begin(here.call(timeoutMs), here.contract.method.getProduct, "k", { name: "products/x" });
const list = (timeoutMs?: number) => here.mesh.begin(here.call(timeoutMs), here.contract.method.listProducts, "k", {});
const retire = () =>
  here.mesh.begin(here.call(), here.contract.method.retireProduct, "k", {
    name: "products/x",
    requestId: crypto.randomUUID(),
  });

/** Reason, and what is known of the vendor, of a call that must fail. */
async function failure(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => new Error("did not fail"),
    (thrown: unknown) => thrown,
  );
  const attempt = failedAttemptOf(error);
  const reason = error instanceof ConnectError ? errorInfoOf(error)?.reason : String(error);
  return `${reason}${attempt === undefined ? "" : ` ${attempt.vendor} ${attempt.outcome}`}`;
}

describe("work begins", () => {
  it("nowhere while nothing is bound, and the caller is told so", async () => {
    expect(await failure(get())).toBe("VENDOR_NOT_BOUND");
  });

  it("at the vendor that is bound, and stays where it began after a switch", async () => {
    await here.vendor("alpha", named("alpha"));
    await here.vendor("beta", named("beta"));
    await here.bind({ primaryVendor: "alpha" });
    await vi.waitFor(async () => expect((await get()).vendor).toBe("alpha"));
    await here.bind({ primaryVendor: "beta" });
    await vi.waitFor(async () => expect((await get()).response.displayName).toBe("beta"), 1_000);
    expect((await here.mesh.at("alpha", here.call()).getProduct({ name: "products/x" })).displayName).toBe("alpha");
  });

  it("elsewhere within a second of a switch, in every process, and no call fails over a hundred switches", async () => {
    await here.vendor("alpha", named("alpha"));
    await here.vendor("beta", named("beta"));
    await here.bind({ primaryVendor: "alpha" });
    const meshes = [here.mesh, await here.another(), await here.another()];
    const begin = (mesh: typeof here.mesh) =>
      mesh.begin(here.call(), here.contract.method.getProduct, "k", { name: "products/x" });
    await vi.waitFor(async () =>
      expect((await Promise.all(meshes.map(begin))).map(({ vendor }) => vendor)).toEqual(["alpha", "alpha", "alpha"]),
    );
    let isOver = false;
    let calls = 0;
    const load = meshes.flatMap((mesh) =>
      Array.from({ length: 4 }, async () => {
        while (!isOver) {
          await begin(mesh);
          calls += 1;
        }
      }),
    );
    const tookMs: number[] = [];
    for (let round = 0; round < 100; round++) {
      const primaryVendor = round % 2 === 0 ? "beta" : "alpha";
      const switched = performance.now();
      await here.bind({ primaryVendor });
      await vi.waitFor(
        async () =>
          expect((await Promise.all(meshes.map(begin))).every(({ vendor }) => vendor === primaryVendor)).toBe(true),
        { timeout: 5_000, interval: 1 },
      );
      tookMs.push(performance.now() - switched);
    }
    isOver = true;
    await Promise.all(load);
    expect(calls).toBeGreaterThan(100);
    // The middle one: a machine that is busy with other work may hold up any single one.
    expect(tookMs.sort((a, b) => a - b)[50]).toBeLessThan(1_000);
  }, 120_000);

  it("at the canary for its part of the keys", async () => {
    await here.vendor("alpha", named("alpha"));
    await here.vendor("beta", named("beta"));
    await here.bind({ primaryVendor: "alpha", canary: { vendor: "beta", percent: 30 } });
    await vi.waitFor(() => get());
    const taken: string[] = [];
    for (let key = 0; key < 200; key++) {
      const { vendor } = await here.mesh.begin(here.call(), here.contract.method.getProduct, `k${key}`, {
        name: "products/x",
      });
      taken.push(vendor);
    }
    const share = taken.filter((vendor) => vendor === "beta").length / taken.length;
    expect(share).toBeGreaterThan(0.18);
    expect(share).toBeLessThan(0.42);
  });
});

describe("a vendor that cannot be reached", () => {
  it("is stood in for, whatever the method, since it never had the call", async () => {
    await here.announce("alpha", "127.0.0.1:1");
    await here.vendor("beta", named("beta"));
    await here.bind({ primaryVendor: "alpha", failoverVendors: ["beta"] });
    await vi.waitFor(async () => expect((await get()).vendor).toBe("beta"));
  });

  it("is not stood in for where the method is known to one vendor only", async () => {
    await here.announce("alpha", "127.0.0.1:1");
    await here.vendor("beta", named("beta"));
    await here.bind({ primaryVendor: "alpha", failoverVendors: ["beta"] });
    await vi.waitFor(async () => expect(await failure(retire())).toBe("DEPENDENCY_UNAVAILABLE alpha not_begun"));
  });

  it("comes back into use when it is back: the breaker lets one call through", async () => {
    const alpha = await here.vendor("alpha", named("alpha"));
    await here.vendor("beta", named("beta"));
    await here.bind({ primaryVendor: "alpha", failoverVendors: ["beta"] });
    await vi.waitFor(async () => expect((await get()).vendor).toBe("alpha"));
    await alpha.stop();
    for (let call = 0; call < 20; call++) {
      expect((await get()).vendor).toBe("beta");
    }
    const state = () => here.mesh.states().find(({ vendor }) => vendor === "alpha");
    expect(state()?.breaker).toBe("open");
    expect(state()?.refused).toBeGreaterThan(0);
    await here.vendor("alpha", named("alpha"));
    await vi.waitFor(async () => expect((await get()).vendor).toBe("alpha"), 10_000);
    expect(state()?.breaker).toBe("closed");
  }, 20_000);

  it("is not reached where another vendor answers in its place with a certificate of its own", async () => {
    const beta = await here.vendor("beta", named("beta"));
    await here.announce("alpha", beta.address);
    await here.bind({ primaryVendor: "alpha" });
    await vi.waitFor(async () => expect(await failure(get())).toBe("DEPENDENCY_UNAVAILABLE alpha not_begun"));
  });
});

describe("a vendor that had the call", () => {
  const dies = () => {
    throw new ConnectError("gone", Code.Unavailable);
  };

  it("and broke off leaves it unknown, so that nobody stands in where that could do harm", async () => {
    await here.vendor("alpha", named("alpha", { createProduct: dies }));
    await here.vendor("beta", named("beta"));
    await here.bind({ primaryVendor: "alpha", failoverVendors: ["beta"] });
    const product = { displayName: "x", regionCode: "BR", currencyCode: "BRL" };
    const made = () =>
      here.mesh.begin(here.call(), here.contract.method.createProduct, "k", {
        product,
        productId: "conta",
        requestId: crypto.randomUUID(),
      });
    await vi.waitFor(async () => expect(await failure(made())).toBe("DEPENDENCY_UNAVAILABLE alpha unknown"));
  });

  it("and broke off is stood in for where the contract says that this is harmless", async () => {
    await here.vendor("alpha", named("alpha", { listProducts: dies }));
    await here.vendor("beta", named("beta"));
    await here.bind({ primaryVendor: "alpha", failoverVendors: ["beta"] });
    await vi.waitFor(async () => expect((await list()).vendor).toBe("beta"));
  });

  it("and hangs is stood in for in time, where that is harmless, and else leaves the call unknown", async () => {
    const hangs = () => new Promise<never>(() => {});
    await here.vendor("alpha", named("alpha", { listProducts: hangs, getProduct: hangs }));
    await here.vendor("beta", named("beta"));
    await here.bind({ primaryVendor: "alpha", failoverVendors: ["beta"] });
    await vi.waitFor(async () => expect((await list(1_000)).vendor).toBe("beta"), 5_000);
    expect(await failure(get(300))).toBe("DEADLINE_PASSED alpha unknown");
  });

  it("and refused has said the last word", async () => {
    const refuses = () => {
      throw rpcError({ code: Code.NotFound, reason: "PRODUCT_NOT_FOUND", domain: "products.malla", message: "none" });
    };
    await here.vendor("alpha", named("alpha", { listProducts: refuses }));
    await here.vendor("beta", named("beta"));
    await here.bind({ primaryVendor: "alpha", failoverVendors: ["beta"] });
    await vi.waitFor(async () => expect(await failure(list())).toBe("PRODUCT_NOT_FOUND alpha refused"));
  });

  it("and answers with a value that the contract does not know is not believed", async () => {
    await here.vendor("alpha", named("alpha", { getProduct: () => create(ProductSchema, { state: 77 as 0 }) }));
    await here.bind({ primaryVendor: "alpha" });
    await vi.waitFor(async () => expect(await failure(get())).toBe("VENDOR_ANSWER_INVALID alpha unknown"));
  });
});
