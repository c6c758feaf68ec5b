/** What a document says of contracts that are nobody's in particular. */
import type { DescService } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import type { RouteInfo } from "../transcoder/index.ts";
import { parseTemplate } from "../transcoder/template.ts";
import { openApiOf, routesOf } from "./index.ts";
import type { Operation, Parameter } from "./openapi.ts";
import { documentOf, gnarlyDocument, shelfDocument } from "./testdata/documents.ts";
import { gnarlyFiles } from "./testdata/gnarly.ts";
import { operationsOf } from "./testing/operations.ts";

const gnarly = gnarlyDocument();
const shelf = shelfDocument();
const operations = [...operationsOf(gnarly.document), ...operationsOf(shelf.document)];

function operationNamed(operationId: string): Operation {
  const found = operations.find(({ operation }) => operation.operationId === operationId);
  if (found === undefined) throw new Error(`no operation ${operationId}`);
  return found.operation;
}

function parametersOf(operationId: string): Record<string, Parameter> {
  return Object.fromEntries((operationNamed(operationId).parameters ?? []).map((each) => [each.name, each]));
}

describe("a route", () => {
  it("that OpenAPI has no place for is left out and told of", () => {
    expect(shelf.omitted).toEqual([
      expect.stringMatching(/^shelf\.v1\.Shelf\.Purge .*: OpenAPI has no place for the HTTP method PURGE$/),
      expect.stringMatching(/^shelf\.v1\.Shelf\.Anything .*: OpenAPI has no place for the HTTP method \*$/),
    ]);
    expect(gnarly.omitted[0]).toMatch(/^gnarly\.v1\.Gnarly\.GetBranch .*: another operation stands at get \/v1\/trees/);
  });

  it("of the shape of another takes over the names of its parameters", () => {
    const paths = Object.keys(gnarly.document.paths).filter((path) => /^\/v1\/trees\/\{\w+\}$/.test(path));
    expect(paths).toEqual(["/v1/trees/{id}"]);
    expect(Object.keys(gnarly.document.paths["/v1/trees/{id}"] ?? {}).sort()).toEqual(["delete", "get"]);
    expect(Object.keys(parametersOf("Gnarly_GetTree"))).toEqual(["id", "readMask"]);
  });

  it("of a method has an id of its own for each binding", () => {
    const ids = operations
      .map(({ operation }) => operation.operationId)
      .filter((id) => id.startsWith("Gnarly_GetNode"));
    expect(ids.sort()).toEqual(["Gnarly_GetNode", "Gnarly_GetNode_2", "Gnarly_GetNode_3"]);
  });

  it("of one of two services with one name is told apart by the package", () => {
    const files = gnarlyFiles();
    const service = files.getService("gnarly.v1.Gnarly");
    if (service === undefined) throw new Error("gnarly.proto has no service Gnarly");
    const other: DescService = { ...service, typeName: "other.v1.Gnarly" };
    const [method] = service.methods;
    const routes = routesOf([service]).flatMap((route): RouteInfo[] => {
      const again = { ...route, method: { ...route.method, parent: other }, template: parseTemplate("/v2/node") };
      return route.method === method && route.template.source === "/v1/nodes" ? [route, again] : [route];
    });
    const { document } = openApiOf({ routes, registry: files, info: { title: "t", version: "1" } });
    expect(document.tags.map(({ name }) => name)).toEqual(["gnarly.v1.Gnarly", "other.v1.Gnarly"]);
    expect(document.paths["/v2/node"]?.get?.operationId).toBe("other.v1.Gnarly_GetNode");
  });

  it("without a comment has a summary all the same, and one that is deprecated says so", () => {
    const { document } = gnarlyDocument(false);
    const summaries = operationsOf(document).map(({ operation }) => operation.summary);
    expect(summaries).toContain("Put factors");
    expect(document.tags).toEqual([{ name: "Gnarly", description: "The methods of `gnarly.v1.Gnarly`." }]);
    expect(operationNamed("Gnarly_DeleteTree")).toMatchObject({ deprecated: true });
  });
});

