/** PATCH: the mask that a body implies, and the one a client names. */
import { bound, type Case, json, refused } from "./case.ts";

const name = "ports/7/berths/2";
const implied = (clause: string, body: object, berth: object, updateMask: string): Case =>
  bound(clause, `PATCH /v1/${name}`, "Harbour/UpdateBerth", { berth: { name, ...berth }, updateMask }, json(body));

export const masks: readonly Case[] = [
  implied("of one field", { lengthMm: "5" }, { lengthMm: "5" }, "lengthMm"),
  implied(
    "of several, in the order sent",
    { tags: ["a"], lengthMm: "5" },
    { tags: ["a"], lengthMm: "5" },
    "tags,lengthMm",
  ),
  implied("of a nested field", { ship: { title: "x" } }, { ship: { title: "x" } }, "ship.title"),
  implied(
    "of fields three levels down",
    { ship: { owner: { name: "o", countryCode: "c" } } },
    { ship: { owner: { name: "o", countryCode: "c" } } },
    "ship.owner.name,ship.owner.countryCode",
  ),
  implied("of an empty message: the message", { ship: {} }, { ship: {} }, "ship"),
  implied("of null: it is cleared", { ship: null, lengthMm: "5" }, { lengthMm: "5" }, "ship,lengthMm"),
  implied("of a nested null", { ship: { owner: null } }, { ship: {} }, "ship.owner"),
  implied("of a default value", { lengthMm: "0" }, {}, "lengthMm"),
  implied("of an optional that is zero", { ship: { tonnage: 0 } }, { ship: { tonnage: 0 } }, "ship.tonnage"),
  implied("of a map: the map", { labels: { a: "b" } }, { labels: { a: "b" } }, "labels"),
  implied("of a list: the list", { tags: [] }, {}, "tags"),
  implied(
    "of a Timestamp: the field",
    { createTime: "2024-01-01T00:00:00Z" },
    { createTime: "2024-01-01T00:00:00Z" },
    "createTime",
  ),
  implied("of a proto name", { length_mm: 5 }, { lengthMm: "5" }, "lengthMm"),
  bound("none of an empty body", `PATCH /v1/${name}`, "Harbour/UpdateBerth", { berth: { name } }, json({})),
  bound(
    "none where the client names one",
    `PATCH /v1/${name}?updateMask=tags`,
    "Harbour/UpdateBerth",
    {
      berth: { name, lengthMm: "5" },
      updateMask: "tags",
    },
    json({ lengthMm: "5" }),
  ),
  bound(
    "by its proto name, with proto names",
    `PATCH /v1/${name}?update_mask=length_mm,ship.title`,
    "Harbour/UpdateBerth",
    {
      berth: { name, lengthMm: "5" },
      updateMask: "lengthMm,ship.title",
    },
    json({ lengthMm: "5" }),
  ),
  bound(
    "beside another parameter",
    `PATCH /v1/${name}?allowMissing=true`,
    "Harbour/UpdateBerth",
    {
      berth: { name, lengthMm: "5" },
      updateMask: "lengthMm",
      allowMissing: true,
    },
    json({ lengthMm: "5" }),
  ),
  bound(
    "none for PUT",
    `PUT /v1/${name}`,
    "Harbour/ReplaceBerth",
    { berth: { name, lengthMm: "5" } },
    json({ berth: { lengthMm: "5" } }),
  ),
  bound(
    "none for the whole body",
    `PATCH /v2/${name}`,
    "Harbour/ReplaceBerth",
    { berth: { name, lengthMm: "5" } },
    json({ berth: { lengthMm: "5" } }),
  ),
  refused(
    "the path's own field in the body",
    `PATCH /v1/${name}`,
    400,
    "PATH_AND_BODY_CONFLICT",
    "berth.name",
    json({ name, lengthMm: "5" }),
  ),
  refused("an unknown field in the body", `PATCH /v1/${name}`, 400, "FIELD_UNKNOWN", "berth.nope", json({ nope: 1 })),
];
