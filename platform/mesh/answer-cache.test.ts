import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CacheRulesSchema } from "#gen/malla/options/v1/options_pb.js";
import { ProductSchema } from "#gen/malla/products/v1/product_pb.js";
import { openTestCapability, type TestCapability } from "./testing/vendors.ts";

let here: TestCapability;
const cache = (over: object = {}) => create(CacheRulesSchema, { maxAge: { seconds: 60n }, ...over });
beforeEach(async () => {
  here = await openTestCapability({
    GetProduct: { cache: cache() },
    ListProducts: { cache: cache({ isSharedByTenants: true }) },
    RetireProduct: { cache: cache({ maxAge: { nanos: 50_000_000 } }) },
  });
});
afterEach(() => here.close());

/** A vendor that numbers its answers. */
function counting() {
  let answers = 0;
  const next = () => create(ProductSchema, { version: BigInt(++answers) });
  return {
    getProduct: vi.fn(next),
    listProducts: vi.fn(() => ({ products: [next()] })),
    retireProduct: vi.fn(next),
  };
}
const { getProduct, listProducts, retireProduct } = {
  getProduct: (mesh = here.mesh, call = here.call()) =>
    mesh.begin(call, here.contract.method.getProduct, "k", { name: "products/x" }),
  listProducts: (call = here.call()) => here.mesh.begin(call, here.contract.method.listProducts, "k", {}),
  retireProduct: () =>
    here.mesh.begin(here.call(), here.contract.method.retireProduct, "k", {
      name: "products/x",
      requestId: "0192f0c1-7a00-7000-8000-000000000001",
    }),
};
const versionOf = async (answer: ReturnType<typeof getProduct>) => (await answer).response.version;

async function bound() {
  const alpha = counting();
  await here.vendor("alpha", alpha);
  await here.bind({ primaryVendor: "alpha" });
  await vi.waitFor(() => getProduct());
  return alpha;
}

describe("an answer that may be kept", () => {
  it("is given again to an equal request, and not to another", async () => {
    const alpha = await bound();
    expect(await versionOf(getProduct())).toBe(1n);
    const other = here.mesh.begin(here.call(), here.contract.method.getProduct, "k", { name: "products/y" });
    expect((await other).response.version).toBe(2n);
    expect((await here.mesh.at("alpha", here.call()).getProduct({ name: "products/x" })).version).toBe(1n);
    expect(alpha.getProduct).toHaveBeenCalledTimes(2);
  });

  it("is asked for once, however many want it at a time", async () => {
    const alpha = await bound();
    const many = Array.from({ length: 200 }, () =>
      here.mesh.begin(here.call(), here.contract.method.getProduct, "k", { name: "products/z" }),
    );
    expect(new Set((await Promise.all(many)).map(({ response }) => response.version)).size).toBe(1);
    expect(alpha.getProduct).toHaveBeenCalledTimes(2);
  });

  it("is shared with other processes, and forgotten in all of them at once", async () => {
    const alpha = await bound();
    const other = await here.another();
    await vi.waitFor(async () => expect(await versionOf(getProduct(other))).toBe(1n));
    expect(alpha.getProduct).toHaveBeenCalledTimes(1);
    await here.mesh.forget("alpha", here.contract.method.getProduct);
    await vi.waitFor(async () => expect(await versionOf(getProduct(other))).toBeGreaterThan(1n));
    // Both forgot; whoever asks first after that, the other may have asked too.
    expect(await versionOf(getProduct())).toBeGreaterThan(1n);
  });

  it("is one tenant's, unless the contract says that it is the same for all", async () => {
    const alpha = await bound();
    const other = { ...here.call(), tenant: "other" };
    await here.bind({ primaryVendor: "alpha" }, "other");
    await vi.waitFor(async () => expect(await versionOf(getProduct(here.mesh, other))).toBe(2n));
    await listProducts();
    await listProducts(other);
    expect(alpha.listProducts).toHaveBeenCalledTimes(1);
  });

  it("is not given again when it is too old", async () => {
    const alpha = await bound();
    await retireProduct();
    await vi.waitFor(async () => {
      await retireProduct();
      expect(alpha.retireProduct.mock.calls.length).toBeGreaterThan(1);
    });
  });

  it("of the vendor before is not given after a switch", async () => {
    await bound();
    const beta = counting();
    await here.vendor("beta", beta);
    await here.bind({ primaryVendor: "beta" });
    await vi.waitFor(async () => expect((await getProduct()).vendor).toBe("beta"));
    expect(beta.getProduct).toHaveBeenCalledTimes(1);
  });

  it("is still given while the bus is gone", async () => {
    const alpha = await bound();
    await here.cutBus();
    expect(await versionOf(getProduct())).toBe(1n);
    const fresh = here.mesh.begin(here.call(), here.contract.method.getProduct, "k", { name: "products/fresh" });
    expect((await fresh).response.version).toBe(2n);
    expect(alpha.getProduct).toHaveBeenCalledTimes(2);
    await here.mendBus();
  });
});
