/** `node gateway/openapi/generate.ts <malla.binpb> <out folder>` writes `<out folder>/malla.openapi.json`. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { mallaDocument } from "./malla/document.ts";

const [source, folder] = process.argv.slice(2);
if (source === undefined || folder === undefined) {
  process.stderr.write("usage: node gateway/openapi/generate.ts <malla.binpb> <out folder>\n");
  process.exitCode = 2;
} else {
  const files = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(source)));
  mkdirSync(folder, { recursive: true });
  const text = `${JSON.stringify(mallaDocument(files), null, 2)}\n`;
  writeFileSync(join(folder, "malla.openapi.json"), text);
}
