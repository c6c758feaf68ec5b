import { expect, it } from "vitest";
import { sharedReasons } from "./error-reasons.ts";
import { contracts } from "./testdata/contracts.ts";

it("every reason of the mesh is one of the contract, with the code that the contract gives it", () => {
  const reasons = Object.values(sharedReasons(contracts())).flat();
  expect(reasons.length).toBeGreaterThan(5);
  expect(reasons.filter(({ meaning }) => meaning === "")).toEqual([]);
});
