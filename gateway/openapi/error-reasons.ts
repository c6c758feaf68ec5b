/** The reasons a method refuses for, as its comment lists them (contract rule 6), with what each means. */
import type { DescEnumValue, DescMethod, FileRegistry } from "@bufbuild/protobuf";
import { statusOfCode } from "../transcoder/status.ts";
import { commentOf } from "./comments.ts";

/** One reason. */
export interface ErrorReason {
  /** google.rpc.Code, such as NOT_FOUND. */
  readonly status: string;
  /** ErrorInfo.reason. */
  readonly reason: string;
  /** The comment of the reason in the contract; empty where it has none. */
  readonly meaning: string;
}

const httpStatusByName: ReadonlyMap<string, number> = new Map(
  Object.values(statusOfCode).map(({ name, httpStatus }) => [name, httpStatus]),
);

/** The HTTP status of a google.rpc.Code; undefined for a word that is none. */
export function httpStatusOf(status: string): number | undefined {
  return httpStatusByName.get(status);
}

/** Reads what follows "Errors:": each code in capitals holds for the `REASONS` behind it. */
export function reasonsOf(method: DescMethod, files: FileRegistry): ErrorReason[] {
  const [, ...listed] = commentOf(method).split(/\bErrors:/);
  const reasons: ErrorReason[] = [];
  let status: string | undefined;
  for (const [, reason, code] of listed.join(" ").matchAll(/`([A-Z0-9_]+)`|\b([A-Z]+(?:_[A-Z]+)*)\b/g)) {
    if (code !== undefined && httpStatusByName.has(code)) status = code;
    if (reason !== undefined && status !== undefined) {
      reasons.push({ status, reason, meaning: meaningOf(reason, status, method, files) });
    }
  }
  return reasons;
}

const meshPackage = "malla.type.v1";

/** A reason of the mesh itself. */
export function meshReason(reason: string, status: string, files: FileRegistry): ErrorReason {
  return { status, reason, meaning: meaningIn([meshPackage], reason, status, files) };
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
