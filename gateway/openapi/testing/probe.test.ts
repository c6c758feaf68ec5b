/** The probe against a transcoder in this process, over services that answer at random. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createRegistry, type FileRegistry } from "@bufbuild/protobuf";
import { afterEach, describe, expect, it } from "vitest";
import { file_google_rpc_error_details } from "#gen/google/rpc/error_details_pb.js";
import { createNodeHandler } from "../../transcoder/index.ts";
import { shelfFiles } from "../../transcoder/testdata/load.ts";
import type { OpenApiDocument } from "../openapi.ts";
import { answeringTranscoder } from "../testdata/answering.ts";
import { documentOf } from "../testdata/documents.ts";
import { gnarlyFiles } from "../testdata/gnarly.ts";
import { probe } from "./probe.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(files: FileRegistry): Promise<string> {
  const registry = createRegistry(files, file_google_rpc_error_details);
  const server = createServer(createNodeHandler(answeringTranscoder(files, registry)));
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

describe("the probe", () => {
  it.each([
    ["shelf.proto", shelfFiles()],
    ["gnarly.proto", gnarlyFiles()],
  ])("finds nothing wrong with %s, right requests and spoiled ones", async (name, files) => {
    const { document } = documentOf(files, name);
    const report = await probe({ document, baseUrl: await serve(files), runs: 60, mustSucceed: true });
    const all = Object.values(report.statuses);
    expect(report.requests).toBeGreaterThanOrEqual(60 * all.length);
    expect(all.every((counts) => (counts[200] ?? 0) > 0)).toBe(true);
    const refused = all.map((counts) => (counts[400] ?? 0) + (counts[404] ?? 0) + (counts[406] ?? 0));
    expect(refused.every((count) => count > 0)).toBe(true);
  });

  it("tells of a body that is not of the schema, with the smallest request", async () => {
    const { document } = documentOf(shelfFiles(), "Shelf");
    const { schemas } = document.components;
    const wrong = { ...schemas, "shelf.v1.Book": { type: "object", required: ["isbn"] } as const };
    const narrow = { ...document, components: { ...document.components, schemas: wrong } };
    const probing = probe({ document: narrow, baseUrl: await serve(shelfFiles()), runs: 20 });
    await expect(probing).rejects.toThrow(
      /the body of 200 is not as documented: data must have required property 'isbn'/,
    );
  });

  it("tells of a status that is not documented", async () => {
    const { document } = documentOf(shelfFiles(), "Shelf");
    const [path = "", item] = Object.entries(document.paths).find(([, { post }]) => post !== undefined) ?? [];
    const post = item?.post;
    if (post === undefined) throw new Error("shelf.proto has no POST");
    const { "200": ok, default: other } = post.responses;
    const responses = { ...(ok && { "200": ok }), ...(other && { default: other }) };
    const narrow: OpenApiDocument = { ...document, paths: { [path]: { post: { ...post, responses } } } };
    const probing = probe({ document: narrow, baseUrl: await serve(shelfFiles()), runs: 60 });
    await expect(probing).rejects.toThrow(/status 4\d\d is not documented/);
  });
});
