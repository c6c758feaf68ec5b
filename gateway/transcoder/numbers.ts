/** Numbers of ProtoJSON, exactly: an integer is never rounded on its way in. */
import { ScalarType } from "@bufbuild/protobuf";
import { ExactNumber, type Json } from "./json-value.ts";

/** A value, or what is wrong with what was sent. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

interface IntegerRange {
  readonly name: string;
  readonly min: bigint;
  readonly max: bigint;
}

const int32: IntegerRange = { name: "int32", min: -(2n ** 31n), max: 2n ** 31n - 1n };
const uint32: IntegerRange = { name: "uint32", min: 0n, max: 2n ** 32n - 1n };
const int64: IntegerRange = { name: "int64", min: -(2n ** 63n), max: 2n ** 63n - 1n };
const uint64: IntegerRange = { name: "uint64", min: 0n, max: 2n ** 64n - 1n };

const ranges: Partial<Record<ScalarType, IntegerRange>> = {
  [ScalarType.INT32]: int32,
  [ScalarType.SINT32]: int32,
  [ScalarType.SFIXED32]: int32,
  [ScalarType.UINT32]: uint32,
  [ScalarType.FIXED32]: uint32,
  [ScalarType.INT64]: int64,
  [ScalarType.SINT64]: int64,
  [ScalarType.SFIXED64]: int64,
  [ScalarType.UINT64]: uint64,
  [ScalarType.FIXED64]: uint64,
};

// The longest integer of 64 bits has 20 digits.
const integerText = /^-?\d{1,20}$/;
const numberText = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const maxIntegerDigits = 20;
const maxExactDigits = 15;
// Room for an integer with decimals of zero; what is longer is no integer, and costs no time to find out.
const maxSourceLength = 100;
const maxFloat = 3.4028234663852886e38;

/**
 * What is wrong with text for a scalar, beside what its JSON form asks: paths, queries, headers and map keys write an
 * integer in digits alone, for `1e3` would be another name of the thing that `1000` names.
 */
export function integerTextProblem(type: ScalarType, text: string): string | undefined {
  const range = ranges[type];
  return range === undefined || integerText.test(text) ? undefined : `expected ${range.name}: digits`;
}

/** True for the scalar types that are integers. */
export function isIntegerType(type: ScalarType): boolean {
  return ranges[type] !== undefined;
}

/**
 * An integer of the given type: a JSON number whose value is whole, or a string that holds one. 32-bit types give a
 * number, 64-bit types a bigint.
 */
export function integerFromJson(type: ScalarType, json: Json): Parsed<number | bigint> {
  const range = ranges[type];
  if (range === undefined) throw new Error(`scalar type ${type} is not an integer`);
  // Most are small, whatever their type: a bigint is made where one is asked for.
  const small = smallInteger(json);
  if (small !== undefined && (small >= 0 || range.min < 0n)) {
    const is32 = range === int32 || range === uint32;
    if (!is32) return { value: BigInt(small) };
    if (small >= Number(range.min) && small <= Number(range.max)) return { value: small };
  }
  const exact = exactInteger(json);
  if (exact === undefined) return { problem: `expected ${range.name}: a whole number, or a string of digits` };
  if (exact < range.min || exact > range.max) return { problem: `out of the range of ${range.name}` };
  return { value: range === int32 || range === uint32 ? Number(exact) : exact };
}

/** Of a whole number, or of as many digits as a double holds exactly. */
function smallInteger(json: Json): number | undefined {
  const isText = typeof json === "string" && json.length <= maxExactDigits && integerText.test(json);
  const value = isText ? Number(json) : json;
  // Zero has one sign as an integer.
  return typeof value === "number" && Number.isSafeInteger(value) ? value + 0 : undefined;
}

function exactInteger(json: Json): bigint | undefined {
  if (typeof json === "string") {
    if (integerText.test(json)) return BigInt(json);
    // ProtoJSON: "exponent notation is accepted in both quoted and unquoted forms".
    return numberText.test(json) ? wholeValue(json) : undefined;
  }
  if (typeof json === "number") return Number.isInteger(json) ? BigInt(json) : undefined;
  return json instanceof ExactNumber ? wholeValue(json.source) : undefined;
}

/** The value of a JSON number if it is whole and short enough to matter: "1.50e1" is 15. */
function wholeValue(source: string): bigint | undefined {
  if (source.length > maxSourceLength) return undefined;
  const [mantissa = "", exponent = "0"] = source.toLowerCase().split("e");
  const negative = mantissa.startsWith("-");
  const [whole = "", fraction = ""] = mantissa.slice(negative ? 1 : 0).split(".");
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return 0n;
  const zeros = Number(exponent) - fraction.length + (digits.length - significant.length);
  if (zeros < 0 || significant.length + zeros > maxIntegerDigits) return undefined;
  const value = BigInt(significant) * 10n ** BigInt(zeros);
  return negative ? -value : value;
}

/** A float or double: a JSON number, a string holding one, or "NaN", "Infinity", "-Infinity" (ProtoJSON). */
export function floatFromJson(type: ScalarType, json: Json): Parsed<number> {
  const name = type === ScalarType.FLOAT ? "float" : "double";
  if (json === "NaN" || json === "Infinity" || json === "-Infinity") return { value: Number(json) };
  const given = json instanceof ExactNumber ? Number(json.source) : json;
  const number = typeof given === "string" && numberText.test(given) ? Number(given) : given;
  if (typeof number !== "number") return { problem: `expected ${name}: a number` };
  // 3.4028235e38 is the greatest float as most write it, and a little more than it.
  const value = type === ScalarType.FLOAT && Math.abs(number) > maxFloat ? Math.fround(number) : number;
  return Number.isFinite(value) ? { value } : { problem: `out of the range of ${name}` };
}
