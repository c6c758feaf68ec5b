/** Where a value stands in the request, for violations. Kept as a chain, written out only when something is wrong. */

/** One step from the enclosing value: a field or map key, or an index. */
export interface JsonPath {
  readonly parent: JsonPath | undefined;
  readonly key: string | number;
  /** Map keys are written as `labels["a.b"]`, so that no key can pass for a path of fields. */
  readonly isMapKey?: boolean;
}

/** `account.owners[2].displayName`, `labels["k"]`; empty for the whole body. */
export function formatPath(path: JsonPath | undefined): string {
  const steps: string[] = [];
  for (let step = path; step !== undefined; step = step.parent) {
    const { key } = step;
    if (typeof key === "number") steps.push(`[${key}]`);
    else if (step.isMapKey === true) steps.push(`[${JSON.stringify(key)}]`);
    else steps.push(step.parent === undefined ? key : `.${key}`);
  }
  return steps.reverse().join("");
}
