/** google.api.HttpBody: bytes as they are, in both directions. */
import { answered, bound, type Case } from "./case.ts";

const bytes = Buffer.from([0, 1, 2, 0xff, 0xfe]);
const base64 = bytes.toString("base64");
const as = (type: string) => ({ header: { "content-type": type }, body: bytes });

export const httpBodies: readonly Case[] = [
  bound(
    "a body of any type becomes the field",
    "POST /v1/files/a/b.bin",
    "Vault/Upload",
    {
      name: "files/a/b.bin",
      file: { contentType: "application/octet-stream", data: base64 },
    },
    as("application/octet-stream"),
    { part: { name: "files/a/b.bin" } },
  ),
  bound(
    "with parameters of its type",
    "PUT /v1/files/a",
    "Vault/Upload",
    {
      name: "files/a",
      file: { contentType: "text/plain; charset=latin1", data: base64 },
    },
    as("text/plain; charset=latin1"),
  ),
  bound(
    "JSON is bytes too",
    "POST /v1/files/a",
    "Vault/Upload",
    {
      name: "files/a",
      file: { contentType: "application/json", data: Buffer.from('{"a":1}').toString("base64") },
    },
    { body: '{"a":1}' },
  ),
  bound(
    "no type",
    "POST /v1/files/a",
    "Vault/Upload",
    { name: "files/a", file: { data: base64 } },
    {
      header: { "content-type": "" },
      body: bytes,
    },
  ),
  bound(
    "the rest in the query",
    "POST /v1/files/a?replace=true",
    "Vault/Upload",
    {
      name: "files/a",
      replace: true,
      file: { contentType: "image/png", data: base64 },
    },
    as("image/png"),
  ),
  answered("as the whole message, both ways", "POST /v1/vault:echo", as("image/png"), {
    text: bytes.toString(),
    header: { "content-type": "image/png", "content-length": "5" },
  }),
  answered("an empty one", "POST /v1/vault:echo", {}, { text: "" }),
  answered(
    "as answer",
    "GET /v1/files/a",
    { plan: { replies: [{ contentType: "text/csv", data: "YSxi" }] } },
    {
      text: "a,b",
      header: { "content-type": "text/csv", "content-length": "3" },
    },
  ),
  answered(
    "as answer to HEAD",
    "HEAD /v1/files/a",
    { plan: { replies: [{ contentType: "text/csv", data: "YSxi" }] } },
    {
      text: "",
      header: { "content-type": "text/csv", "content-length": "3" },
    },
  ),
  answered(
    "whatever the client would like",
    "GET /v1/files/a",
    { header: { accept: "application/json" }, plan: { replies: [{ contentType: "text/csv", data: "YSxi" }] } },
    {
      text: "a,b",
    },
  ),
  answered(
    "a method without arguments",
    "GET /v1/index.html",
    { plan: { replies: [{ contentType: "text/html", data: "PGI+" }] } },
    {
      text: "<b>",
      header: { "content-type": "text/html" },
    },
  ),
  answered(
    "as the part that response_body names",
    "GET /v1/previews/a",
    { plan: { replies: [{ file: { contentType: "image/gif", data: "R0lG" }, comment: "c" }] } },
    {
      text: "GIF",
      header: { "content-type": "image/gif" },
    },
  ),
  answered(
    "in pieces",
    "GET /v1/files/a:stream",
    {
      plan: { replies: [{ contentType: "text/csv", data: "YSw=" }, { data: "Yg==" }, { data: "Cg==" }] },
    },
    { text: "a,b\n", header: { "content-type": "text/csv" } },
  ),
  answered(
    "an error before the first piece",
    "GET /v1/files/a:stream",
    { plan: { error: { code: 5, message: "no such file" } } },
    {
      status: 404,
      part: { error: { code: 404, status: "NOT_FOUND", message: "no such file" } },
    },
  ),
  answered(
    "an error instead of bytes",
    "GET /v1/files/a",
    { plan: { error: { code: 7, message: "not yours" } } },
    {
      status: 403,
      part: { error: { status: "PERMISSION_DENIED" } },
      header: { "content-type": "application/json" },
    },
  ),
  bound(
    "a stream of pieces from the client, each with the path's fields at first",
    "POST /v1/files/a:stream",
    "Vault/UploadStream",
    {
      name: "files/a",
      file: { contentType: "image/png", data: base64 },
    },
    as("image/png"),
  ),
];
