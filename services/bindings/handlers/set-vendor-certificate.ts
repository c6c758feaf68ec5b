import { create } from "@bufbuild/protobuf";
import { BindingsService } from "#gen/malla/bindings/v1/bindings_service_pb.js";
import { VendorSchema } from "#gen/malla/bindings/v1/vendor_pb.js";
import { afterCommit } from "#platform/db/database.ts";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { MESH_TENANT } from "#platform/mesh/vendor-directory.ts";
import { callOf } from "#platform/rpc/call.ts";
import { certified } from "../domain/vendor.ts";
import { bindingRefused, noSuchVendor } from "../errors.ts";
import { vendorRegistered } from "../events/outbox.ts";
import { fromVendor, vendorIdOf } from "../mapping.ts";
import type { BindingsDeps, BindingsHandlers } from "../service.ts";
import { findVendor, saveVendor } from "../store/vendor-store.ts";

/** Hands in a certificate. It is proven by its signature, so that the caller's tenant does not matter. */
export function setVendorCertificate(deps: BindingsDeps): BindingsHandlers["setVendorCertificate"] {
  const { database, outbox, now, wake, checkCertificate } = deps;
  return async (request, context) => {
    const call = { ...callOf(context), tenant: MESH_TENANT };
    const id = vendorIdOf(request.name);
    const checked = await checkCertificate(request.jws, id, now());
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, BindingsService.method.setVendorCertificate, request, async () => {
        const before = await findVendor(transaction, id, "update");
        if (before === undefined) {
          throw noSuchVendor(request.name);
        }
        if ("fault" in checked) {
          throw bindingRefused("certificate_invalid", { cause: checked.fault });
        }
        const after = certified(before, checked.certificate, now());
        if (after !== before) {
          await saveVendor(transaction, after);
          await outbox.append(transaction, [vendorRegistered(after)]);
          afterCommit(transaction, wake);
        }
        return create(VendorSchema, fromVendor(after, now()));
      }),
    );
  };
}
