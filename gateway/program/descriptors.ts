/** Descriptors from a file, as whatever tool made it left them. */
import { readFileSync } from "node:fs";
import {
  createFileRegistry,
  createRegistry,
  type DescService,
  type FileRegistry,
  fromBinary,
  type Registry,
} from "@bufbuild/protobuf";
import { type FileDescriptorSet, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { file_google_rpc_error_details } from "#gen/google/rpc/error_details_pb.js";
import { UsageError } from "./arguments.ts";

/** What can be served. */
export interface Descriptors {
  readonly files: FileRegistry;
  /** Services of the set, in its order. */
  readonly services: readonly DescService[];
  /** Every type that may stand in an Any or in error details. */
  readonly registry: Registry;
}

/** Services that the edge itself answers, whatever the set says. */
const OWN_PACKAGES = ["grpc.health.v1", "grpc.reflection.v1", "grpc.reflection.v1alpha"];

/** Reads a FileDescriptorSet. @throws UsageError that says how to make a good one */
export function readDescriptors(path: string): Descriptors {
  const set = readSet(path);
  const files = resolve(path, set);
  const services = [...files.files]
    .filter((file) => !OWN_PACKAGES.includes(file.proto.package))
    .flatMap((file) => file.services);
  if (services.length === 0) {
    throw new UsageError(`${path}: no service is declared in its ${set.file.length} files`);
  }
  return { files, services, registry: createRegistry(files, file_google_rpc_error_details) };
}

function readSet(path: string): FileDescriptorSet {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(`--descriptors: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return fromBinary(FileDescriptorSetSchema, bytes);
  } catch {
    throw new UsageError(
      `${path} is no google.protobuf.FileDescriptorSet; make one with: buf build -o ${path.replace(/\.\w+$/, "")}.binpb`,
    );
  }
}

function resolve(path: string, set: FileDescriptorSet): FileRegistry {
  const present = new Set(set.file.map(({ name }) => name));
  const missing = new Set(set.file.flatMap(({ dependency }) => dependency).filter((name) => !present.has(name)));
  if (missing.size > 0) {
    throw new UsageError(
      `${path} lacks what its files import: ${[...missing].join(", ")}; with protoc, add --include_imports`,
    );
  }
  return createFileRegistry(set);
}
