/** The data elements of ISO 8583:1987, as this link packs them: text in ASCII, lengths in decimal digits, binary as it is. */

/** What may stand in a field: n digits, a letters, an both, ans printable, z track data, x a sign C or D and digits, b binary. */
export type Content = "n" | "a" | "an" | "ans" | "z" | "x" | "b";

/** How a field is packed. */
export interface FieldFormat {
  readonly content: Content;
  /** Characters, or for binary octets: exactly so many where `lengthDigits` is 0, else at most. */
  readonly length: number;
  /** Digits of the length that stands before the field; 0 where it is fixed. */
  readonly lengthDigits: 0 | 2 | 3;
}

/** ISO 8583:1987, section 4: "n6" is fixed, "n..19" has two digits of length, "ans...999" three; lengths of b in octets. */
const FORMATS = `
2 n..19     3 n6        4 n12       5 n12       6 n12       7 n10       8 n8        9 n8        10 n8
11 n6       12 n6       13 n4       14 n4       15 n4       16 n4       17 n4       18 n4       19 n3
20 n3       21 n3       22 n3       23 n3       24 n3       25 n2       26 n2       27 n1       28 x9
29 x9       30 x9       31 x9       32 n..11    33 n..11    34 ans..28  35 z..37    36 z...104  37 an12
38 an6      39 an2      40 n3       41 ans8     42 ans15    43 ans40    44 ans..25  45 ans..76  46 ans...999
47 ans...999  48 ans...999  49 n3   50 n3       51 n3       52 b8       53 n16      54 an...120
55 ans...999  56 ans...999  57 ans...999  58 ans...999  59 ans...999  60 ans...999  61 ans...999  62 ans...999
63 ans...999  64 b8     66 n1       67 n2       68 n3       69 n3       70 n3       71 n4       72 n4
73 n6       74 n10      75 n10      76 n10      77 n10      78 n10      79 n10      80 n10      81 n10
82 n12      83 n12      84 n12      85 n12      86 n16      87 n16      88 n16      89 n16      90 n42
91 an1      92 an2      93 n5       94 an7      95 an42     96 b8       97 x17      98 ans25    99 n..11
100 n..11   101 ans..17 102 ans..28 103 ans..28 104 ans...100
105 ans...999 106 ans...999 107 ans...999 108 ans...999 109 ans...999 110 ans...999 111 ans...999 112 ans...999
113 ans...999 114 ans...999 115 ans...999 116 ans...999 117 ans...999 118 ans...999 119 ans...999 120 ans...999
121 ans...999 122 ans...999 123 ans...999 124 ans...999 125 ans...999 126 ans...999 127 ans...999 128 b8`;

/** Formats by field number. */
export const FIELD_FORMATS: ReadonlyMap<number, FieldFormat> = new Map(
  [...FORMATS.matchAll(/(\d+) (n|ans|an|a|z|x|b)(\.*)(\d+)/g)].map(([, field, content, dots, length]) => [
    Number(field),
    // The table above is the only input, and its expression admits nothing else.
    { content: content as Content, length: Number(length), lengthDigits: (dots?.length ?? 0) as 0 | 2 | 3 },
  ]),
);

/** What each content may be made of; binary is written in hexadecimal. */
const PATTERNS: Readonly<Record<Content, RegExp>> = {
  n: /^[0-9]*$/,
  a: /^[A-Za-z]*$/,
  // ISO's an; field 37, 38 and 39 are padded with spaces by many hosts.
  an: /^[A-Za-z0-9 ]*$/,
  ans: /^[\x20-\x7e]*$/,
  z: /^[0-9=D]*$/,
  x: /^[CD][0-9]*$/,
  b: /^([0-9A-F]{2})*$/,
};

/** What is wrong with a field's value; undefined where nothing is. */
export function faultOfField(field: number, value: string): string | undefined {
  const format = FIELD_FORMATS.get(field);
  if (format === undefined) {
    return `field ${field} is not of ISO 8583:1987`;
  }
  const { content, length, lengthDigits } = format;
  const actual = content === "b" ? value.length / 2 : value.length;
  if (lengthDigits === 0 ? actual !== length : actual > length || actual === 0) {
    return `field ${field} is ${actual} long, not ${lengthDigits === 0 ? length : `1 to ${length}`}`;
  }
  return PATTERNS[content].test(value) ? undefined : `field ${field} holds what is not ${content}`;
}
