/** Which fields a caller must give. */
import { create, type DescField, type DescMessage, getOption, type Registry } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence as Presence } from "@bufbuild/protobuf/wkt";
import { createValidator } from "@bufbuild/protovalidate";
import { FieldBehavior, field_behavior } from "#gen/google/api/field_behavior_pb.js";

/** Tells whether leaving the field out is refused. */
export type IsRequired = (field: DescField) => boolean;

/**
 * A field is required when the contract says so (google.api.field_behavior, or proto2), or when the empty message breaks one of
 * its rules (buf.validate): the validator itself is asked, so the answer is that of the edge.
 */
export function createIsRequired(registry: Registry): IsRequired {
  const validator = createValidator({ registry });
  const byMessage = new WeakMap<DescMessage, ReadonlySet<DescField>>();

  return (field) => {
    let required = byMessage.get(field.parent);
    if (required === undefined) {
      const declared = field.parent.fields.filter(
        (each) => each.presence === Presence.LEGACY_REQUIRED || hasBehavior(each, FieldBehavior.REQUIRED),
      );
      required = new Set([...declared, ...missedWhenEmpty(field.parent)]);
      byMessage.set(field.parent, required);
    }
    return required.has(field) && !hasBehavior(field, FieldBehavior.OUTPUT_ONLY);
  };

  function missedWhenEmpty(message: DescMessage): DescField[] {
    const result = validator.validate(message, create(message));
    // Rules that cannot be compiled or evaluated ask for nothing that could be told here.
    const violations = result.kind === "invalid" ? result.violations : [];
    return violations.flatMap(({ field: [only] }) => (only?.kind === "field" ? [only] : []));
  }
}

/** True when the contract marks the field so. */
export function hasBehavior(field: DescField, behavior: FieldBehavior): boolean {
  return getOption(field, field_behavior).includes(behavior);
}
