/** The contracts of the cases as a FileDescriptorSet, built by the buf CLI: no network, nothing generated to keep. */
import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createFileRegistry, createRegistry, type FileRegistry, fromBinary, type Registry } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { file_google_rpc_error_details } from "#gen/google/rpc/error_details_pb.js";

/** The folder of the whole project. */
export const root = resolve(import.meta.dirname, "../../..");
const googleapis = "node_modules/google-gax/build/protos";

/** A set, as a file for programs and read for us. */
export interface CaseDescriptors {
  readonly path: string;
  readonly files: FileRegistry;
  readonly registry: Registry;
}

/** Builds the set. @param folder the proto files, relative to the project */
export function buildDescriptors(folder = "gateway/test/program/protos"): CaseDescriptors {
  const out = join(mkdtempSync(join(tmpdir(), "cases-")), "cases.binpb");
  const config = JSON.stringify({
    version: "v2",
    modules: [
      { path: folder },
      { path: googleapis, includes: [`${googleapis}/google/api`], excludes: [`${googleapis}/google/api/expr`] },
    ],
  });
  const paths = globSync(`${folder}/**/*.proto`, { cwd: root }).flatMap((file) => ["--path", file]);
  execFileSync(resolve(root, "node_modules/.bin/buf"), ["build", ".", "--config", config, ...paths, "-o", out], {
    cwd: root,
  });
  const files = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(out)));
  return { path: out, files, registry: createRegistry(files, file_google_rpc_error_details) };
}
