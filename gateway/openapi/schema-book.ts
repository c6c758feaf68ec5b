/** Collects the named schemas of the document, each message and enum once. */
import type { DescEnum, DescMessage } from "@bufbuild/protobuf";
import { enumSchema } from "./enum-schema.ts";
import { messageSchema } from "./message-schema.ts";
import type { Schema } from "./openapi.ts";
import type { IsRequired } from "./required-fields.ts";
import { keyOfShape, type Shape, wholeShape } from "./shape.ts";
import { anySchema, wellKnownSchema } from "./well-known-schema.ts";

/** Gives references, and writes what they refer to. */
export interface SchemaBook {
  /** A schema for a message: a reference, or the form that ProtoJSON gives a well-known type. */
  message(desc: DescMessage, shape?: Shape): Schema;
  enum(desc: DescEnum): Schema;
  /** Everything referred to, by name, in the order of the alphabet. */
  schemas(): Readonly<Record<string, Schema>>;
}

/** Makes an empty book. */
export function createSchemaBook(isRequired: IsRequired): SchemaBook {
  const schemas = new Map<string, Schema>();
  const namesByKey = new Map<string, string>();

  const book: SchemaBook = {
    message(desc, shape = wholeShape) {
      if (desc.typeName === "google.protobuf.Any") return refer(desc.typeName, desc.typeName, () => anySchema);
      const key = `${desc.typeName} ${keyOfShape(shape)}`;
      return (
        wellKnownSchema(desc) ??
        refer(key, `${shortName(desc.typeName)}${shape.suffix}`, () => messageSchema(desc, shape, book, isRequired))
      );
    },
    enum(desc) {
      if (desc.typeName === "google.protobuf.NullValue") return { type: "null" };
      return refer(desc.typeName, shortName(desc.typeName), () => enumSchema(desc));
    },
    schemas: () => Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  return book;

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

/** The name of a type without the package that all contracts share. */
export function shortName(typeName: string): string {
  return typeName.replace(/^malla\./, "");
}
