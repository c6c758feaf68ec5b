/** Descriptors for tests, built from shelf.proto by the buf CLI: no network, nothing generated to keep. */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import {
  createFileRegistry,
  createRegistry,
  type DescMessage,
  type DescService,
  type FileRegistry,
  fromBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { file_google_rpc_error_details } from "#gen/google/rpc/error_details_pb.js";

const root = resolve(import.meta.dirname, "../../..");
const googleapis = "node_modules/google-gax/build/protos";
const config = JSON.stringify({
  version: "v2",
  modules: [
    { path: "gateway/transcoder/testdata" },
    { path: googleapis, includes: [`${googleapis}/google/api`], excludes: [`${googleapis}/google/api/expr`] },
  ],
});

let files: FileRegistry | undefined;

/** All of shelf.proto and what it imports, with source info. */
export function shelfFiles(): FileRegistry {
  if (files === undefined) {
    const image = execFileSync(
      resolve(root, "node_modules/.bin/buf"),
      ["build", ".", "--config", config, "--path", "gateway/transcoder/testdata/shelf.proto", "-o", "-"],
      { cwd: root, maxBuffer: 64 * 1_048_576 },
    );
    files = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
  }
  return files;
}

/** The types of shelf.proto and of google.rpc error details. */
export const testRegistry = createRegistry(shelfFiles(), file_google_rpc_error_details);

/** The service of shelf.proto. */
export function shelfService(): DescService {
  const service = shelfFiles().getService("shelf.v1.Shelf");
  if (service === undefined) throw new Error("shelf.proto has no service Shelf");
  return service;
}

/** A message of shelf.proto by its short name. */
export function shelfMessage(name: string): DescMessage {
  const message = shelfFiles().getMessage(`shelf.v1.${name}`);
  if (message === undefined) throw new Error(`shelf.proto has no message ${name}`);
  return message;
}
