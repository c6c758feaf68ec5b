/** Collects the named schemas of the document, each message and enum once. */
import type { DescEnum, DescMessage } from "@bufbuild/protobuf";
import type { Conventions } from "./conventions.ts";
import { enumNumbersSchema, enumSchema } from "./enum-schema.ts";
import { errorSchemas } from "./error-schema.ts";
import { messageSchema } from "./message-schema.ts";
import type { Schema } from "./openapi.ts";
import type { Printing } from "./printing.ts";
import type { IsRequired } from "./required-fields.ts";
import { type Form, keyOfShape, type Shape } from "./shape.ts";
import { anySchema, wellKnownSchema } from "./well-known-schema.ts";

/** What holds for every schema. */
export interface SchemaRules {
  readonly isRequired: IsRequired;
  readonly printing: Printing;
  /** Requests may hold fields that do not exist. */
  readonly ignoreUnknownFields: boolean;
  readonly conventions: Conventions;
}

/** Gives references, and writes what they refer to. */
export interface SchemaBook {
  readonly rules: SchemaRules;
  /** A schema for a message: a reference, or the form that ProtoJSON gives a well-known type. */
  message(desc: DescMessage, shape: Shape): Schema;
  enum(desc: DescEnum, form: Form): Schema;
  /** Everything referred to, by name, in the order of the alphabet. */
  schemas(): Readonly<Record<string, Schema>>;
}

const ANY = "google.protobuf.Any";

/**
 * Makes a book that holds what errors are made of.
 *
 * @param answered messages that answers hold: in a request they are named apart, `BookInput` beside `Book`
 */
export function createSchemaBook(rules: SchemaRules, answered: ReadonlySet<DescMessage>): SchemaBook {
  const schemas = new Map<string, Schema>([...Object.entries(errorSchemas), [ANY, anySchema]]);
  const namesByKey = new Map<string, string>([[ANY, ANY]]);
  const { nameOf = (typeName) => typeName } = rules.conventions;

  const book: SchemaBook = {
    rules,
    message(desc, shape) {
      if (desc.typeName === ANY) return refer(ANY, ANY, () => anySchema);
      return (
        wellKnownSchema(desc, shape.form) ??
        refer(`${desc.typeName} ${keyOfShape(shape)}`, `${nameOf(desc.typeName)}${suffixOf(desc, shape)}`, () =>
          messageSchema(desc, shape, book),
        )
      );
    },
    enum(desc, form) {
      if (desc.typeName === "google.protobuf.NullValue" && form !== "text") return { type: "null" };
      const name = nameOf(desc.typeName);
      if (form === "output" && rules.printing.enumNumbers === true) {
        return refer(`${desc.typeName} numbers`, `${name}Number`, () => enumNumbersSchema(desc));
      }
      return refer(desc.typeName, name, () => enumSchema(desc));
    },
    schemas: () => Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  return book;

  function suffixOf(desc: DescMessage, { form, omitted, isPatch }: Shape): string {
    if (isPatch) return "Patch";
    if (form === "output" || !answered.has(desc)) return "";
    return omitted.size > 0 ? "Body" : "Input";
  }

  function refer(key: string, wanted: string, make: () => Schema): Schema {
    let name = namesByKey.get(key);
    if (name === undefined) {
      name = unused(wanted);
      namesByKey.set(key, name);
      // Taken before it is made: a message may hold itself.
      schemas.set(name, {});
      schemas.set(name, make());
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  function unused(wanted: string): string {
    let name = wanted;
    for (let count = 2; schemas.has(name); count++) name = `${wanted}_${count}`;
    return name;
  }
}
