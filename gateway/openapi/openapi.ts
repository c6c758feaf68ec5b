/** The parts of an OpenAPI 3.1 document (spec.openapis.org/oas/v3.1.0) that are written here. */
import type { JsonValue } from "@bufbuild/protobuf";

/** The whole document. */
export interface OpenApiDocument {
  readonly openapi: "3.1.0";
  readonly info: Info;
  readonly servers: readonly { readonly url: string; readonly description?: string }[];
  readonly security: readonly SecurityRequirement[];
  readonly tags: readonly Tag[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: Components;
}

export interface Info {
  readonly title: string;
  readonly version: string;
  readonly summary?: string;
  readonly description?: string;
  readonly license?: { readonly name: string; readonly identifier?: string; readonly url?: string };
}

export interface Tag {
  readonly name: string;
  readonly description?: string;
}

export type SecurityRequirement = Readonly<Record<string, readonly string[]>>;

/** HTTP methods that a path item has a place for. */
export const pathItemMethods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"] as const;
export type PathItemMethod = (typeof pathItemMethods)[number];
export type PathItem = { readonly [method in PathItemMethod]?: Operation };

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly deprecated?: true;
  readonly security?: readonly SecurityRequirement[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: RequestBody;
  readonly responses: Readonly<Record<string, Response | Reference>>;
  readonly [extension: `x-${string}`]: unknown;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly description?: string;
  readonly required?: boolean;
  readonly deprecated?: true;
  readonly style?: "form" | "deepObject";
  readonly explode?: boolean;
  readonly schema: Schema;
  readonly example?: JsonValue;
  /** The value holds slashes, which stay as they are. */
  readonly "x-multi-segment"?: true;
  /** The oneofs whose members the parameter belongs to: of each, one member alone can be given. */
  readonly "x-oneof"?: readonly { readonly name: string; readonly member: string }[];
  /** The field that a header gives, by its JSON names. */
  readonly "x-field"?: string;
}

export interface RequestBody {
  readonly description?: string;
  readonly required: boolean;
  readonly content: Readonly<Record<string, MediaType>>;
}

export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: Schema }>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

export interface MediaType {
  /** Absent for bytes of any kind. */
  readonly schema?: Schema;
  readonly example?: JsonValue;
  readonly examples?: Readonly<Record<string, { readonly summary: string; readonly value: JsonValue }>>;
}

export interface Components {
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly responses: Readonly<Record<string, Response>>;
  readonly securitySchemes?: Readonly<Record<string, SecurityScheme>>;
}

export type SecurityScheme = { readonly type: string } & Readonly<Record<string, JsonValue>>;

export interface Reference {
  readonly $ref: string;
}

export type SchemaType = "string" | "integer" | "number" | "boolean" | "object" | "array" | "null";

/** JSON Schema 2020-12, the keywords used. In OpenAPI 3.1 annotations may stand beside `$ref`. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: SchemaType | readonly SchemaType[];
  readonly format?: string;
  readonly description?: string;
  readonly enum?: readonly JsonValue[];
  readonly const?: JsonValue;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly contentEncoding?: "base64";
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: true;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly readOnly?: true;
  readonly writeOnly?: true;
  readonly deprecated?: true;
  readonly examples?: readonly JsonValue[];
  /** The oneofs of a message; the constraint they stand for is written out beside it. */
  readonly "x-oneof"?: readonly OneofChoice[];
  readonly [extension: `x-${string}`]: unknown;
}

export interface OneofChoice {
  readonly name: string;
  readonly required: boolean;
  /** JSON names. */
  readonly fields: readonly string[];
}
