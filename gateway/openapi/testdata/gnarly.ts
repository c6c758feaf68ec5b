/** The files of gnarly.proto, built by the buf CLI: no network, nothing generated to keep. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createFileRegistry, type FileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { file_buf_validate_validate, predefined } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { printProto } from "../../../deploy/print-proto.ts";

const root = resolve(import.meta.dirname, "../../..");
const googleapis = "node_modules/google-gax/build/protos";
const validate = ".malla/cache/gnarly";
const config = JSON.stringify({
  version: "v2",
  modules: [
    { path: "gateway/openapi/testdata" },
    { path: validate },
    {
      path: googleapis,
      includes: [`${googleapis}/google/api`, `${googleapis}/google/rpc`],
      excludes: [`${googleapis}/google/api/expr`, `${googleapis}/google/rpc/context`],
    },
  ],
});

/**
 * All of gnarly.proto and what it imports.
 *
 * @param hasSourceInfo false for descriptors as protoc writes them unless asked: without comments
 */
export function gnarlyFiles(hasSourceInfo = true): FileRegistry {
  const folder = join(root, validate, "buf/validate");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "validate.proto"), printProto(file_buf_validate_validate, [predefined]));
  const options = ["--config", config, "--path", "gateway/openapi/testdata/gnarly.proto", "-o", "-"];
  const image = execFileSync(
    join(root, "node_modules/.bin/buf"),
    ["build", ".", ...options, ...(hasSourceInfo ? [] : ["--exclude-source-info"])],
    { cwd: root, maxBuffer: 64 * 1_048_576 },
  );
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
}
