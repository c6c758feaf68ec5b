/** The real contracts, as generated. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createFileRegistry, type FileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const path = resolve(import.meta.dirname, "../../../../gen/malla.binpb");

/** Every file of the contracts, with source info. */
export function contracts(): FileRegistry {
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(path)));
}
