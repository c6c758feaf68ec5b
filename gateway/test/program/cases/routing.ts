/** Which method a path leads to, and what its segments become. */
import { bound, type Case, json, refused } from "./case.ts";

const berth = "ports/7/berths/2";

export const routing: readonly Case[] = [
  bound("a variable of four segments", `GET /v1/${berth}`, "Harbour/GetBerth", { name: berth }),
  bound("an additional binding", "GET /v1/berths/2", "Harbour/GetBerth", { name: "2" }),
  bound("a variable after a variable", `GET /v1/${berth}/BERTH_VIEW_FULL`, "Harbour/GetBerth", {
    name: berth,
    view: "BERTH_VIEW_FULL",
  }),
  bound("a wildcard parent is text like any other", "GET /v1/ports/-/berths", "Harbour/ListBerths", {
    parent: "ports/-",
  }),
  bound("a literal wins over a variable", "GET /v1/ports/nearest", "Harbour/NearestPort", {}),
  bound("a variable where the literal differs", "GET /v1/ports/nearest2", "Harbour/GetPort", { port: "nearest2" }),
  bound("a literal is matched in full", "GET /v1/ports/near", "Harbour/GetPort", { port: "near" }),
  bound("literals are case-sensitive", "GET /v1/ports/Nearest", "Harbour/GetPort", { port: "Nearest" }),
  bound("the same path by another verb", `DELETE /v1/${berth}`, "Harbour/DeleteBerth", { name: berth }),
  bound("a custom verb on a resource", `POST /v1/${berth}:moor`, "Harbour/Moor", { name: berth }, json({})),
  bound(
    "a custom verb on a collection",
    "POST /v1/ports/7/berths:moor",
    "Harbour/Moor",
    { parent: "ports/7" },
    json({}),
  ),
  bound("a verb on a single segment", "POST /v1/ports/7:ring", "Harbour/Ring", { port: "7" }),
  bound("an id with a colon", "GET /v1/ports/urn:port:7", "Harbour/GetPort", { port: "urn:port:7" }),
  bound("an id that ends like a verb of another method", "GET /v1/ports/7:moor", "Harbour/GetPort", { port: "7:moor" }),
  bound("an id that ends in a colon", "GET /v1/ports/7:", "Harbour/GetPort", { port: "7:" }),
  bound("an encoded colon is no verb", "GET /v1/ports/7%3Aring", "Harbour/GetPort", { port: "7:ring" }),
  bound("nested variables by proto names", "GET /v1/ports/7/cargo/99", "Harbour/GetCargo", {
    port: "7",
    item: { crate: { serialNumber: "99" } },
  }),
  bound("two nested variables of one message", "GET /v1/quays/3/cargo/tea", "Harbour/GetCargo", {
    item: { place: { label: "quays/3" }, kind: "tea" },
  }),
  bound("** takes nothing", "GET /v1/charts", "Harbour/GetChart", {}),
  bound("** takes one segment", "GET /v1/charts/a", "Harbour/GetChart", { path: "a" }),
  bound("** takes many", "GET /v1/charts/a/b/c/d", "Harbour/GetChart", { path: "a/b/c/d" }),
  bound("a literal before **", "GET /v1/atlas/north/sea/1", "Harbour/GetChart", { path: "north/sea/1" }),
  bound("a literal before ** that takes nothing", "GET /v1/atlas/north", "Harbour/GetChart", { path: "north" }),
  bound("a variable before **", "GET /v1/editions/5/charts/a/b", "Harbour/GetChart", {
    edition: "editions/5",
    path: "charts/a/b",
  }),
  bound("a verb behind **", "POST /v1/charts/a/b:print", "Harbour/PrintChart", { path: "a/b" }, json({})),
  bound("a verb behind ** that takes nothing", "POST /v1/charts:print", "Harbour/PrintChart", {}, json({})),
  bound("a verb of another HTTP method is part of **", "GET /v1/charts/a/b:print", "Harbour/GetChart", {
    path: "a/b:print",
  }),
  bound("a segment that no field takes", "GET /v1/lookup/anything/by/5", "Harbour/LookUp", { edition: "5" }),
  bound("segments that no field takes", "GET /v1/lookup/any/thing/at/all", "Harbour/LookUp", {}),
  bound("a custom kind with the name of a known one", "HEAD /v1/inspect/7", "Harbour/Inspect", { port: "7" }),
  bound("a custom kind", "REPORT /v1/inspect/7", "Harbour/Inspect", { port: "7" }),
  bound("any kind, by GET", "GET /v1/anyhow/7", "Harbour/Inspect", { port: "7" }),
  bound("any kind, by DELETE", "DELETE /v1/anyhow/7", "Harbour/Inspect", { port: "7" }),
  bound("the later literal decides where the earlier does not fit", "GET /v1/deep/a/b/x", "Harbour/Deep", {
    edition: "x",
  }),
  bound("a dead end in a literal goes back to the variable", "GET /v1/deep/a/b/x/y", "Harbour/Deep", {
    path: "a/b/x/y",
  }),
  bound("from the left, literals first", "GET /v1/deep/a/b/c", "Harbour/Deep", { edition: "c" }),
  bound("the variable where no literal fits", "GET /v1/deep/z/b/c", "Harbour/Deep", { path: "z", edition: "c" }),
  bound("a literal behind a variable", "GET /v1/deep/a/z/c", "Harbour/Deep", { path: "z" }),
  bound("a verb behind two variables", "GET /v1/lab/many/kinds/1/of/2/x/3:join", "Lab/Path", {
    name: "kinds/1/of/2",
    inner: { label: "x/3" },
  }),
  bound(
    "an RPC without a rule, as Connect",
    "POST /harbour.v1.Harbour/Unlisted",
    "Harbour/Unlisted",
    { port: "7" },
    {
      body: '{"port":"7"}',
    },
  ),

  refused("an unknown path", "GET /v1/nothing", 404, "ROUTE_NOT_FOUND"),
  refused("the root", "GET /", 404, "ROUTE_NOT_FOUND"),
  refused("a trailing slash", `GET /v1/${berth}/`, 404, "ROUTE_NOT_FOUND"),
  refused("a trailing slash behind a literal", "GET /v1/ports/nearest/", 404, "ROUTE_NOT_FOUND"),
  refused("two slashes", "GET /v1//ports/7", 404, "ROUTE_NOT_FOUND"),
  refused("an empty variable", "GET /v1/ports/", 404, "ROUTE_NOT_FOUND"),
  refused("an empty segment in **", "GET /v1/charts/a//b", 404, "ROUTE_NOT_FOUND"),
  refused(
    "an unknown verb on a resource of several segments",
    "POST /v1/ports/7/berths/2:sink",
    405,
    "METHOD_NOT_ALLOWED",
  ),
  refused("a segment too many", "GET /v1/ports/nearest/x", 404, "ROUTE_NOT_FOUND"),
  refused("a path that has other methods", "POST /v1/ports/berths", 405, "METHOD_NOT_ALLOWED", undefined, json({})),
  refused("another prefix", "GET /v2/ports/7", 404, "ROUTE_NOT_FOUND"),
  refused("the constant part of a variable", "GET /v1/piers/7/berths/2", 404, "ROUTE_NOT_FOUND"),
];
