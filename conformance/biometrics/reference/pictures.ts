/** Files for the suite's parameters that only the reference can see anything in. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { biometricsSuite } from "../suite.ts";

/** Long enough that a table tells them apart, and that cutting one off damages it. */
const FILE_BYTES = 64;

/** Writes them; values of parameters by name. */
export function writeReferencePictures(): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), "malla-reference-faces-"));
  const write = (name: string): string => {
    const file = join(folder, name);
    writeFileSync(file, name.padEnd(FILE_BYTES, "."));
    return file;
  };
  return Object.fromEntries(
    biometricsSuite.parameters.map(({ name }) => [
      name,
      name.startsWith("frames_") ? `${write(`${name}-1`)},${write(`${name}-2`)}` : write(name),
    ]),
  );
}
