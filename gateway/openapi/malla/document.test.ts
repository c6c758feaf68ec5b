import { getOption, hasOption } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { http } from "#gen/google/api/annotations_pb.js";
import type { Operation, PathItem, Response, Schema } from "../openapi.ts";
import { mallaDocument } from "./document.ts";
import { contracts } from "./testdata/contracts.ts";

const files = contracts();
const document = mallaDocument(files);
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries<Operation>(item).map(([httpMethod, operation]) => ({ path, httpMethod, operation })),
);

function operationNamed(operationId: string): Operation {
  const found = operations.find(({ operation }) => operation.operationId === operationId);
  if (found === undefined) throw new Error(`no operation ${operationId}`);
  return found.operation;
}

function schemaNamed(name: string): Schema {
  const schema = document.components.schemas[name];
  if (schema === undefined) throw new Error(`no schema ${name}`);
  return schema;
}

/** What stands at a JSON pointer of the document. */
function at(pointer: string): unknown {
  const steps = pointer.slice("#/".length).split("/");
  return steps.reduce<unknown>((value, step) => {
    return typeof value === "object" && value !== null
      ? Object.entries(value).find(([key]) => key === step)?.[1]
      : undefined;
  }, document);
}

describe("the document of the contracts", () => {
  it("has an operation for every google.api.http binding", () => {
    const methods = [...files.files].flatMap((file) => file.services.flatMap((service) => service.methods));
    const bound = methods.filter((method) => hasOption(method, http));
    const expected = bound.flatMap((method) => {
      const rule = getOption(method, http);
      return [rule, ...rule.additionalBindings].map(({ pattern }, index) => {
        const suffix = index === 0 ? "" : `_${index + 1}`;
        return `${pattern.case} ${method.parent.name}_${method.name}${suffix}`;
      });
    });
    const described = operations.map(({ httpMethod, operation }) => `${httpMethod} ${operation.operationId}`);
    expect(described.filter((each) => !each.includes("Edge_")).sort()).toEqual(expected.sort());
    expect(expected.length).toBeGreaterThan(20);
  });

  it("declares exactly the parameters that each path has", () => {
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
      const declared = operation.parameters?.filter((parameter) => parameter.in === "path") ?? [];
      expect(declared.map(({ name }) => name)).toEqual(inPath);
      expect(declared.every(({ required }) => required === true)).toBe(true);
    }
  });

  it("has no two paths that differ in the names of their parameters alone", () => {
    const bare = Object.keys(document.paths).map((path) => path.replace(/\{[^}]+\}/g, "{}"));
    expect(new Set(bare).size).toBe(bare.length);
  });

  it("names every operation and every parameter once", () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operation } of operations) {
      const names = operation.parameters?.map((parameter) => `${parameter.in} ${parameter.name}`) ?? [];
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it("resolves every reference", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, pointer = ""]) => pointer);
    expect(references.length).toBeGreaterThan(100);
    expect([...new Set(references)].filter((pointer) => at(pointer) === undefined)).toEqual([]);
  });

  it("names components as OpenAPI allows, and only properties that exist as required", () => {
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect(name).toMatch(/^[a-zA-Z0-9._-]+$/);
      expect((schema.required ?? []).filter((each) => schema.properties?.[each] === undefined)).toEqual([]);
    }
  });

  it("describes every operation, parameter, property and tag", () => {
    const silent = operations.filter(({ operation }) => (operation.description ?? "") === "");
    expect(silent.map(({ path }) => path)).toEqual([]);
    const parameters = operations.flatMap(({ operation }) => operation.parameters ?? []);
    expect(parameters.filter(({ description = "" }) => description === "")).toEqual([]);
    const ours = Object.entries(document.components.schemas).filter(([name]) => /^\w+\.v1\./.test(name));
    const properties = ours.flatMap(([name, schema]) =>
      Object.entries(schema.properties ?? {}).map(([key, { description = "" }]) => ({ name, key, description })),
    );
    expect(properties.filter(({ description }) => description === "")).toEqual([]);
    expect(document.tags.filter(({ description = "" }) => description === "")).toEqual([]);
  });

  it("is the same each time it is made", () => {
    expect(JSON.stringify(mallaDocument(contracts()))).toBe(JSON.stringify(document));
  });
});

describe("an operation", () => {
  it("takes the path's part of the name by the pattern of the field", () => {
    const item: PathItem | undefined = document.paths["/v1/accounts/{account}/balance"];
    expect(item?.get?.parameters?.[0]).toMatchObject({ name: "account", schema: { pattern: "^[a-z0-9-]{1,64}$" } });
  });

  it("asks for a required field of the query, but not for a key that a header can give", () => {
    const parameters = operationNamed("ProductsService_CreateProduct").parameters ?? [];
    const required = parameters.map(({ name, required }) => [name, required ?? false]);
    expect(required).toEqual([
      ["productId", true],
      ["requestId", false],
      ["Idempotency-Key", false],
    ]);
  });

  it("leaves what the path decides out of the body, and asks for no key in it", () => {
    const schema = schemaNamed("accounts.v1.DepositRequest");
    expect(Object.keys(schema.properties ?? {})).toEqual(["amount", "description", "requestId"]);
    expect(schema.required).toEqual(["amount"]);
  });

  it("needs no body where path and header say it all", () => {
    expect(operationNamed("AccountsService_CloseAccount").requestBody?.required).toBe(false);
    expect(operationNamed("AccountsService_Deposit").requestBody?.required).toBe(true);
  });

  it("requires nothing of the body of a PATCH, and takes null", () => {
    const schema = schemaNamed("customers.v1.CustomerPatch");
    expect(schema.required).toBeUndefined();
    expect(schema.properties?.["name"]).toBeUndefined();
    expect(schema.properties?.["email"]?.type).toEqual(["string", "null"]);
    expect(schema.properties?.["state"]).toMatchObject({ readOnly: true });
  });

  it("says which of a oneof's members a body must have", () => {
    expect(schemaNamed("customers.v1.CustomerInput")).toMatchObject({
      oneOf: [{ required: ["naturalPerson"] }, { required: ["legalPerson"] }],
      "x-oneof": [{ name: "person", required: true, fields: ["naturalPerson", "legalPerson"] }],
    });
  });

  it("lists its own reasons by status, with their meaning", () => {
    const answer = operationNamed("AccountsService_Deposit").responses["400"];
    const { description } =
      answer !== undefined && "description" in answer ? answer : ({ description: "" } satisfies Response);
    expect(description).toContain("- FAILED_PRECONDITION `ACCOUNT_NOT_OPEN`: ");
    expect(description).toContain("- OUT_OF_RANGE `BALANCE_OVERFLOW`: ");
    expect(description).not.toContain("ACCOUNT_NOT_FOUND");
  });

  it("streams as events and as lines", () => {
    const answer = operationNamed("EventService_StreamEvents").responses["200"];
    const content = answer !== undefined && "content" in answer ? (answer.content ?? {}) : {};
    expect(Object.keys(content)).toEqual(["text/event-stream", "application/x-ndjson"]);
  });

  it("says its scopes and events", () => {
    const operation = operationNamed("AccountsService_Deposit");
    expect(operation).toMatchObject({
      summary: "Takes funds in: credits the account, less the product's fee",
      security: [{ bearer: [] }],
      "x-required-scopes": ["accounts.write"],
      "x-emits": ["malla.accounts.v1.DepositCompleted"],
    });
    expect(operation.description).toContain("Required scopes: `accounts.write`.");
  });
});
