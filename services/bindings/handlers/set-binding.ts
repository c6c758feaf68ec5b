import { create } from "@bufbuild/protobuf";
import { BindingSchema } from "#gen/malla/bindings/v1/binding_pb.js";
import { BindingsService } from "#gen/malla/bindings/v1/bindings_service_pb.js";
import type { Transaction } from "#platform/db/database.ts";
import { afterCommit } from "#platform/db/database.ts";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import {
  etagOf,
  faultOfVendor,
  type Revision,
  repeatedVendor,
  type Terms,
  vendorsOf,
  withTerms,
} from "../domain/binding.ts";
import { levelOf } from "../domain/vendor.ts";
import { bindingRefused } from "../errors.ts";
import { bindingChanged } from "../events/outbox.ts";
import { capabilityOf, fromBinding, toTerms } from "../mapping.ts";
import type { BindingsDeps, BindingsHandlers } from "../service.ts";
import { findBinding, saveBinding } from "../store/binding-store.ts";
import { findVendors } from "../store/vendor-store.ts";

/** Sets a binding. Sent again with the same request_id, it repeats the first answer, whatever became of the vendors. */
export function setBinding(deps: BindingsDeps): BindingsHandlers["setBinding"] {
  const { database, outbox, now, wake } = deps;
  return (request, context) => {
    const call = callOf(context);
    const message = request.binding ?? create(BindingSchema);
    const capability = capabilityOf(message.name);
    const terms = toTerms(message);
    const repeated = repeatedVendor(terms);
    if (repeated !== undefined) {
      throw bindingRefused("vendor_repeated", { vendor: repeated });
    }
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, BindingsService.method.setBinding, request, async () => {
        await requireVendors(deps, transaction, capability, terms);
        const before = await findBinding(transaction, capability, "update");
        if (message.etag !== "" && message.etag !== (before === undefined ? "" : etagOf(before))) {
          throw bindingRefused("etag_mismatch");
        }
        const at = now();
        const after = withTerms(before, capability, terms, at);
        if (after !== before) {
          const revision: Revision = {
            capability,
            version: after.version,
            before: before?.terms,
            after: terms,
            principal: call.principal,
            reason: request.reason,
            createTime: at,
          };
          if (!(await saveBinding(transaction, call.tenant, after, revision))) {
            throw bindingRefused("etag_mismatch");
          }
          await outbox.append(transaction, [bindingChanged(call.tenant, revision)]);
          afterCommit(transaction, wake);
        }
        return create(BindingSchema, fromBinding(after));
      }),
    );
  };
}

/** Refuses terms that name a vendor which could not serve now. */
async function requireVendors(
  { now, requireCertified, probe }: BindingsDeps,
  transaction: Transaction,
  capability: string,
  terms: Terms,
): Promise<void> {
  const names = vendorsOf(terms);
  const known = await findVendors(transaction, capability, names);
  const isCertifiedOnly = requireCertified || terms.requireCertified;
  for (const name of names) {
    const vendor = known.get(name);
    const fault = faultOfVendor(vendor, isCertifiedOnly, now());
    if (fault !== undefined) {
      throw bindingRefused(fault, {
        vendor: `vendors/${capability}/${name}`,
        ...(fault === "vendor_unreachable" ? { cause: "it holds no lease" } : {}),
        ...(fault === "vendor_not_certified" && vendor !== undefined
          ? { level: levelOf(vendor, now()), required_level: "certified" }
          : {}),
      });
    }
  }
  const causes = await Promise.all([...known.values()].map(async (vendor) => [vendor, await probe(vendor)] as const));
  for (const [{ vendor }, cause] of causes) {
    if (cause !== undefined) {
      throw bindingRefused("vendor_unreachable", { vendor: `vendors/${capability}/${vendor}`, cause });
    }
  }
}
