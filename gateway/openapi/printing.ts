/** How answers are written, where ProtoJSON leaves a choice. */
import type { DescField } from "@bufbuild/protobuf";
import type { Form } from "./shape.ts";

/** Options of a ProtoJSON printer. */
export interface Printing {
  /** Names as in the contract instead of lowerCamel. Default false. */
  readonly protoNames?: boolean;
  /** Enums by number. Default false. */
  readonly enumNumbers?: boolean;
  /** Write fields without presence although they are zero. Default true. */
  readonly defaults?: boolean;
}

/** The name of a field. Requests take both spellings, of which the document shows the one of ProtoJSON. */
export function nameOfField(field: DescField, form: Form, printing: Printing): string {
  return form === "output" && printing.protoNames === true ? field.name : field.jsonName;
}
