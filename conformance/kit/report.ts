/** A run as files: JSON for programs, JUnit for CI, and one page of HTML for people. */
import { toJson } from "@bufbuild/protobuf";
import { CapabilitiesSchema } from "#gen/malla/vendor/v1/capabilities_pb.js";
import type { ClauseResult, Run } from "./run.ts";
import { countsOf, failureLines } from "./say.ts";

/** What a report says besides the run. */
export interface ReportContext {
  readonly kitVersion: string;
  readonly contractDigest: string;
  readonly endpoint: string;
}

/** The run as JSON. */
export function jsonReport(run: Run, context: ReportContext): string {
  return `${JSON.stringify(
    {
      ...context,
      capabilities: toJson(CapabilitiesSchema, run.capabilities),
      level: run.level ?? null,
      startTime: run.startTime.toISOString(),
      durationMs: Math.round(run.durationMs),
      counts: countsOf(run),
      clauses: run.results.map(({ durationMs, exchanges, ...result }) => ({
        ...result,
        durationMs: Math.round(durationMs),
        exchanges: exchanges.map(({ startedAtMs: _, ...exchange }) => exchange),
      })),
    },
    null,
    2,
  )}\n`;
}

/** The run as JUnit XML, a suite per group. A failure that is known counts as skipped, with its reason. */
export function junitReport(run: Run): string {
  const groups = Map.groupBy(run.results, ({ group }) => group);
  const suites = [...groups].map(([name, results]) => {
    const failures = results.filter(isFailure).length;
    const skipped = results.filter((result) => result.outcome.kind !== "passed" && !isFailure(result)).length;
    const cases = results.map((result) => `    ${junitCase(result, run.capabilities.capability)}`).join("\n");
    return `  <testsuite name="${escaped(name)}" tests="${results.length}" failures="${failures}" skipped="${skipped}" time="${seconds(results)}">\n${cases}\n  </testsuite>`;
  });
  const failures = run.results.filter(isFailure).length;
  const { capability, vendor } = run.capabilities;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${escaped(`${capability}/${vendor}`)}" tests="${run.results.length}" failures="${failures}">\n${suites.join("\n")}\n</testsuites>\n`;
}

function isFailure({ outcome, knownFailing }: ClauseResult): boolean {
  return outcome.kind === "failed" && knownFailing === undefined;
}

function junitCase(result: ClauseResult, capability: string): string {
  const { id, says, outcome, durationMs, knownFailing } = result;
  const open = `<testcase classname="${escaped(capability)}" name="${escaped(`${id}: ${says}`)}" time="${(durationMs / 1000).toFixed(3)}"`;
  switch (outcome.kind) {
    case "passed":
      return `${open}/>`;
    case "not-applicable":
      return `${open}><skipped message="${escaped(`${outcome.feature} is not advertised`)}"/></testcase>`;
    case "skipped":
      return `${open}><skipped message="${escaped(outcome.why)}"/></testcase>`;
    case "failed":
      return knownFailing === undefined
        ? `${open}><failure message="${escaped(outcome.message)}">${escaped(failureLines(result).join("\n"))}</failure></testcase>`
        : `${open}><skipped message="${escaped(`known to fail: ${knownFailing}`)}"/></testcase>`;
  }
}

function seconds(results: readonly ClauseResult[]): string {
  return (results.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000).toFixed(3);
}

const COLOURS = { passed: "#137333", failed: "#b3261e", "not-applicable": "#5f6368", skipped: "#a15c00" } as const;
const WORDS = { passed: "pass", failed: "fail", "not-applicable": "n/a", skipped: "not run" } as const;

/** The run as a page that needs nothing else. */
export function htmlReport(run: Run, { kitVersion, contractDigest, endpoint }: ReportContext): string {
  const { capability, vendor, version, features } = run.capabilities;
  const { passed, failed, notApplicable, skipped } = countsOf(run);
  const facts = [
    ["vendor", `${vendor} ${version}`],
    ["endpoint", endpoint],
    ["features", features.join(", ") || "none"],
    ["clauses", `${passed} passed, ${failed} failed, ${notApplicable} not applicable, ${skipped} not run`],
    ["contract", contractDigest],
    ["run", `${run.startTime.toISOString()}, ${(run.durationMs / 1000).toFixed(1)} s, kit ${kitVersion}`],
  ];
  const groups = [...Map.groupBy(run.results, ({ group }) => group)].map(
    ([name, results]) => `<h2>${escaped(name)}</h2>\n<table>${results.map(htmlRow).join("\n")}</table>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(`${capability}/${vendor}: ${run.level ?? "none"}`)}</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:62rem;padding:0 1rem;color:#202124}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.05rem;margin:1.6rem 0 .3rem}
table{border-collapse:collapse;width:100%}td{border-top:1px solid #dadce0;padding:.35rem .6rem .35rem 0;vertical-align:top}
td.mark{width:4.5rem;font-weight:600}td.id{width:7rem;white-space:nowrap}td.ms{width:5rem;text-align:right;color:#5f6368}
dl{display:grid;grid-template-columns:7rem 1fr;gap:.15rem 1rem;margin:1rem 0}dt{color:#5f6368}dd{margin:0;overflow-wrap:anywhere}
pre{background:#f8f9fa;padding:.6rem;overflow-x:auto;font-size:13px;white-space:pre-wrap;overflow-wrap:anywhere}
.level{display:inline-block;padding:.1rem .7rem;border-radius:1rem;background:#e8f0fe;font-weight:600}
</style></head><body>
<h1>${escaped(capability)}: ${escaped(vendor)}</h1><span class="level">${run.level ?? "no level"}</span>
<dl>${facts.map(([term, value]) => `<dt>${term}</dt><dd>${escaped(value ?? "")}</dd>`).join("")}</dl>
${groups.join("\n")}
</body></html>
`;
}

function htmlRow(result: ClauseResult): string {
  const { id, says, outcome, durationMs, knownFailing } = result;
  const notes = [
    ...(outcome.kind === "not-applicable" ? [`${outcome.feature} is not advertised`] : []),
    ...(outcome.kind === "skipped" ? [outcome.why] : []),
    ...(knownFailing === undefined ? [] : [`known to fail: ${knownFailing}`]),
  ].map((note) => `<br><small>${escaped(note)}</small>`);
  const detail = outcome.kind === "failed" ? `<pre>${escaped(failureLines(result).join("\n"))}</pre>` : "";
  return `<tr><td class="mark" style="color:${COLOURS[outcome.kind]}">${WORDS[outcome.kind]}</td><td class="id">${escaped(id)}</td><td>${escaped(says)}${notes.join("")}${detail}</td><td class="ms">${Math.round(durationMs)} ms</td></tr>`;
}

/** Text for XML and HTML; what XML cannot hold at all (XML 1.0, section 2.2) is shown as U+FFFD. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, (one) => (/[\t\n\r]/.test(one) ? one : "\uFFFD"))
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
