/** Recall on listed people under changed names, false alerts on common names, and speed, of anything that screens names. */
import type { ListedParty } from "../../services/kyc/vendors/native/domain/screening/listed-party.ts";
import { makeNegatives, type Negative } from "./negatives.ts";
import { type NameParts, PERTURBATIONS, partsOf } from "./perturb.ts";
import { type Chance, openChance } from "./random.ts";

/** What a screener says of a name: parties by their number on the list, with scores. */
export interface Screener {
  readonly name: string;
  /** The score from which it is an alert for whoever makes the screener. */
  readonly threshold: number;
  screen(
    name: string,
    kind: Negative["kind"],
  ): Promise<readonly { readonly id: string; readonly basisPoints: number }[]>;
}

export interface Labelled {
  /** Who should be found; undefined: nobody. */
  readonly id: string | undefined;
  readonly kind: Negative["kind"];
  readonly text: string;
  /** Which perturbation made it; "" for a negative. */
  readonly way: string;
}

/** A screener's scores: of the party meant, or the best of anybody for a negative. */
export interface Scores {
  readonly screener: string;
  readonly threshold: number;
  readonly byWay: ReadonlyMap<string, readonly number[]>;
  readonly negatives: readonly number[];
  readonly names: number;
  readonly seconds: number;
}

const SEED = 20_260_301;

/** People of the list under each perturbation that applies to them, then common names. */
export function labelNames(parties: readonly ListedParty[], people: number, negatives: number): Labelled[] {
  const chance = openChance(SEED);
  const candidates = parties.flatMap((party): { id: string; parts: NameParts }[] => {
    const parts = party.kind === "person" ? partsOf(party.names[0]?.text ?? "") : undefined;
    return parts === undefined ? [] : [{ id: party.id, parts }];
  });
  const sample = shuffled(candidates, chance).slice(0, people);
  const positives = sample.flatMap(({ id, parts }) =>
    PERTURBATIONS.flatMap(({ name, apply }): Labelled[] => {
      const text = apply(parts, chance);
      return text === undefined ? [] : [{ id, kind: "person", text, way: name }];
    }),
  );
  return [
    ...positives,
    ...makeNegatives(negatives, chance).map(({ text, kind }) => ({ id: undefined, kind, text, way: "" })),
  ];
}

function shuffled<T>(items: readonly T[], chance: Chance): T[] {
  return items
    .map((item) => [chance.below(2 ** 30), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

/** Screens every name, one after another. */
export async function scoreNames(screener: Screener, names: readonly Labelled[]): Promise<Scores> {
  const byWay = new Map<string, number[]>();
  const negatives: number[] = [];
  const startedMs = performance.now();
  for (const { id, kind, text, way } of names) {
    const hits = await screener.screen(text, kind);
    if (id === undefined) {
      negatives.push(Math.max(0, ...hits.map(({ basisPoints }) => basisPoints)));
    } else {
      const scores = byWay.get(way) ?? [];
      scores.push(hits.find((hit) => hit.id === id)?.basisPoints ?? 0);
      byWay.set(way, scores);
    }
  }
  const seconds = (performance.now() - startedMs) / 1000;
  return { screener: screener.name, threshold: screener.threshold, byWay, negatives, names: names.length, seconds };
}

/** Share of scores that reach a threshold. */
export function shareFrom(scores: readonly number[], threshold: number): number {
  return scores.length === 0 ? 0 : scores.filter((score) => score >= threshold).length / scores.length;
}

/** The least threshold at which no more than a share of the negatives alert. */
export function thresholdFor(negatives: readonly number[], share: number): number {
  const sorted = negatives.toSorted((a, b) => b - a);
  return (sorted[Math.floor(sorted.length * share)] ?? 0) + 1;
}
