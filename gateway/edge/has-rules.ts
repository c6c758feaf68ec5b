/** Which messages have to be looked at: those with rules of buf.validate somewhere inside. */
import { type DescMessage, hasOption } from "@bufbuild/protobuf";
import {
  field as fieldRules,
  message as messageRules,
  oneof as oneofRules,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

/** Whether a message of the type can break a rule. */
export function hasRules(desc: DescMessage): boolean {
  const seen = new Set<DescMessage>();
  const search = (message: DescMessage): boolean => {
    if (seen.has(message)) {
      return false;
    }
    seen.add(message);
    return (
      hasOption(message, messageRules) ||
      message.oneofs.some((oneof) => hasOption(oneof, oneofRules)) ||
      message.fields.some(
        (field) => hasOption(field, fieldRules) || (field.message !== undefined && search(field.message)),
      )
    );
  };
  return search(desc);
}
