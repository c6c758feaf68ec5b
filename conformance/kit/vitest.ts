/** Suites as vitest tests: one per clause; and the proof that each broken vendor is caught by just its clauses. */
import type { DescService } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import type { Clause } from "./clause.ts";
import { openInProcess } from "./in-process.ts";
import type { BrokenVendor, Suite, Target } from "./suite.ts";

/** What a vendor's test says of it. */
export interface VendorTest<Service extends DescService> {
  /** Makes a target with a tenant of its own; called when the tests run. */
  readonly target: () => Target<Service>;
  /** Features that it advertises: clauses of others are left out, here as in a run of the kit. */
  readonly features: readonly string[];
  /** Names of the parameters that the target has. */
  readonly parameters?: readonly string[];
  /** Clauses that it is known to fail, by id, with why; one that passes nevertheless is an error. */
  readonly knownFailing?: Readonly<Record<string, string>>;
}

/** A test for each clause that applies to the vendor. */
export function describeVendor<Service extends DescService, Subject>(
  suite: Suite<Service, Subject>,
  { target, features, parameters = [], knownFailing = {} }: VendorTest<Service>,
): void {
  it("advertises what the test expects of it", () => {
    expect([...target().capabilities.features].sort()).toEqual([...features].sort());
  });
  const groups = suite.groups
    .map(({ name, clauses }) => ({ name, clauses: clauses.filter((one) => applies(one, features, parameters)) }))
    .filter(({ clauses }) => clauses.length > 0);
  describe.each(groups)("$name", ({ clauses }) => {
    for (const clause of clauses) {
      it(`${clause.id}: ${clause.says}`, async () => {
        const outcome = await outcomeOf(clause, suite, target());
        if (clause.id in knownFailing) {
          expect(outcome, `${clause.id} passes: it is no known failure any more`).toBeDefined();
        } else if (outcome !== undefined) {
          throw outcome;
        }
      });
    }
  });
}

/** Shows that each broken vendor fails just the clauses that it names, and that every clause is failed by some. */
export function describeBroken<Service extends DescService, Subject>(
  suite: Suite<Service, Subject>,
  vendors: readonly BrokenVendor<Service>[],
  options: { readonly parameters?: Readonly<Record<string, string>>; readonly unbreakable?: readonly string[] } = {},
): void {
  const parameters = options.parameters ?? {};
  const clauses = suite.groups.flatMap((group) => group.clauses);
  it.each(vendors.map((vendor) => [vendor.name, vendor] as const))("%s is caught", async (_name, vendor) => {
    const open = await openInProcess(suite, vendor.make(), parameters);
    const failed = new Set<string>();
    for (const clause of clauses) {
      const target = open();
      if (applies(clause, target.capabilities.features, Object.keys(parameters))) {
        if ((await outcomeOf(clause, suite, target)) !== undefined) {
          failed.add(clause.id);
        }
      }
    }
    expect([...failed].sort()).toEqual([...vendor.fails].sort());
  });

  it("every clause is failed by a broken vendor", () => {
    const caught = new Set([...vendors.flatMap(({ fails }) => fails), ...(options.unbreakable ?? [])]);
    expect([...new Set(clauses.map(({ id }) => id))].filter((id) => !caught.has(id))).toEqual([]);
  });
}

function applies<Subject>(
  clause: Clause<Subject>,
  features: readonly string[],
  parameters: readonly string[],
): boolean {
  return (
    (clause.feature === undefined || features.includes(clause.feature)) &&
    clause.needs.every((name) => parameters.includes(name))
  );
}

/** What was thrown; undefined where the clause was kept. */
async function outcomeOf<Service extends DescService, Subject>(
  clause: Clause<Subject>,
  suite: Suite<Service, Subject>,
  target: Target<Service>,
): Promise<unknown> {
  try {
    await clause.check(suite.open(target));
    return undefined;
  } catch (error) {
    return error ?? new Error("the clause threw nothing");
  }
}
