/** Puts a vendor through a suite: each clause by itself, within a time, and what each came to. */
import type { DescService } from "@bufbuild/protobuf";
import type { Capabilities } from "#gen/malla/vendor/v1/capabilities_pb.js";
import type { Clause, Level } from "./clause.ts";
import type { Endpoint } from "./endpoint.ts";
import { describeFailure, type Exchange } from "./record.ts";
import type { Suite } from "./suite.ts";

/** What a clause came to. */
export type Outcome =
  | { readonly kind: "passed" }
  | { readonly kind: "failed"; readonly message: string; readonly expected?: string; readonly actual?: string }
  /** The vendor does not advertise the feature: nothing to keep. */
  | { readonly kind: "not-applicable"; readonly feature: string }
  /** It could not be asked; lowers the level. */
  | { readonly kind: "skipped"; readonly why: string };

/** A clause and its outcome. */
export interface ClauseResult {
  readonly group: string;
  readonly id: string;
  readonly says: string;
  readonly level: Level;
  readonly outcome: Outcome;
  readonly durationMs: number;
  /** What was said; empty unless it failed. */
  readonly exchanges: readonly Exchange[];
  /** Why it is known to fail; undefined where it is not. */
  readonly knownFailing: string | undefined;
}

/** What a run found. */
export interface Run {
  readonly capabilities: Capabilities;
  readonly results: readonly ClauseResult[];
  /** Undefined: not even declared. */
  readonly level: "declared" | Level | undefined;
  readonly startTime: Date;
  readonly durationMs: number;
}

/** Which clauses, and how. */
export interface RunOptions {
  /** Ids or names of groups; empty: all. */
  readonly only: readonly string[];
  /** Names of the parameters that were given. */
  readonly parameters: readonly string[];
  /** Clauses known to fail, by id, with why. */
  readonly knownFailing: Readonly<Record<string, string>>;
  /** Longest that a clause may take, in milliseconds. */
  readonly clauseTimeoutMs: number;
  /** Hears of each result as it comes. */
  readonly onResult: (result: ClauseResult, done: number, all: number) => void;
  readonly now: () => Date;
}

/** Runs the clauses one after the other. The capabilities were asked for before. */
export async function runSuite<Service extends DescService, Subject>(
  suite: Suite<Service, Subject>,
  endpoint: Pick<Endpoint<Service>, "target">,
  capabilities: Capabilities,
  options: RunOptions,
): Promise<Run> {
  const startTime = options.now();
  const started = performance.now();
  const chosen = suite.groups.flatMap(({ name, clauses }) =>
    clauses
      .filter(({ id }) => options.only.length === 0 || options.only.includes(id) || options.only.includes(name))
      .map((clause) => ({ group: name, clause })),
  );
  const results: ClauseResult[] = [];
  for (const { group, clause } of chosen) {
    const clauseStarted = performance.now();
    const { outcome, exchanges } = await judge(suite, clause, endpoint, capabilities, options);
    const result: ClauseResult = {
      group,
      id: clause.id,
      says: clause.says,
      level: clause.level,
      outcome,
      durationMs: performance.now() - clauseStarted,
      exchanges: outcome.kind === "failed" ? exchanges : [],
      knownFailing: options.knownFailing[clause.id],
    };
    results.push(result);
    options.onResult(result, results.length, chosen.length);
  }
  return {
    capabilities,
    results,
    level: levelOf(suite, capabilities, results, options.only.length === 0),
    startTime,
    durationMs: performance.now() - started,
  };
}

/** Whether the run is as it should be: nothing failed but what is known to, and nothing known to fail passed throughout. */
export function isAsExpected(run: Run): boolean {
  return (
    run.results.every(({ outcome, knownFailing }) => outcome.kind !== "failed" || knownFailing !== undefined) &&
    staleKnown(run).length === 0
  );
}

/** Ids of clauses that are known to fail and of which no proof failed: the list of known failures is out of date. */
export function staleKnown({ results }: Run): string[] {
  const known = results.filter(({ knownFailing, outcome }) => knownFailing !== undefined && hasRun(outcome));
  const failing = new Set(known.filter(({ outcome }) => outcome.kind === "failed").map(({ id }) => id));
  return [...new Set(known.map(({ id }) => id))].filter((id) => !failing.has(id));
}

function hasRun({ kind }: Outcome): boolean {
  return kind === "passed" || kind === "failed";
}

/** The level that the results earn: a clause that failed or could not be asked keeps it down, one that is of no feature does not. */
function levelOf<Service extends DescService, Subject>(
  suite: Suite<Service, Subject>,
  { capability, features }: Capabilities,
  results: readonly ClauseResult[],
  isWhole: boolean,
): Run["level"] {
  if (capability !== suite.capability || features.some((feature) => !suite.features.includes(feature))) {
    return undefined;
  }
  const keeps = (level: Level) =>
    results
      .filter((result) => result.level === level)
      .every(({ outcome }) => outcome.kind === "passed" || outcome.kind === "not-applicable");
  if (!isWhole || !keeps("conformant")) {
    return "declared";
  }
  return keeps("certified") ? "certified" : "conformant";
}

async function judge<Service extends DescService, Subject>(
  suite: Suite<Service, Subject>,
  clause: Clause<Subject>,
  endpoint: Pick<Endpoint<Service>, "target">,
  capabilities: Capabilities,
  { parameters, clauseTimeoutMs }: RunOptions,
): Promise<{ readonly outcome: Outcome; readonly exchanges: readonly Exchange[] }> {
  if (clause.feature !== undefined && !capabilities.features.includes(clause.feature)) {
    return { outcome: { kind: "not-applicable", feature: clause.feature }, exchanges: [] };
  }
  const missing = clause.needs.filter((name) => !parameters.includes(name));
  if (missing.length > 0) {
    return { outcome: { kind: "skipped", why: `needs --param ${missing.join(", ")}` }, exchanges: [] };
  }
  const { target, exchanges, close } = endpoint.target(capabilities);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`it took longer than ${clauseTimeoutMs / 1000} s`)),
    clauseTimeoutMs,
  );
  try {
    await Promise.race([clause.check(suite.open(target)), late.promise]);
    return { outcome: { kind: "passed" }, exchanges };
  } catch (error) {
    return { outcome: { kind: "failed", message: describeFailure(error), ...comparedIn(error) }, exchanges };
  } finally {
    clearTimeout(timer);
    close();
  }
}

/** What an assertion expected and found (node:assert). */
function comparedIn(error: unknown): { expected?: string; actual?: string } {
  if (!(error instanceof Error) || !("expected" in error) || !("actual" in error)) {
    return {};
  }
  return { expected: inWords(error.expected), actual: inWords(error.actual) };
}

function inWords(value: unknown): string {
  return value === undefined
    ? "undefined"
    : JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? inner.toString() : inner));
}
