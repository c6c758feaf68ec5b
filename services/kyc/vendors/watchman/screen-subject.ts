/** Screens a subject by watchman: every name that is known is asked for, and each party is one hit, by its best name. */
import { WATCHMAN_REVIEW_MATCH } from "./match-scale.ts";
import type { WatchmanApi, WatchmanEntity, WatchmanQuery } from "./watchman-api.ts";

/** Who is screened. */
export interface Subject {
  readonly kind: "person" | "organisation";
  readonly names: readonly string[];
  /** "1962-11-23"; it becomes part of watchman's score. */
  readonly birthDate?: string | undefined;
}

/** A party that may be meant. */
export interface WatchmanHit {
  /** Watchman's name of the list, e.g. "us_ofac". */
  readonly list: string;
  /** The list's own number of the entry. */
  readonly id: string;
  readonly kind: WatchmanEntity["entityType"];
  /** The entry's name; watchman does not tell which alias it was. */
  readonly name: string;
  /** The subject's name that it was. */
  readonly asked: string;
  /** Watchman's score, 0 to 10,000. */
  readonly basisPoints: number;
  readonly programs: readonly string[];
  readonly evidence: readonly HitEvidence[];
}

/** What watchman lets us say about why. */
export type HitEvidence =
  | { readonly factor: "match"; readonly asked: string; readonly listed: string; readonly basisPoints: number }
  | { readonly factor: "birth_date_same" | "birth_date_differs"; readonly asked: string; readonly listed: string };

/** What is asked of watchman for one name, at most: it gives no more than 100. */
const MAX_HITS = 50;
const FULL_SCORE = 10_000;

/** Asks watchman. Best first, ties by list and number. @throws WatchmanError where an answer is missing or no answer */
export async function screenByWatchman(
  api: WatchmanApi,
  subject: Subject,
  signal: AbortSignal,
): Promise<WatchmanHit[]> {
  const best = new Map<string, WatchmanHit>();
  for (const name of subject.names) {
    const query: WatchmanQuery = {
      name,
      type: subject.kind === "person" ? "person" : "business",
      birthDate: subject.birthDate,
      minMatch: WATCHMAN_REVIEW_MATCH,
      limit: MAX_HITS,
    };
    for (const entity of await api.search(query, signal)) {
      const hit = hitOf(entity, name, subject.birthDate);
      const key = `${hit.list}/${hit.id}`;
      if (hit.basisPoints > (best.get(key)?.basisPoints ?? -1)) {
        best.set(key, hit);
      }
    }
  }
  return [...best]
    .sort(([a, x], [b, y]) => y.basisPoints - x.basisPoints || (a < b ? -1 : a > b ? 1 : 0))
    .map(([, hit]) => hit)
    .slice(0, MAX_HITS);
}

function hitOf(entity: WatchmanEntity, asked: string, birthDate: string | undefined): WatchmanHit {
  const basisPoints = Math.round(entity.match * FULL_SCORE);
  const listedBirth = entity.person?.birthDate?.slice(0, "1962-11-23".length);
  const birth: HitEvidence[] =
    birthDate === undefined || listedBirth === undefined
      ? []
      : [
          {
            factor: birthDate === listedBirth ? "birth_date_same" : "birth_date_differs",
            asked: birthDate,
            listed: listedBirth,
          },
        ];
  return {
    list: entity.sourceList,
    id: entity.sourceID,
    kind: entity.entityType,
    name: entity.name,
    asked,
    basisPoints,
    programs: entity.sourceData?.program ?? [],
    evidence: [{ factor: "match", asked, listed: entity.name, basisPoints }, ...birth],
  };
}
