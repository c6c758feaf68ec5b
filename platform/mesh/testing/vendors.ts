/** Vendors and bindings for tests of the mesh: real processes' parts in this one, spread by the real bus. */
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { expect, inject, vi } from "vitest";
import { BindingSchema } from "#gen/malla/bindings/v1/binding_pb.js";
import { VendorSchema } from "#gen/malla/bindings/v1/vendor_pb.js";
import { ProductsService } from "#gen/malla/products/v1/products_service_pb.js";
import { type Bus, connectBus } from "../../bus/bus.ts";
import type { Call } from "../../rpc/call.ts";
import { openLogger } from "../../telemetry/log.ts";
import { testCall, testCertificate } from "../../testing/service.ts";
import { startTestVendor, type TestVendor } from "../../testing/vendor.ts";
import type { SeenDifference } from "../shadow.ts";
import { BINDINGS_BUCKET, bindingKey, vendorKey } from "../vendor-directory.ts";
import { openVendorMesh, type VendorMesh } from "../vendor-mesh.ts";
import { openBusDoor } from "./bus-door.ts";
import { contractWith, type RulesByMethod } from "./contract.ts";

/** What a vendor of the test contract answers. */
export type Products = Partial<ServiceImpl<typeof ProductsService>>;

/** A capability with vendors, for one test. */
export interface TestCapability {
  readonly capability: string;
  readonly bus: Bus;
  readonly mesh: VendorMesh<typeof ProductsService>;
  /** The contract as the mesh knows it. */
  readonly contract: typeof ProductsService;
  /** Starts a vendor and makes it known. */
  vendor(name: string, products: Products): Promise<TestVendor<typeof ProductsService>>;
  /** Makes known where a vendor is. */
  announce(name: string, address: string): Promise<void>;
  /** Binds a tenant, by default "bank". */
  bind(binding: MessageInitShape<typeof BindingSchema>, tenant?: string): Promise<void>;
  /** A call of the tenant. */
  call(timeoutMs?: number): Call;
  /** Cuts the mesh's own connection to the bus, and lets it be made again. */
  cutBus(): Promise<void>;
  mendBus(): Promise<void>;
  /** Another process of the service. */
  another(): Promise<VendorMesh<typeof ProductsService>>;
  close(): Promise<void>;
}

/** The tenant of these tests. */
export const TENANT = "bank";

/** Opens a capability that no other test knows. */
export async function openTestCapability(
  rules: RulesByMethod = {},
  onDifference?: (difference: SeenDifference) => void,
): Promise<TestCapability> {
  const capability = `t${Array.from({ length: 12 }, () => String.fromCharCode(97 + Math.random() * 26)).join("")}`;
  const contract = contractWith(rules);
  const log = openLogger("test", "fatal");
  const tls = await testCertificate(capability);
  const buses: Bus[] = [];
  const closing: (() => Promise<void> | void)[] = [];
  let version = 0n;
  const door = await openBusDoor(inject("natsUrl"));
  const open = async (url = inject("natsUrl")) => {
    const bus = await connectBus(url, capability, log);
    const mesh = openVendorMesh(contract, { capability, bus, tls, log, onDifference });
    buses.push(bus);
    closing.push(() => mesh.close());
    return { bus, mesh };
  };
  const { bus, mesh } = await open(door.url);
  const outside = await connectBus(inject("natsUrl"), "test", log);
  buses.push(outside);
  const bucket = await outside.openKeyValues(BINDINGS_BUCKET);
  const announce = (vendor: string, address: string) => {
    version += 1n;
    return bucket.put(
      vendorKey(capability, vendor),
      toBinary(VendorSchema, create(VendorSchema, { name: `vendors/${capability}/${vendor}`, address, version })),
    );
  };
  return {
    capability,
    bus,
    mesh,
    contract,
    announce,
    async vendor(vendor, products) {
      const running = await startTestVendor({
        capability,
        vendor,
        service: ProductsService,
        settings: {},
        open: () => ({ implementation: whole(products) }),
      });
      closing.push(() => running.stop());
      await announce(vendor, running.address);
      return running;
    },
    bind(binding, tenant = TENANT) {
      version += 1n;
      return bucket.put(
        bindingKey(capability, tenant),
        toBinary(BindingSchema, create(BindingSchema, { ...binding, version })),
      );
    },
    call: (timeoutMs = 10_000) => testCall({ tenant: TENANT, timeoutMs }),
    async cutBus() {
      door.shut();
      await vi.waitFor(() => expect(bus.isConnected()).toBe(false), 5_000);
    },
    async mendBus() {
      door.open();
      await vi.waitFor(() => expect(bus.isConnected()).toBe(true), 5_000);
    },
    another: async () => (await open()).mesh,
    async close() {
      for (const close of closing) {
        await close();
      }
      await Promise.all(buses.map((one) => one.close()));
      door.close();
    },
  };
}

function whole(products: Products): ServiceImpl<typeof ProductsService> {
  const none = () => {
    throw new Error("this vendor was not to be asked that");
  };
  return {
    createProduct: none,
    getProduct: none,
    listProducts: none,
    updateProduct: none,
    retireProduct: none,
    ...products,
  };
}
