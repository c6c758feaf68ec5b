import { expect, test } from "vitest";
import { parseTemplate, TemplateError } from "./template.ts";
import { expandTemplate } from "./template-path.ts";

test("segments stand flat and variables are ranges of them", () => {
  expect(parseTemplate("/v1/{book.name=shelves/*/books/*}:lend")).toEqual({
    source: "/v1/{book.name=shelves/*/books/*}:lend",
    segments: [
      { kind: "literal", value: "v1" },
      { kind: "literal", value: "shelves" },
      { kind: "wildcard" },
      { kind: "literal", value: "books" },
      { kind: "wildcard" },
    ],
    variables: [{ fieldPath: ["book", "name"], start: 1, end: 5, multiSegment: true, reachesEnd: false }],
    verb: "lend",
  });
});

const variables: readonly [template: string, multiSegment: boolean, reachesEnd: boolean][] = [
  ["/v1/{x}", false, false],
  ["/v1/{x=*}", false, false],
  ["/v1/{x=literal}", false, false],
  ["/v1/{x=a/*}", true, false],
  ["/v1/{x=**}", true, true],
  ["/v1/{x=a/**}", true, true],
];

test.each(variables)("%s is decoded as http.proto says: multi segment %s", (template, multiSegment, reachesEnd) => {
  expect(parseTemplate(template).variables[0]).toMatchObject({ multiSegment, reachesEnd });
});

const invalid: readonly [template: string, problem: string][] = [
  ["", "starts with '/'"],
  ["v1/books", "starts with '/'"],
  ["/", "expected a segment"],
  ["/v1/", "expected a segment"],
  ["/v1//books", "expected a segment"],
  ["/v1/{a=x/{b=*}}", "must not contain other variables"],
  ["/v1/{a=**}/x", "'**' must be the last segment"],
  ["/v1/**/x", "'**' must be the last segment"],
  ["/v1/{a}/{a}", "bound twice"],
  ["/v1/{a", "ends with '}'"],
  ["/v1/{}", "expected a field name"],
  ["/v1/{a.}", "expected a field name"],
  ["/v1/{1a}", "expected a field name"],
  ["/v1/{a=}", "expected a segment"],
  ["/v1/x:", "expected a verb"],
  ["/v1/x:a:b", 'unexpected ":"'],
  ["/v1/x:a/b", 'unexpected "/"'],
  ["/v1/x*", 'unexpected "*"'],
  ["/v1/x?y=1", 'unexpected "?"'],
  ["/v1/a b", 'unexpected " "'],
  ["/v1/%FF", "percent-encoded UTF-8"],
];

test.each(invalid)("%s is no template: %s", (template, problem) => {
  expect(() => parseTemplate(template)).toThrow(TemplateError);
  expect(() => parseTemplate(template)).toThrow(problem);
});

const expanded: readonly [template: string, path: string][] = [
  ["/v1/accounts/{account_id}", "/v1/accounts/{account_id}"],
  ["/v1/{name=accounts/*}", "/v1/accounts/{account}"],
  ["/v1/{name=shelves/*/books/*}:lend", "/v1/shelves/{shelve}/books/{book}:lend"],
  ["/v1/{name=currencies/*}", "/v1/currencies/{currency}"],
  ["/v1/{name=addresses/*}", "/v1/addresses/{address}"],
  ["/v1/{a.b}/{c}", "/v1/{a_b}/{c}"],
  ["/v1/{name=operations/**}", "/v1/operations/{operation}"],
  ["/v1/files/{path=**}", "/v1/files/{path}"],
  ["/v1/a/*/a/*", "/v1/a/{a}/a/{a_2}"],
];

test.each(expanded)("%s expands to %s", (template, path) => {
  expect(expandTemplate(parseTemplate(template)).path).toBe(path);
});

test("an expanded parameter tells the field it is part of", () => {
  expect(expandTemplate(parseTemplate("/v1/{name=operations/**}")).parameters).toEqual([
    { name: "operation", fieldPath: ["name"], multiSegment: true },
  ]);
});
