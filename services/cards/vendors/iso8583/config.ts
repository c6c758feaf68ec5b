/** Settings of its own: where the card host is, how patient the link is, and the key of the vault. */
import { z } from "zod";
import { hostPort, wholeNumber } from "#platform/config/settings.ts";
import { databaseSettings } from "#platform/lifecycle/vendor.ts";

const SECRET = "expected a random secret of at least 32 characters";
const INSTITUTION = "expected up to 11 digits, as agreed with the card host";

export const settings = {
  ...databaseSettings,
  /** The card host. */
  MALLA_ISO8583_HOST: hostPort(),
  /** Who we are to it: fields 32 and 33. */
  MALLA_ISO8583_INSTITUTION: z
    .string(INSTITUTION)
    .regex(/^[0-9]{1,11}$/, INSTITUTION)
    .default("10000001"),
  /** What the key is made of that card numbers are sealed with in the database. */
  MALLA_ISO8583_VAULT_SECRET: z.string(SECRET).min(32, SECRET),
  /** Longest wait for the host's answer, in milliseconds; then what was asked is reversed or said again. */
  MALLA_ISO8583_ANSWER_MS: wholeNumber(50, 60_000).default(5_000),
  /** Silence after which the host is asked for a sign of life, in milliseconds. */
  MALLA_ISO8583_ECHO_MS: wholeNumber(50, 600_000).default(30_000),
  /** Most requests that may wait for the host's answers. */
  MALLA_ISO8583_OUTSTANDING: wholeNumber(1, 10_000).default(500),
};
