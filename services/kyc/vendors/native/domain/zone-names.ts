/** Names as machine-readable zones write them (ICAO Doc 9303, part 3, sections 4.6 and 6). */
import anyAscii from "any-ascii";
import type { Party } from "./party.ts";

/** Letters that states may write with two, where others leave the mark out. */
const IN_TWO: Readonly<Record<string, string>> = { Ä: "AE", Ö: "OE", Ü: "UE", Å: "AA", Ø: "OE", Ñ: "NXX" };

/** Whether the zone's field of names is the party's: family names, two fillers, given names. */
export function isNameOf({ names: [given = "", family = ""] }: Party, field: string): boolean {
  const [zoneFamily = "", zoneGiven = ""] = field.split(/<<+/);
  const isCutShort = !field.endsWith("<");
  return [plain, inTwo].some((write) => {
    if (isCutShort) {
      return startsWith(write(family), zoneFamily) && startsWith(write(given), zoneGiven);
    }
    return letters(write(family)) === letters(zoneFamily) && letters(write(given)) === letters(zoneGiven);
  });
}

/** Where names are too long, words are left out at the end or cut: what is there begins what should be. */
function startsWith(name: string, inZone: string): boolean {
  const words = name.split(/[^A-Z]+/).filter((word) => word !== "");
  const written = inZone.split("<").filter((word) => word !== "");
  return written.length > 0 && written.every((word, index) => words[index]?.startsWith(word) === true);
}

function letters(text: string): string {
  return text.replaceAll(/[^A-Z]/g, "");
}

function plain(name: string): string {
  return anyAscii(name.normalize("NFC").toUpperCase()).toUpperCase().replaceAll("'", "");
}

function inTwo(name: string): string {
  return plain([...name.normalize("NFC").toUpperCase()].map((letter) => IN_TWO[letter] ?? letter).join(""));
}
