/** Settings of a process: read once, from the environment it is given, and complained about all at once. */
import { z } from "zod";

/** The environment a process was started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown when settings are missing or wrong; the message names every one of them and what was expected. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** Names of settings whose values are shown to nobody, not even when they are wrong. */
const SECRET = /_(KEYS?|SECRET|PASSWORD)$/;

/**
 * Reads the settings that `shape` names. An empty string counts as not given.
 *
 * @throws SettingsError with one line per wrong setting.
 */
export function readSettings<Shape extends z.ZodRawShape>(
  environment: Environment,
  shape: Shape,
): z.infer<z.ZodObject<Shape>> {
  const given = Object.fromEntries(
    Object.keys(shape)
      .map((key) => [key, environment[key]] as const)
      .filter(([, value]) => value !== undefined && value !== ""),
  );
  const result = z.object(shape).safeParse(given);
  if (result.success) {
    return result.data;
  }
  const lines = result.error.issues.map((issue) => {
    const key = String(issue.path[0]);
    const value = given[key];
    const shown = SECRET.test(key) ? "..." : value;
    return value === undefined ? `${key} is not set: ${issue.message}` : `${key}=${shown} is wrong: ${issue.message}`;
  });
  throw new SettingsError([...new Set(lines)].join("\n"));
}

/** A host and a port. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** "127.0.0.1:7001"; port 0 lets the system choose. */
export const hostPort = () =>
  z
    .string("expected host:port, e.g. 127.0.0.1:7001")
    .regex(/^[^:\s]+:\d{1,5}$/, "expected host:port, e.g. 127.0.0.1:7001")
    .transform((text): HostPort => {
      const colon = text.lastIndexOf(":");
      return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
    })
    .refine(({ port }) => port <= 65_535, "expected a port up to 65535");

/** A URL with one of the given schemes, e.g. "postgres". */
export const urlOf = (...schemes: string[]) =>
  z
    .string(`expected a URL starting with ${schemes.join(":// or ")}://`)
    .refine(
      (text) => URL.canParse(text) && schemes.some((scheme) => text.startsWith(`${scheme}://`)),
      `expected a URL starting with ${schemes.join(":// or ")}://`,
    );

/** Path of a file. */
export const filePath = (what: string) => z.string(`expected the path of ${what}`);

/** A whole number within bounds, given as decimal digits. */
export const wholeNumber = (minimum: number, maximum: number) => {
  const expected = `expected a whole number from ${minimum} to ${maximum}`;
  return z
    .string(expected)
    .regex(/^\d{1,12}$/, expected)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, expected);
};