describe("a parameter of the query", () => {
  const parameters = parametersOf("Gnarly_FindNodes");

  it("stands for every field that a text can hold, and for a message inside itself once", () => {
    expect(Object.keys(parameters)).toEqual([
      "filter.text",
      "filter.id",
      "filter.code",
      "moods",
      "scores",
      "deep",
      "since",
      "within",
      "mask",
      "level",
      "cursor",
      "atLeast",
    ]);
  });

  it("is written as its type is", () => {
    expect(parameters["moods"]).toMatchObject({ style: "form", explode: true, schema: { type: "array" } });
    expect(parameters["scores"]).toMatchObject({ style: "deepObject", schema: { type: "object" } });
    expect(parameters["deep"]?.schema).toEqual({ type: "boolean" });
    expect(parameters["since"]?.schema).toMatchObject({ type: "string", format: "date-time" });
    expect(parameters["filter.id"]?.schema).toMatchObject({ type: "string", format: "int64" });
    expect(parameters["level"]).toMatchObject({ deprecated: true });
  });

  it("of a oneof says with which others it cannot stand", () => {
    expect(parameters["filter.id"]).toMatchObject({
      "x-oneof": [{ name: "filter.by", member: "id" }],
      description: "At most one of `id`, `code` can be given.",
    });
  });

  it("is none for what the path decides, nor for the other members of its oneof", () => {
    expect(Object.keys(parametersOf("Gnarly_ListNodes"))).toEqual(["tree", "pageSize", "pageToken"]);
  });
});

describe("a body", () => {
  it("can be a field of any type, and so can an answer", () => {
    const factors = operationNamed("Gnarly_PutFactors");
    const numbers = { type: "object", additionalProperties: { anyOf: expect.any(Array) } };
    expect(factors.requestBody?.content["application/json"]?.schema).toMatchObject(numbers);
    expect(factors.responses["200"]).toMatchObject({ content: { "application/json": { schema: numbers } } });
    const note = operationNamed("Gnarly_PutNote");
    expect(note.requestBody?.content["application/json"]?.schema).toMatchObject({ type: ["string", "null"] });
    expect(note.responses["200"]).toMatchObject({
      content: { "application/json": { schema: { anyOf: [expect.anything(), { type: "null" }] } } },
    });
  });

  it("leaves out what answers alone have, and answers what requests alone have", () => {
    const { "gnarly.v1.Node": answered, "gnarly.v1.NodeInput": asked } = gnarly.document.components.schemas;
    expect(asked?.properties?.["createTime"]).toMatchObject({ readOnly: true });
    expect(asked?.properties?.["secret"]).toMatchObject({ writeOnly: true });
    expect(answered?.properties?.["secret"]).toBeUndefined();
    expect(asked?.required).toEqual(["label", "legacy"]);
    expect(answered?.required).toEqual(expect.arrayContaining(["legacy", "depth", "children", "byEdge"]));
    expect(answered?.required).not.toContain("name");
  });
});

describe("streams and bytes", () => {
  const files = gnarlyFiles();
  const streams = files.getService("gnarly.v1.Streams");
  const contentOf = (name: string, body: string) => {
    const method = streams?.methods.find((each) => each.name === name);
    const route = {
      httpMethod: "POST",
      template: parseTemplate("/v1/it"),
      method,
      body,
      responseBody: "",
      headers: [],
    };
    // A transcoder may not carry every kind of method; what a document says of them is the same.
    const routes = [route as unknown as RouteInfo];
    const { document } = openApiOf({ routes, registry: files, info: { title: "t", version: "1" } });
    const operation = document.paths["/v1/it"]?.post;
    const answer = operation?.responses["200"];
    return {
      asked: operation?.requestBody?.content ?? {},
      answered: (answer && "content" in answer && answer.content) || {},
    };
  };

  it("from the client are lines", () => {
    const { asked, answered } = contentOf("Import", "*");
    expect(Object.keys(asked)).toEqual(["application/x-ndjson"]);
    expect(asked["application/x-ndjson"]?.schema).toEqual({ $ref: "#/components/schemas/gnarly.v1.CreateNodeRequest" });
    expect(Object.keys(answered)).toEqual(["application/json"]);
  });

  it("both ways are lines, and events from the server", () => {
    const { asked, answered } = contentOf("Chat", "*");
    expect(Object.keys(asked)).toEqual(["application/x-ndjson"]);
    expect(Object.keys(answered)).toEqual(["text/event-stream", "application/x-ndjson"]);
    expect(answered["application/x-ndjson"]?.schema?.oneOf).toMatchObject([
      { required: ["result"] },
      { $ref: "#/components/schemas/Error" },
    ]);
  });

  it("of google.api.HttpBody are of any media type", () => {
    expect(contentOf("Upload", "file")).toEqual({ asked: { "*/*": {} }, answered: { "*/*": {} } });
    expect(contentOf("Download", "").answered).toEqual({ "*/*": {} });
  });
});

it("a document is the same each time it is made", () => {
  expect(JSON.stringify(documentOf(gnarlyFiles(), "Gnarly"))).toBe(JSON.stringify(gnarly));
});
