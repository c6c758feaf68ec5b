/** A digest of a capability's contract: tells one state of it from another, whatever tool compiled it. */
import { createHash } from "node:crypto";
import { type DescFile, type DescService, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/** "sha256:" and the digest of the file of the service and of all of Malla's that it is made of. */
export function contractDigest({ file }: Pick<DescService, "file">): string {
  const files = new Map<string, DescFile>();
  const collect = (one: DescFile) => {
    if (one.proto.package.startsWith("malla.") && !files.has(one.name)) {
      files.set(one.name, one);
      one.dependencies.forEach(collect);
    }
  };
  collect(file);
  const hash = createHash("sha256");
  for (const [name, one] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(name).update("\0").update(toBinary(FileDescriptorProtoSchema, one.proto));
  }
  return `sha256:${hash.digest("hex")}`;
}
