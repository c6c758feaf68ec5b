/** Numbers as ProtoJSON text. */

/** A double; what JSON has no number for as a string. */
export function writeNumber(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? "-0" : `${value}`;
}

// Every float is told apart by nine significant digits, and every decimal of six survives (IEEE 754, binary32).
const [fewestDigits, mostDigits] = [6, 9];

/** A float by as few digits as name it, of six or more: 1.1, where the double that holds it is 1.100000023841858. */
export function writeFloat(value: number): string {
  const float = Math.fround(value);
  if (Number.isInteger(float) || !Number.isFinite(float)) return writeNumber(float);
  for (let digits = fewestDigits; digits < mostDigits; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return `${short}`;
  }
  return `${Number(float.toPrecision(mostDigits))}`;
}
