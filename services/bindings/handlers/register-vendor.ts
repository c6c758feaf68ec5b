import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { CapabilitiesSchema } from "#gen/malla/vendor/v1/capabilities_pb.js";
import { afterCommit } from "#platform/db/database.ts";
import { arrived, RENEW_MS } from "../domain/vendor.ts";
import { bindingRefused } from "../errors.ts";
import { vendorRegistered } from "../events/outbox.ts";
import { fromVendor, toCapabilities } from "../mapping.ts";
import type { BindingsDeps, BindingsHandlers } from "../service.ts";
import { findVendor, saveVendor } from "../store/vendor-store.ts";
import { callOfVendor } from "./speaking-vendor.ts";

/** Takes a vendor in. Said again, only its lease is new. */
export function registerVendor(deps: BindingsDeps): BindingsHandlers["registerVendor"] {
  const { database, outbox, now, wake, checkCertificate } = deps;
  return async (request, context) => {
    const message = request.capabilities ?? create(CapabilitiesSchema);
    const id = { capability: message.capability, vendor: message.vendor };
    const call = callOfVendor(context, id);
    const checked =
      request.certificateJws === "" ? undefined : await checkCertificate(request.certificateJws, id, now());
    if (checked !== undefined && "fault" in checked) {
      throw bindingRefused("certificate_invalid", { cause: checked.fault });
    }
    const arrival = {
      ...id,
      address: request.address,
      capabilities: toCapabilities(message),
      certificate: checked?.certificate,
    };
    const vendor = await database.tenant(call, async (transaction) => {
      const before = await findVendor(transaction, id, "update");
      const after = arrived(before, arrival, now());
      await saveVendor(transaction, after);
      if (after.version !== before?.version) {
        await outbox.append(transaction, [vendorRegistered(after)]);
        afterCommit(transaction, wake);
      }
      return after;
    });
    return { vendor: fromVendor(vendor, now()), renewInterval: durationFromMs(RENEW_MS) };
  };
}
