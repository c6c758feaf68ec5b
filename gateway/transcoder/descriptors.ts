/** Everything that a transcoder is made from, out of a google.protobuf.FileDescriptorSet. */
import {
  createFileRegistry,
  createRegistry,
  type DescService,
  type FileRegistry,
  fromBinary,
  type Registry,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { file_google_rpc_error_details } from "#gen/google/rpc/error_details_pb.js";

/** What a descriptor set holds. */
export interface Descriptors {
  readonly files: FileRegistry;
  /** Its services, in its order. */
  readonly services: readonly DescService[];
  /** Its types, and those of google.rpc error details: what an Any or an error may hold. */
  readonly registry: Registry;
}

/** A set that cannot be used. The message says what to do about it. */
export class DescriptorError extends Error {
  override readonly name = "DescriptorError";
}

/** Reads a FileDescriptorSet. @throws DescriptorError when it is none, or lacks what its files import */
export function readDescriptorSet(bytes: Uint8Array): Descriptors {
  const set = decode(bytes);
  const present = new Set(set.file.map(({ name }) => name));
  const missing = new Set(set.file.flatMap(({ dependency }) => dependency).filter((name) => !present.has(name)));
  if (missing.size > 0) {
    const names = [...missing].join(", ");
    throw new DescriptorError(`lacks what its files import: ${names}; with protoc, add --include_imports`);
  }
  const files = createFileRegistry(set);
  return {
    files,
    services: [...files.files].flatMap((file) => file.services),
    registry: createRegistry(files, file_google_rpc_error_details),
  };
}

function decode(bytes: Uint8Array) {
  try {
    const set = fromBinary(FileDescriptorSetSchema, bytes);
    if (set.file.length > 0) return set;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
  throw new DescriptorError("is no google.protobuf.FileDescriptorSet; make one with: buf build -o FILE.binpb");
}
