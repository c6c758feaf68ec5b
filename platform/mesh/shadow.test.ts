import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Product_State, ProductSchema } from "#gen/malla/products/v1/product_pb.js";
import { rpcError } from "../errors/rpc-error.ts";
import type { SeenDifference } from "./shadow.ts";
import { openTestCapability, type Products, type TestCapability } from "./testing/vendors.ts";

let here: TestCapability;
let seen: SeenDifference[];
beforeEach(async () => {
  seen = [];
  here = await openTestCapability({}, (difference) => seen.push(difference));
});
afterEach(() => here.close());

const get = () => here.mesh.begin(here.call(), here.contract.method.getProduct, "k", { name: "products/x" });
const answering = (product: object) => ({ getProduct: vi.fn(() => create(ProductSchema, product)) });
const refuses = () => {
  throw rpcError({ code: Code.NotFound, reason: "PRODUCT_NOT_FOUND", domain: "products.malla", message: "none" });
};

async function shadowed(alpha: Products, beta: Products): Promise<void> {
  await here.vendor("alpha", alpha);
  await here.vendor("beta", beta);
  await here.bind({ primaryVendor: "alpha", shadow: { vendor: "beta" } });
}

describe("a shadow", () => {
  it("gets a copy, and a planted difference is found and told, and nothing else happens", async () => {
    const beta = answering({ displayName: "b", version: 1n });
    await shadowed(answering({ displayName: "a", version: 1n }), beta);
    await vi.waitFor(async () => expect((await get()).response.displayName).toBe("a"));
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    expect(seen[0]).toEqual({
      tenant: "bank",
      vendor: "alpha",
      shadowVendor: "beta",
      method: "malla.products.v1.ProductsService/GetProduct",
      fields: [{ path: "display_name", value: '"a"', shadowValue: '"b"' }],
    });
    expect(beta.getProduct).toHaveBeenCalledTimes(1);
  });

  it("that answers the same is not told of", async () => {
    const beta = answering({ displayName: "a", state: Product_State.ACTIVE });
    await shadowed(answering({ displayName: "a", state: Product_State.ACTIVE }), beta);
    await vi.waitFor(() => get());
    await vi.waitFor(() => expect(beta.getProduct).toHaveBeenCalled());
    await vi.waitFor(() => expect(here.mesh.states().find(({ vendor }) => vendor === "beta")?.underWay).toBe(0));
    expect(seen).toEqual([]);
  });

  it("that refuses what was answered, or answers what was refused, differs", async () => {
    await shadowed({ getProduct: refuses }, answering({}));
    await vi.waitFor(async () => {
      await get().catch(() => {});
      expect(seen[0]?.fields).toEqual([{ path: "(status)", value: "NotFound", shadowValue: "OK" }]);
    });
  });

  it("that hangs, is out or answers nonsense keeps nobody waiting and fails nobody", async () => {
    await shadowed(answering({ displayName: "a" }), { getProduct: () => new Promise(() => {}) });
    await vi.waitFor(() => get());
    const started = performance.now();
    await Promise.all(Array.from({ length: 100 }, get));
    await here.announce("beta", "127.0.0.1:1");
    await Promise.all(Array.from({ length: 100 }, get));
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(seen).toEqual([]);
  });
});
