/** The reasons a method refuses for, as its comment lists them (contract rule 6), with what each means. */
import type { DescEnumValue, DescMethod, FileRegistry } from "@bufbuild/protobuf";
import { commentOf } from "../comments.ts";
import type { ErrorReason } from "../conventions.ts";
import { httpStatusOf } from "../shared-errors.ts";

/** Reads what follows "Errors:": each code in capitals holds for the `REASONS` behind it. */
export function reasonsOf(method: DescMethod, files: FileRegistry): ErrorReason[] {
  const [, ...listed] = commentOf(method).split(/\bErrors:/);
  const reasons: ErrorReason[] = [];
  let status: string | undefined;
  for (const [, reason, code] of listed.join(" ").matchAll(/`([A-Z0-9_]+)`|\b([A-Z]+(?:_[A-Z]+)*)\b/g)) {
    if (code !== undefined && httpStatusOf(code) !== undefined) status = code;
    if (reason !== undefined && status !== undefined) {
      reasons.push({ status, reason, meaning: meaningOf(reason, status, method, files) });
    }
  }
  return reasons;
}

const meshPackage = "malla.type.v1";

// Reasons of the mesh itself, with the google.rpc.Code of each.
const meshReasons: Readonly<Record<number, readonly (readonly [status: string, reason: string])[]>> = {
  400: [
    ["INVALID_ARGUMENT", "VALIDATION_FAILED"],
    ["INVALID_ARGUMENT", "TEXT_INVALID"],
  ],
  401: [["UNAUTHENTICATED", "TOKEN_INVALID"]],
  403: [["PERMISSION_DENIED", "SCOPE_MISSING"]],
  409: [["ABORTED", "REQUEST_IN_PROGRESS"]],
  429: [["RESOURCE_EXHAUSTED", "OVERLOADED"]],
  500: [["INTERNAL", "INTERNAL"]],
  503: [["UNAVAILABLE", "DEPENDENCY_UNAVAILABLE"]],
  504: [["DEADLINE_EXCEEDED", "DEADLINE_PASSED"]],
};

/** What any method can refuse for, by HTTP status. */
export function sharedReasons(files: FileRegistry): Record<number, ErrorReason[]> {
  return Object.fromEntries(
    Object.entries(meshReasons).map(([httpStatus, reasons]) => [
      httpStatus,
      reasons.map(([status, reason]) => ({ status, reason, meaning: meaningIn([meshPackage], reason, status, files) })),
    ]),
  );
}

/** What the contract says of a reason: the capability's enum first, then the mesh's. */
function meaningOf(reason: string, status: string, method: DescMethod, files: FileRegistry): string {
  return meaningIn([method.parent.file.proto.package, meshPackage], reason, status, files);
}

function meaningIn(packages: readonly string[], reason: string, status: string, files: FileRegistry): string {
  const value = packages.map((each) => findReason(reason, each, files)).find((each) => each !== undefined);
  // The comments name the code last; here it stands before the reason.
  return value === undefined ? "" : commentOf(value).replace(` ${status}.`, "");
}

function findReason(reason: string, packageName: string, files: FileRegistry): DescEnumValue | undefined {
  for (const file of files.files) {
    if (file.proto.package !== packageName) continue;
    for (const desc of file.enums) {
      if (!desc.name.endsWith("ErrorReason")) continue;
      const value = desc.values.find(({ name }) => name === `${(desc.sharedPrefix ?? "").toUpperCase()}${reason}`);
      if (value !== undefined) return value;
    }
  }
  return undefined;
}
