/** Headers that give a field of the request. */
import type { BoundHeader, Route } from "../transcoder/route.ts";
import { commentOf } from "./comments.ts";
import { fieldSchema } from "./field-schema.ts";
import type { Parameter } from "./openapi.ts";
import { paragraphs } from "./prose.ts";
import { sampleText } from "./sample-text.ts";
import { wholeShapes } from "./shape.ts";
import type { Surface } from "./surface.ts";

/** The headers of a route. None is required by itself: its field can be given instead. */
export function headerParameters(route: Route, surface: Surface): Parameter[] {
  return route.headers.map((bound) => {
    const last = lastOf(bound);
    const { description: _, ...schema } = fieldSchema(last, wholeShapes.text, surface.book);
    const isRequired = surface.isRequired(last);
    const example = isRequired ? sampleText(schema) : undefined;
    return {
      name: spelled(bound.header),
      in: "header",
      description: paragraphs(
        commentOf(last),
        isRequired
          ? `Required, here or as \`${nameOf(bound)}\`; this header is preferred. Given in both places, they must be equal.`
          : `The same as \`${nameOf(bound)}\`. Given in both places, they must be equal.`,
      ),
      "x-field": nameOf(bound),
      schema,
      ...(example === undefined ? {} : { example }),
    };
  });
}

/** What the field itself says of its header. */
export function headerText(bound: BoundHeader, { isRequired }: Surface): string {
  const header = spelled(bound.header);
  return isRequired(lastOf(bound))
    ? `Required, here or as the header ${header}, which is preferred.`
    : `Can be given as the header ${header} instead.`;
}

function lastOf({ fields }: BoundHeader): BoundHeader["fields"][0] {
  return fields.at(-1) ?? fields[0];
}

function nameOf({ fields }: BoundHeader): string {
  return fields.map(({ jsonName }) => jsonName).join(".");
}

/** A route has its headers in lower case; they are known as `Last-Event-ID`. */
function spelled(header: string): string {
  const words = header.split("-").map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`);
  return words.map((word) => (word === "Id" ? "ID" : word)).join("-");
}
