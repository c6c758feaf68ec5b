/** What vendors do wrong, and what others notice of it: nothing. */
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { Server, type ServerCredentials } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Failover } from "#gen/malla/options/v1/options_pb.js";
import { ProductSchema } from "#gen/malla/products/v1/product_pb.js";
import { ProductsService } from "#gen/malla/products/v1/products_service_pb.js";
import { errorInfoOf } from "../errors/rpc-error.ts";
import { serverCredentials } from "../rpc/tls.ts";
import { testVendorCertificate } from "../testing/vendor.ts";
import { openTestCapability, type Products, type TestCapability } from "./testing/vendors.ts";
import { failedAttemptOf } from "./vendor-mesh.ts";

let here: TestCapability;
const closing: (() => void)[] = [];
beforeEach(async () => {
  here = await openTestCapability({ ListProducts: { failover: Failover.HARMLESS } });
});
afterEach(async () => {
  await here.close();
  for (const close of closing.splice(0)) {
    close();
  }
});

const named = (displayName: string): Products => ({ getProduct: () => create(ProductSchema, { displayName }) });
const get = (key = "k", timeoutMs?: number) =>
  here.mesh.begin(here.call(timeoutMs), here.contract.method.getProduct, key, { name: "products/x" });
const stateOf = (vendor: string) => here.mesh.states().find((state) => state.vendor === vendor);

async function failure(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof ConnectError
    ? `${errorInfoOf(error)?.reason} ${failedAttemptOf(error)?.outcome}`
    : `did not fail: ${String(error)}`;
}

/** A server that answers every call of GetProduct with these bytes. */
async function startRaw(vendor: string, answer: (respond: (bytes: Buffer) => void, die: () => void) => void) {
  const credentials: ServerCredentials = serverCredentials(await testVendorCertificate(here.capability, vendor));
  const server = new Server();
  const pass = (bytes: Buffer) => bytes;
  server.addService(
    {
      GetProduct: {
        path: `/${ProductsService.typeName}/GetProduct`,
        requestStream: false,
        responseStream: false,
        requestSerialize: pass,
        requestDeserialize: pass,
        responseSerialize: pass,
        responseDeserialize: pass,
      },
    },
    {
      GetProduct: (_call: unknown, callback: (error: null, bytes: Buffer) => void) =>
        answer(
          (bytes) => callback(null, bytes),
          () => server.forceShutdown(),
        ),
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  closing.push(() => server.forceShutdown());
  await here.announce(vendor, `127.0.0.1:${port}`);
}

describe("a vendor", () => {
  it("that answers garbage is not believed, and after a while not asked any more", async () => {
    await startRaw("alpha", (respond) => respond(Buffer.from("fffffffffffffffffffffffe", "hex")));
    await here.bind({ primaryVendor: "alpha" });
    await vi.waitFor(async () => expect(await failure(get())).toBe("VENDOR_ANSWER_INVALID unknown"));
    await vi.waitFor(async () => expect(await failure(get())).toBe("DEPENDENCY_UNAVAILABLE not_begun"), 10_000);
    expect(stateOf("alpha")?.breaker).toBe("open");
  }, 15_000);

  it("that dies in the middle of a call leaves it unknown", async () => {
    await startRaw("alpha", (_respond, die) => die());
    await here.bind({ primaryVendor: "alpha" });
    // Asked again where the contract allows it: that nobody is there then does not say that nothing was begun.
    await vi.waitFor(async () => expect(await failure(get())).toBe("DEPENDENCY_UNAVAILABLE unknown"));
  });

  it("that hangs takes up no more than its share, and the others are as fast as before", async () => {
    await here.vendor("slow", { getProduct: () => new Promise(() => {}) });
    await here.vendor("quick", named("quick"));
    // Half of the keys go to the vendor that hangs.
    await here.bind({ primaryVendor: "quick", canary: { vendor: "slow", percent: 50 } });
    await vi.waitFor(() => get("k", 500).catch(() => expect(stateOf("slow")?.calls).toBeGreaterThan(0)));
    const earlier = Number(stateOf("quick")?.calls ?? 0);
    const outcomes = await Promise.allSettled(Array.from({ length: 480 }, (_, index) => get(`k${index}`, 2_000)));
    const hanging = Array.from({ length: 300 }, (_, index) =>
      here.mesh.at("slow", here.call(1_000)).getProduct({ name: `products/p${index}` }),
    );
    await Promise.allSettled(hanging);
    const answered = outcomes.filter(({ status }) => status === "fulfilled").length;
    expect(stateOf("slow")?.refused).toBeGreaterThan(0);
    expect(stateOf("slow")?.underWay).toBe(0);
    expect(stateOf("quick")?.failures).toBe(0);
    expect(answered).toBe(Number(stateOf("quick")?.calls) - earlier);
    expect(answered).toBeGreaterThan(180);
  }, 15_000);

  it("that fails half of the time is asked at most a fifth more often for it", async () => {
    const asked = new Map<string, number>();
    await here.vendor("alpha", {
      getProduct({ name }) {
        asked.set(name, (asked.get(name) ?? 0) + 1);
        if (Math.random() < 0.5) {
          throw new ConnectError("now and then", Code.Unavailable);
        }
        return create(ProductSchema, {});
      },
    });
    await here.bind({ primaryVendor: "alpha" });
    await vi.waitFor(() => get());
    for (let batch = 0; batch < 20; batch++) {
      const names = Array.from({ length: 20 }, (_, index) => `products/b${batch}-${index}`);
      await Promise.allSettled(
        names.map((name) => here.mesh.begin(here.call(), here.contract.method.getProduct, name, { name })),
      );
    }
    const attempts = [...asked.values()].reduce((sum, count) => sum + count, 0);
    expect(attempts / asked.size).toBeLessThanOrEqual(1.2);
    expect(Number(stateOf("alpha")?.retries)).toBeGreaterThan(0);
    expect(Number(stateOf("alpha")?.retriesWithheld)).toBeGreaterThan(0);
  }, 20_000);
});

describe("the bus", () => {
  it("may be gone: calls go on by what was last known, and a change is seen when it is back", async () => {
    await here.vendor("alpha", named("alpha"));
    await here.vendor("beta", named("beta"));
    await here.bind({ primaryVendor: "alpha" });
    await vi.waitFor(async () => expect((await get()).vendor).toBe("alpha"));
    await here.cutBus();
    for (let call = 0; call < 20; call++) {
      expect((await get()).vendor).toBe("alpha");
    }
    await here.bind({ primaryVendor: "beta" });
    await here.mendBus();
    await vi.waitFor(async () => expect((await get()).vendor).toBe("beta"), 10_000);
  }, 20_000);
});
