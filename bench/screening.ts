/** `npm run bench:screening`: how many listed people are found under changed names, how many others alert, and how fast. */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { WATCHMAN_REVIEW_MATCH } from "../services/kyc/vendors/watchman/match-scale.ts";
import { markdown, type Table } from "./ledger/figures.ts";
import { openBenchList } from "./screening/lists.ts";
import { type Labelled, labelNames, type Scores, scoreNames, shareFrom, thresholdFor } from "./screening/measure.ts";
import { openNativeScreener } from "./screening/native-screener.ts";
import { PERTURBATIONS } from "./screening/perturb.ts";
import { openWatchmanScreener } from "./screening/watchman-screener.ts";

const HELP = `npm run bench:screening [-- options]
  Screens listed people under changed names, and common names of others, with the native engine and with watchman.
    --people N      of the list, each under every change that applies (300)
    --negatives N   common names (3000)
    --no-peer       without watchman, whose program Go builds the first time
    --help
`;
/** Share of others that may alert when the two are compared at one rate of false alerts. */
const EVEN_ALERTS = 0.01;
/** Code that has run some hundred times is compiled. */
const WARM_UP = 300;

const { values } = parseArgs({
  options: {
    people: { type: "string", default: "300" },
    negatives: { type: "string", default: "3000" },
    "no-peer": { type: "boolean" },
    help: { type: "boolean" },
  },
});

if (values.help === true) {
  process.stdout.write(HELP);
} else {
  await measure();
}

async function measure(): Promise<void> {
  const progress = (line: string) =>
    process.stderr.write(`  ${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
  const list = await openBenchList(progress);
  const names = labelNames(list.parties, Number(values.people), Number(values.negatives));
  const native = openNativeScreener(list.parties);
  process.stdout.write(
    `${list.parties.length} entries of OFAC's list${list.isWhole ? "" : " (an EXCERPT, not the whole)"}, ${native.listedNames} names, read in ` +
      `${Math.round(list.readMs)} ms with ${list.problems} malformed rows told, indexed in ${Math.round(native.indexMs)} ms. ` +
      `${names.length} names asked. ${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Node ${process.versions.node}.\n\n`,
  );
  await scoreNames(native, names.slice(0, WARM_UP));
  const all = [await scoreNames(native, names)];
  progress("native: measured");
  if (values["no-peer"] !== true) {
    all.push(...(await measurePeer(list.folder, names, progress)));
  }
  for (const table of tablesOf(all)) {
    process.stdout.write(`${markdown(table)}\n`);
  }
}

async function measurePeer(
  lists: string,
  names: readonly Labelled[],
  progress: (line: string) => void,
): Promise<Scores[]> {
  try {
    const watchman = await openWatchmanScreener(lists, WATCHMAN_REVIEW_MATCH * 10_000, progress);
    try {
      progress("watchman: started");
      return [await scoreNames(watchman, names)];
    } finally {
      await watchman.close();
    }
  } catch (error) {
    progress(`NOT compared with watchman: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

function tablesOf(all: readonly Scores[]): Table[] {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const even = all.map(({ negatives }) => thresholdFor(negatives, EVEN_ALERTS));
  const ways = PERTURBATIONS.filter(({ name }) => (all[0]?.byWay.get(name)?.length ?? 0) > 0);
  const flat = ({ byWay }: Scores) => [...byWay.values()].flat();
  const row = (
    what: string,
    ofOwn: (scores: Scores) => string,
    ofEven: (scores: Scores, threshold: number) => string,
  ) => [what, ...all.flatMap((scores, i) => [ofOwn(scores), ofEven(scores, even[i] ?? 0)])];
  return [
    {
      title: "Recall, and false alerts on common names",
      meaning: ["Shares of names whose party is among the hits; of common names that have any hit."],
      columns: [
        "what",
        ...all.flatMap(({ screener }) => [`${screener}, its own threshold`, `${screener}, 1 % false alerts`]),
      ],
      rows: [
        row(
          "threshold",
          ({ threshold }) => `${threshold}`,
          (_, threshold) => `${threshold}`,
        ),
        row(
          `false alerts of ${all[0]?.negatives.length ?? 0}`,
          (scores) => percent(shareFrom(scores.negatives, scores.threshold)),
          (scores, threshold) => percent(shareFrom(scores.negatives, threshold)),
        ),
        ...ways.map(({ name, what }) =>
          row(
            `${name} (${what}; ${all[0]?.byWay.get(name)?.length ?? 0})`,
            (scores) => percent(shareFrom(scores.byWay.get(name) ?? [], scores.threshold)),
            (scores, threshold) => percent(shareFrom(scores.byWay.get(name) ?? [], threshold)),
          ),
        ),
        row(
          "all changes",
          (scores) => percent(shareFrom(flat(scores), scores.threshold)),
          (scores, threshold) => percent(shareFrom(flat(scores), threshold)),
        ),
        row(
          "names/s, one after another",
          ({ names, seconds }) => (names / seconds).toFixed(0),
          () => "",
        ),
      ],
    },
  ];
}
