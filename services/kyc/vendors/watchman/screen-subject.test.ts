import { expect, it } from "vitest";
import { type Subject, screenByWatchman } from "./screen-subject.ts";
import { type WatchmanApi, type WatchmanEntity, WatchmanError, type WatchmanQuery } from "./watchman-api.ts";

function entity(sourceID: string, match: number, more: Partial<WatchmanEntity> = {}): WatchmanEntity {
  return { name: `PARTY ${sourceID}`, entityType: "person", sourceList: "us_ofac", sourceID, match, ...more };
}

/** Watchman with answers by name. */
function answering(
  answers: Readonly<Record<string, readonly WatchmanEntity[]>>,
): WatchmanApi & { asked: WatchmanQuery[] } {
  const asked: WatchmanQuery[] = [];
  return {
    asked,
    async search(query) {
      asked.push(query);
      return [...(answers[query.name] ?? [])];
    },
    async lists() {
      return { lists: {}, endedAt: "" };
    },
  };
}

const { signal } = new AbortController();
const ana: Subject = { kind: "person", names: ["Ana Ruiz", "Anna Ruiz"], birthDate: "1970-01-02" };

it("every name is asked for, and each party is one hit by its best name", async () => {
  const api = answering({ "Ana Ruiz": [entity("1", 0.7), entity("2", 0.8)], "Anna Ruiz": [entity("1", 0.9)] });
  const hits = await screenByWatchman(api, ana, signal);
  expect(api.asked.map(({ name, type, birthDate }) => [name, type, birthDate])).toEqual([
    ["Ana Ruiz", "person", "1970-01-02"],
    ["Anna Ruiz", "person", "1970-01-02"],
  ]);
  expect(hits.map(({ id, asked, basisPoints }) => [id, asked, basisPoints])).toEqual([
    ["1", "Anna Ruiz", 9_000],
    ["2", "Ana Ruiz", 8_000],
  ]);
});

it("a firm is searched for among firms", async () => {
  const api = answering({});
  await screenByWatchman(api, { kind: "organisation", names: ["Rahat Ltda"] }, signal);
  expect(api.asked[0]).toMatchObject({ type: "business", birthDate: undefined });
});

it("a hit tells its programmes, and how birth dates agree", async () => {
  const person = { birthDate: "1970-01-02T00:00:00Z" };
  const api = answering({
    "Ana Ruiz": [
      entity("1", 0.9, { person, sourceData: { program: ["SDNTK"] } }),
      entity("2", 0.8, { person: { birthDate: "1950-05-05T00:00:00Z" } }),
    ],
  });
  const hits = await screenByWatchman(api, { ...ana, names: ["Ana Ruiz"] }, signal);
  expect(hits[0]).toMatchObject({
    programs: ["SDNTK"],
    evidence: [{ factor: "match" }, { factor: "birth_date_same" }],
  });
  expect(hits[1]?.evidence[1]).toEqual({ factor: "birth_date_differs", asked: "1970-01-02", listed: "1950-05-05" });
});

it("equal scores are ordered by list and number, so that the answer is the same again", async () => {
  const api = answering({ "Ana Ruiz": [entity("2", 0.8), entity("1", 0.8)] });
  expect((await screenByWatchman(api, { ...ana, names: ["Ana Ruiz"] }, signal)).map(({ id }) => id)).toEqual([
    "1",
    "2",
  ]);
});

it("a name that watchman does not answer for leaves no half of an answer", async () => {
  const api = answering({ "Ana Ruiz": [entity("1", 0.9)] });
  const breaking: WatchmanApi = {
    ...api,
    search: (query, own) =>
      query.name === "Anna Ruiz" ? Promise.reject(new WatchmanError("timeout", "late")) : api.search(query, own),
  };
  await expect(screenByWatchman(breaking, ana, signal)).rejects.toThrow("late");
});
