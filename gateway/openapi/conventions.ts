/** What an API says of itself beyond google.api.http and buf.validate. Every part may be left out. */
import type { DescField, DescMessage, DescMethod, JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { PathItem, SecurityRequirement, Tag } from "./openapi.ts";

/** Extensions of OpenAPI by name. */
export type Extensions = { readonly [name: `x-${string}`]: unknown };

/** The conventions of an API. */
export interface Conventions {
  /** Name of a type among the components. Default: its full name. */
  readonly nameOf?: (typeName: string) => string;
  readonly method?: (method: DescMethod) => MethodNotes;
  readonly field?: (field: DescField) => Extensions;
  /** Reasons that any method can refuse for, by HTTP status. */
  readonly sharedReasons?: Readonly<Record<number, readonly ErrorReason[]>>;
  /** Values for examples by JSON name, wherever a body has such a field. */
  readonly valuesByName?: Readonly<Record<string, JsonValue>>;
  /** Bodies by the method's full name; a method without an entry gets one example made from its schema. */
  readonly bodies?: Readonly<Record<string, Readonly<Record<string, BodyExample>>>>;
  /** Endpoints that no contract describes. */
  readonly endpoints?: { readonly tag: Tag; readonly paths: Readonly<Record<string, PathItem>> };
}

/** What is known of one method. */
export interface MethodNotes {
  /** Paragraphs below the comment. */
  readonly text?: readonly string[];
  readonly extensions?: Extensions;
  /** Default: what the document asks. */
  readonly security?: readonly SecurityRequirement[];
  readonly reasons?: readonly ErrorReason[];
  /** Messages that travel inside an Any: nothing refers to them, and a reader needs them all the same. */
  readonly carried?: readonly DescMessage[];
}

/** A reason to refuse. */
export interface ErrorReason {
  /** google.rpc.Code, such as NOT_FOUND. */
  readonly status: string;
  /** ErrorInfo.reason. */
  readonly reason: string;
  /** Empty where nothing is known of it. */
  readonly meaning: string;
}

/** A body with a line on what it shows. */
export interface BodyExample {
  readonly summary: string;
  readonly value: JsonObject;
}
