/** What a run says on a terminal, as it goes and at its end. */
import type { ClauseResult, Run } from "./run.ts";
import { staleKnown } from "./run.ts";

const MARKS = { passed: "pass", failed: "FAIL", "not-applicable": "n/a ", skipped: "SKIP" } as const;

/** One line per clause; under a failure what was expected, found and said. */
export function lineOf(result: ClauseResult, done: number, all: number): string {
  const { outcome, id, says, durationMs, knownFailing } = result;
  const progress = `${String(done).padStart(String(all).length)}/${all}`;
  const first = `${progress}  ${MARKS[outcome.kind]}  ${id}: ${says} (${Math.round(durationMs)} ms)`;
  switch (outcome.kind) {
    case "passed":
      return first;
    case "not-applicable":
      return `${first}\n        the vendor does not advertise ${outcome.feature}`;
    case "skipped":
      return `${first}\n        not run: ${outcome.why}`;
    case "failed":
      return [
        `${first}${knownFailing === undefined ? "" : `\n        known: ${knownFailing}`}`,
        ...failureLines(result).map((line) => `        ${line}`),
      ].join("\n");
  }
}

/** A failure in lines: what went wrong, and the last calls that were made. */
export function failureLines({ outcome, exchanges }: ClauseResult): string[] {
  if (outcome.kind !== "failed") {
    return [];
  }
  return [
    ...outcome.message.split("\n"),
    ...(outcome.expected === undefined ? [] : [`expected  ${outcome.expected}`]),
    ...(outcome.actual === undefined ? [] : [`actual    ${outcome.actual}`]),
    ...exchanges
      .slice(-3)
      .flatMap(({ method, requests, answers, failure }) => [
        `${method}  ${requests.join(" ")}`,
        `  -> ${failure ?? answers.join(" ")}`,
      ]),
  ];
}

/** How many came to what. */
export function countsOf({ results }: Run): Record<"passed" | "failed" | "notApplicable" | "skipped", number> {
  const count = (kind: string) => results.filter(({ outcome }) => outcome.kind === kind).length;
  return {
    passed: count("passed"),
    failed: count("failed"),
    notApplicable: count("not-applicable"),
    skipped: count("skipped"),
  };
}

/** The last lines of a run. */
export function summaryOf(run: Run): string {
  const { passed, failed, notApplicable, skipped } = countsOf(run);
  const stale = staleKnown(run);
  const { capability, vendor, version } = run.capabilities;
  return [
    "",
    `${capability}/${vendor} ${version}: ${passed} passed, ${failed} failed, ${notApplicable} of features not advertised, ${skipped} not run (${(run.durationMs / 1000).toFixed(1)} s)`,
    ...(stale.length === 0
      ? []
      : [`known to fail, and passed: ${stale.join(", ")}. Take them off the list of known failures.`]),
    ...(skipped === 0 ? [] : ["what was not run keeps the level down: give the parameters that are named above"]),
    `level: ${run.level ?? "none"}`,
  ].join("\n");
}
