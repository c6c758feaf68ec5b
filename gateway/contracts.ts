/** The contracts that the edge serves, as data: a new capability needs no code here. */
import { readFileSync } from "node:fs";
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
import { EventService } from "#gen/malla/event/v1/event_service_pb.js";

/** What can be reached. */
export interface Contracts {
  /** Services by the capability that serves them; those of "event" are the edge's own. */
  readonly services: ReadonlyMap<string, readonly DescService[]>;
  readonly files: FileRegistry;
  /** Every type that may stand in an Any or in error details. */
  readonly registry: Registry;
}

/** What only vendors serve, and only their capability's service calls, by its name. */
const OF_VENDORS = /ProviderService$/;

const PACKAGE = /^malla\.([a-z]+)\.v\d+$/;

/** Capability that the edge itself serves. */
export const OWN_CAPABILITY = PACKAGE.exec(EventService.file.proto.package)?.[1] ?? "";

/** Reads a FileDescriptorSet such as gen/malla.binpb. */
export function readContracts(descriptorSet: URL): Contracts {
  const files = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptorSet)));
  const services = new Map<string, DescService[]>();
  for (const file of files.files) {
    const capability = PACKAGE.exec(file.proto.package)?.[1];
    const reachable = file.services.filter(({ name }) => !OF_VENDORS.test(name));
    if (capability !== undefined && reachable.length > 0) {
      services.set(capability, [...(services.get(capability) ?? []), ...reachable]);
    }
  }
  return { services, files, registry: createRegistry(files, file_google_rpc_error_details) };
}
