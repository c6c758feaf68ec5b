/** The reference's list: two made-up parties, and a plain way of finding them. */
import { create } from "@bufbuild/protobuf";
import {
  type Party,
  type ScreeningHit,
  ScreeningHitSchema,
  type ScreeningList,
  ScreeningListSchema,
} from "#gen/malla/kyc/v1/verification_pb.js";
import type { Fault } from "./faults.ts";
import { namesOf, plain } from "./party.ts";

/** Parameters of the suite that fit the list. */
export const REFERENCE_PARAMETERS = {
  listed_given_name: "Évaristo Nuno",
  listed_family_name: "Quibungo Saraiva",
  listed_birth_date: "1961-02-03",
} as const;

const ENTRIES = [
  { id: "1", name: "Évaristo Nuno Quibungo Saraiva" },
  { id: "2", name: "Evaristo Quibungo" },
];

/** The lists. */
export function listsOf(faults: ReadonlySet<Fault>): ScreeningList[] {
  const version = faults.has("hides_list_versions") ? "" : "1";
  return [
    create(ScreeningListSchema, { id: "reference", displayName: "Made up", version, entryCount: ENTRIES.length }),
  ];
}

/** Who of the list the party may be. */
export function hitsOf(party: Party, faults: ReadonlySet<Fault>): ScreeningHit[] {
  if (faults.has("finds_nobody")) {
    return [];
  }
  const asked = namesOf(party).join(" ");
  const hits = ENTRIES.flatMap(({ id, name }) => {
    const score = faults.has("finds_only_exact_names") ? (asked === name ? 10_000 : 0) : scoreOf(asked, name);
    return score < 9_000 && !faults.has("finds_everybody")
      ? []
      : [
          create(ScreeningHitSchema, {
            list: "reference",
            entryId: id,
            matchedName: name,
            scoreBasisPoints: score - Number(id),
            evidence: ["the names fit"],
          }),
        ];
  });
  return faults.has("orders_hits_upside_down") ? hits.toReversed() : hits;
}

/** How many words of the entry are among those asked, each but for one letter. */
function scoreOf(asked: string, name: string): number {
  const words = plain(asked).split(/\s+/);
  const wanted = plain(name).split(/\s+/);
  const found = wanted.filter((one) => words.some((word) => isNearly(word, one)));
  return Math.floor((found.length * 10_000) / wanted.length);
}

function isNearly(one: string, other: string): boolean {
  const differing = [...one].filter((letter, index) => letter !== other[index]).length;
  return one.length === other.length && differing <= 1;
}
