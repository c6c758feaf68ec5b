import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { ask, askFor } from "./ask.ts";

const failing = (code: Code) => Promise.reject(new ConnectError("connect ECONNREFUSED 10.0.0.7:7001", code));

describe("another service's failure", () => {
  it.each([
    [Code.Unavailable, "DEPENDENCY_UNAVAILABLE"],
    [Code.DeadlineExceeded, "DEADLINE_PASSED"],
    [Code.ResourceExhausted, "OVERLOADED"],
  ])("of code %d reaches the caller as %s, without its text", async (code, reason) => {
    const error = ConnectError.from(await ask("ledger", failing(code)).catch((thrown: unknown) => thrown));
    expect([error.code, errorInfoOf(error)?.reason]).toEqual([code, reason]);
    expect(error.message).not.toContain("10.0.0.7");
  });

  it.each([Code.PermissionDenied, Code.InvalidArgument, Code.NotFound, Code.Internal])(
    "of code %d is a defect, not the caller's",
    async (code) => {
      const thrown: unknown = await ask("ledger", failing(code)).catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(Error);
      expect(thrown).not.toBeInstanceOf(ConnectError);
    },
  );

  it("to find something reads as nothing, where that may be", async () => {
    expect(await askFor("customers", failing(Code.NotFound))).toBeUndefined();
    await expect(askFor("customers", failing(Code.Internal))).rejects.toThrow("customers");
  });
});
