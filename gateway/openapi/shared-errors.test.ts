import { expect, it } from "vitest";
import { meshReason } from "./error-reasons.ts";
import { sharedErrors } from "./shared-errors.ts";
import { contracts } from "./testdata/contracts.ts";

it("every reason of the mesh is one of the contract, with the code that the contract gives it", () => {
  const files = contracts();
  for (const [status, reason] of sharedErrors.flatMap(({ meshReasons }) => meshReasons)) {
    const { meaning } = meshReason(reason, "", files);
    expect(meaning, reason).toContain(status);
  }
});
