/** Comments of a descriptor, from the source info that `buf build` keeps. */
import type {
  DescEnum,
  DescEnumValue,
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  DescOneof,
  DescService,
} from "@bufbuild/protobuf";
import { reflow } from "./prose.ts";

/** A descriptor that can carry a comment. */
export type Commented = DescMessage | DescField | DescOneof | DescEnum | DescEnumValue | DescService | DescMethod;

// Field numbers of descriptor.proto, which SourceCodeInfo.Location.path is made of.
const numberOf = {
  fileMessage: 4,
  fileEnum: 5,
  fileService: 6,
  messageField: 2,
  messageNested: 3,
  messageEnum: 4,
  messageOneof: 8,
  enumValue: 2,
  serviceMethod: 2,
} as const;

const commentsByFile = new WeakMap<DescFile, ReadonlyMap<string, string>>();

/** The leading comment as Markdown; empty without one, and for descriptors without source info. */
export function commentOf(desc: Commented): string {
  const file = fileOf(desc);
  let comments = commentsByFile.get(file);
  if (comments === undefined) {
    const locations = file.proto.sourceCodeInfo?.location ?? [];
    comments = new Map(locations.map(({ path, leadingComments }) => [path.join(), reflow(leadingComments)]));
    commentsByFile.set(file, comments);
  }
  return comments.get(pathOf(desc).join()) ?? "";
}

function fileOf(desc: Commented): DescFile {
  return "file" in desc ? desc.file : fileOf(desc.parent);
}

function pathOf(desc: Commented): number[] {
  switch (desc.kind) {
    case "message":
      // By proto: the synthetic message of a map counts too, and is not among nestedMessages.
      return desc.parent === undefined
        ? [numberOf.fileMessage, desc.file.messages.indexOf(desc)]
        : [...pathOf(desc.parent), numberOf.messageNested, desc.parent.proto.nestedType.indexOf(desc.proto)];
    case "enum":
      return desc.parent === undefined
        ? [numberOf.fileEnum, desc.file.enums.indexOf(desc)]
        : [...pathOf(desc.parent), numberOf.messageEnum, desc.parent.nestedEnums.indexOf(desc)];
    case "field":
      return [...pathOf(desc.parent), numberOf.messageField, desc.parent.fields.indexOf(desc)];
    case "oneof":
      return [...pathOf(desc.parent), numberOf.messageOneof, desc.parent.oneofs.indexOf(desc)];
    case "enum_value":
      return [...pathOf(desc.parent), numberOf.enumValue, desc.parent.values.indexOf(desc)];
    case "service":
      return [numberOf.fileService, desc.file.services.indexOf(desc)];
    case "rpc":
      return [...pathOf(desc.parent), numberOf.serviceMethod, desc.parent.methods.indexOf(desc)];
  }
}
