/** No npm package carries buf/validate/validate.proto as source, but @bufbuild/protovalidate carries its descriptor. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { file_buf_validate_validate, predefined } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { printProto } from "./print-proto.ts";

const folder = fileURLToPath(new URL("../.malla/cache/protovalidate/buf/validate", import.meta.url));

/** Writes it where buf.yaml looks for it. */
export function writeValidateProto(): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/validate.proto`, printProto(file_buf_validate_validate, [predefined]));
}
