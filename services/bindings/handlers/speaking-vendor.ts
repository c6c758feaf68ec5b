/** Who speaks: a vendor speaks for itself only, and of what is the mesh's only in the mesh's tenant. */
import type { HandlerContext } from "@connectrpc/connect";
import { MESH_TENANT } from "#platform/mesh/vendor-directory.ts";
import { type Call, callOf, peerKey } from "#platform/rpc/call.ts";
import { bindingRefused } from "../errors.ts";
import type { VendorId } from "../store/vendor-store.ts";

/** The call, if it is made in the mesh's tenant. */
export function callOfTheMesh(context: HandlerContext): Call {
  const call = callOf(context);
  if (call.tenant !== MESH_TENANT) {
    throw bindingRefused("tenant_not_the_mesh");
  }
  return call;
}

/** The call, if the vendor itself makes it. */
export function callOfVendor(context: HandlerContext, { capability, vendor }: VendorId): Call {
  const peer = context.values.get(peerKey) ?? "";
  if (peer !== `${capability}/${vendor}`) {
    throw bindingRefused("not_the_vendor", { peer });
  }
  return callOfTheMesh(context);
}
