/** Names of countries as the lists write them, as ISO 3166-1 alpha-2. */

/** Where the lists' English is not the standard's. */
const AS_LISTED: Readonly<Record<string, string>> = {
  "korea, north": "KP",
  "democratic people's republic of korea": "KP",
  "korea, south": "KR",
  "republic of korea": "KR",
  "iran (islamic republic of)": "IR",
  "islamic republic of iran": "IR",
  "syrian arab republic": "SY",
  burma: "MM",
  "congo, democratic republic of the": "CD",
  "democratic republic of the congo": "CD",
  "congo, republic of the": "CG",
  "russian federation": "RU",
  "state of palestine": "PS",
  palestinian: "PS",
  "west bank": "PS",
  "region: gaza": "PS",
  gaza: "PS",
  "cote d ivoire": "CI",
  "bahamas, the": "BS",
  "gambia, the": "GM",
  "macedonia, the former yugoslav republic of": "MK",
  "north macedonia, the republic of": "MK",
  turkey: "TR",
  "czech republic": "CZ",
  "virgin islands, british": "VG",
  "bosnia-herzegovina": "BA",
  swaziland: "SZ",
  "cabo verde": "CV",
  "united republic of tanzania": "TZ",
  "viet nam": "VN",
  "lao people's democratic republic": "LA",
  "bolivarian republic of venezuela": "VE",
  "venezuela (bolivarian republic of)": "VE",
  "bolivia (plurinational state of)": "BO",
  "republic of moldova": "MD",
  "united kingdom of great britain and northern ireland": "GB",
  "united states of america": "US",
  "hong kong": "HK",
  macau: "MO",
  "region: crimea": "UA",
  "region: northern mali": "ML",
  "st. vincent and the grenadines": "VC",
  "saint vincent and the grenadines": "VC",
  "the gambia": "GM",
  "man, isle of": "IM",
  "saint kitts and nevis": "KN",
  "sao tome and principe": "ST",
};

const CODES = new Map<string, string>(Object.entries(AS_LISTED));
const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
for (let first = 65; first <= 90; first++) {
  for (let second = 65; second <= 90; second++) {
    const code = String.fromCharCode(first, second);
    const name = isAssigned(code) ? names.of(code) : undefined;
    if (name !== undefined && !CODES.has(plain(name))) {
      CODES.set(plain(name), code);
    }
  }
}

/** The code, or undefined where the name stands for no country that we know. */
export function countryCode(name: string): string | undefined {
  return CODES.get(plain(name));
}

/** Codes that are withdrawn or a user's own have names too. */
function isAssigned(code: string): boolean {
  return (
    Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}` &&
    !/^(?:A[A]|Q[M-Z]|X[A-JL-Z]|ZZ|EU|EZ|UN)$/.test(code)
  );
}

function plain(name: string): string {
  return name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll("&", "and")
    .replaceAll("’", "'")
    .trim()
    .toLowerCase();
}
