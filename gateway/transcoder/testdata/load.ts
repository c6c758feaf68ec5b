/** Descriptors for tests, built from the protos beside this file by the buf CLI: no network, nothing generated to keep. */
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
const testdata = "gateway/transcoder/testdata";
const googleapis = "node_modules/google-gax/build/protos";
const config = JSON.stringify({
  version: "v2",
  modules: [
    { path: testdata },
    { path: googleapis, includes: [`${googleapis}/google/api`], excludes: [`${googleapis}/google/api/expr`] },
  ],
});

let files: FileRegistry | undefined;

/** All of shelf.proto and attic.proto and what they import, with source info. */
export function shelfFiles(): FileRegistry {
  if (files === undefined) {
    const paths = ["shelf.proto", "attic.proto"].flatMap((name) => ["--path", `${testdata}/${name}`]);
    const image = execFileSync(
      resolve(root, "node_modules/.bin/buf"),
      ["build", ".", "--config", config, ...paths, "-o", "-"],
      { cwd: root, maxBuffer: 64 * 1_048_576 },
    );
    files = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
  }
  return files;
}

/** The types of the test protos and of google.rpc error details. */
export const testRegistry = createRegistry(shelfFiles(), file_google_rpc_error_details);

/** The service of shelf.proto. */
export function shelfService(): DescService {
  return serviceNamed("shelf.v1.Shelf");
}

/** The service of attic.proto. */
export function atticService(): DescService {
  return serviceNamed("attic.v1.Attic");
}

function serviceNamed(typeName: string): DescService {
  const service = shelfFiles().getService(typeName);
  if (service === undefined) throw new Error(`there is no service ${typeName}`);
  return service;
}

/** A message of shelf.proto by its short name. */
export function shelfMessage(name: string): DescMessage {
  return messageNamed(`shelf.v1.${name}`);
}

/** A message by its full name. */
export function messageNamed(typeName: string): DescMessage {
  const message = shelfFiles().getMessage(typeName);
  if (message === undefined) throw new Error(`there is no message ${typeName}`);
  return message;
}
