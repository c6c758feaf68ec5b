/** Screening: who is found, who is not, and what is told of it. */
import assert from "node:assert/strict";
import type { ScreeningHit } from "#gen/malla/kyc/v1/verification_pb.js";
import { Step_Kind } from "#gen/malla/kyc/v1/verification_pb.js";
import { type ClauseGroup, clause } from "../kit/clause.ts";
import { ana, type KycBench, refusalOf, stateOf, stepOf } from "./bench.ts";

const LISTED = ["listed_given_name", "listed_family_name", "listed_birth_date"];
const OF_LISTED = { feature: "kyc.screening", needs: LISTED };
const OF_SCREENING = { feature: "kyc.screening" };

async function hitsOf({ vendor, listed }: KycBench, change?: (name: string) => string): Promise<ScreeningHit[]> {
  return (await vendor.screen({ party: listed(change) })).hits;
}

export const screening: ClauseGroup<KycBench> = {
  name: "screening",
  clauses: [
    clause(
      "KYC-030",
      "finds a listed party, and says where, how well and why",
      async (bench) => {
        const [hit] = await hitsOf(bench);
        assert.ok(hit !== undefined, "the listed party was not found");
        assert.ok(hit.list !== "" && hit.entryId !== "" && hit.matchedName !== "", "a hit says not which entry it is");
        assert.ok(hit.evidence.length > 0 && hit.evidence.every((text) => text !== ""), "a hit says not why");
      },
      OF_LISTED,
    ),
    clause(
      "KYC-031",
      "finds nobody for a name that nobody lists",
      async ({ vendor }) => {
        assert.deepEqual((await vendor.screen({ party: ana() })).hits, []);
        const unknown = vendor.screen({ party: ana({ givenName: "Ana\u202e", familyName: "Ana\u202e" }) });
        assert.equal(await refusalOf(unknown), "InvalidArgument NAME_INVALID");
      },
      OF_SCREENING,
    ),
    clause(
      "KYC-032",
      "finds a listed party in capitals, without accents, in another order and with a letter wrong",
      async (bench) => {
        const without = (name: string) => name.normalize("NFD").replaceAll(/\p{M}/gu, "");
        const changes: Readonly<Record<string, (name: string) => string>> = {
          "in capitals": (name) => name.toUpperCase(),
          "without accents": without,
          "in another order": (name) => name.split(" ").reverse().join(" "),
          "with a letter wrong": withLetterWrong,
        };
        const [wanted] = await hitsOf(bench);
        for (const [how, change] of Object.entries(changes)) {
          const found = await hitsOf(bench, change);
          assert.ok(
            found.some(({ list, entryId }) => list === wanted?.list && entryId === wanted.entryId),
            `not found ${how}`,
          );
        }
      },
      OF_LISTED,
    ),
    clause(
      "KYC-033",
      "leaves a listed party to a person",
      async ({ begin, listed }) => {
        const verification = await begin(listed());
        assert.equal(stateOf(verification), "IN_REVIEW");
        assert.equal(stepOf(verification, Step_Kind.SCREENING), "NEEDS_REVIEW");
        assert.ok(verification.hits.length > 0, "it has no hits");
      },
      OF_LISTED,
    ),
    clause(
      "KYC-034",
      "names its lists, with their version and size",
      async ({ vendor }) => {
        const { lists } = await vendor.listLists({});
        assert.ok(lists.length > 0, "there is no list");
        assert.equal(new Set(lists.map(({ id }) => id)).size, lists.length, "two lists have one id");
        for (const { id, version, entryCount } of lists) {
          assert.ok(id !== "" && version !== "" && entryCount > 0, `${id}: version ${version}, ${entryCount} entries`);
        }
      },
      OF_SCREENING,
    ),
    clause(
      "KYC-035",
      "tells hits highest score first, and each party of a list once",
      async (bench) => {
        const hits = await hitsOf(bench);
        const scores = hits.map(({ scoreBasisPoints }) => scoreBasisPoints);
        assert.ok(
          scores.every((score) => score >= 0 && score <= 10_000),
          scores.join(),
        );
        assert.deepEqual(
          scores,
          scores.toSorted((a, b) => b - a),
        );
        assert.equal(new Set(hits.map(({ list, entryId }) => `${list}/${entryId}`)).size, hits.length);
      },
      OF_LISTED,
    ),
    clause(
      "KYC-040",
      "repeats monitoring events for a cursor, and stays where nothing came",
      async ({ vendor }) => {
        const [one, two] = [await vendor.pollMonitoring({}), await vendor.pollMonitoring({})];
        assert.deepEqual(
          two.events.map(({ id }) => id),
          one.events.map(({ id }) => id),
        );
        const beyond = await vendor.pollMonitoring({ cursor: one.cursor });
        assert.deepEqual([beyond.events.length, beyond.cursor], [0, one.cursor]);
      },
      { feature: "kyc.monitoring" },
    ),
  ],
};

/** A letter in the middle of the longest word, changed for another. */
function withLetterWrong(name: string): string {
  const longest = name.split(" ").toSorted((a, b) => b.length - a.length)[0] ?? "";
  if (longest.length < 5) {
    return name;
  }
  const at = Math.floor(longest.length / 2);
  const other = longest[at]?.toLowerCase() === "e" ? "i" : "e";
  return name.replace(longest, `${longest.slice(0, at)}${other}${longest.slice(at + 1)}`);
}
