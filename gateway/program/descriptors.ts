/** The descriptors that the command line names. */
import { readFileSync } from "node:fs";
import { DescriptorError, type Descriptors, readDescriptorSet } from "../transcoder/index.ts";
import { UsageError } from "./arguments.ts";

/** Services that the edge itself answers, whatever the set says. */
const OWN_PACKAGES = ["grpc.health.v1", "grpc.reflection.v1", "grpc.reflection.v1alpha"];

/** Reads a file. @throws UsageError that says how to make a good one */
export function readDescriptors(path: string): Descriptors {
  try {
    const { files, services, registry } = readDescriptorSet(readFileSync(path));
    const others = services.filter(({ file }) => !OWN_PACKAGES.includes(file.proto.package));
    if (others.length === 0) {
      throw new UsageError(`${path}: no service is declared in it`);
    }
    return { files, services: others, registry };
  } catch (error) {
    if (error instanceof DescriptorError) {
      throw new UsageError(`${path} ${error.message}`);
    }
    if (error instanceof Error && "code" in error) {
      throw new UsageError(`--descriptors: ${error.message}`);
    }
    throw error;
  }
}
