/** Numbers as ProtoJSON text. */

/** A double; what JSON has no number for as a string. */
export function writeNumber(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? "-0" : `${value}`;
}

// Every float is told apart by nine significant digits, and every decimal of six survives (IEEE 754, binary32).
const [fewestDigits, mostDigits] = [6, 9];
// Integers below it are written in full by less than nine digits.
const plainBelow = 2 ** 24;

/** A float by as few digits as name it, of six or more: 1.1, where the double that holds it is 1.100000023841858. */
export function writeFloat(value: number): string {
  const float = Math.fround(value);
  const isPlain = Number.isInteger(float) && Math.abs(float) < plainBelow;
  if (isPlain || !Number.isFinite(float)) return writeNumber(float);
  for (let digits = fewestDigits; digits < mostDigits; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return `${short}`;
  }
  return `${Number(float.toPrecision(mostDigits))}`;
}
