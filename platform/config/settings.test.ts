import { describe, expect, it } from "vitest";
import { z } from "zod";
import { hostPort, readSettings, SettingsError, urlOf, wholeNumber } from "./settings.ts";

const shape = {
  MALLA_LISTEN: hostPort(),
  MALLA_DATABASE_URL: urlOf("postgres"),
  MALLA_POOL: wholeNumber(1, 200).default(20),
  MALLA_LEVEL: z.enum(["info", "debug"]).default("info"),
};

describe("settings", () => {
  it("are read with their defaults", () => {
    expect(readSettings({ MALLA_LISTEN: "127.0.0.1:7001", MALLA_DATABASE_URL: "postgres://a@b/c" }, shape)).toEqual({
      MALLA_LISTEN: { host: "127.0.0.1", port: 7001 },
      MALLA_DATABASE_URL: "postgres://a@b/c",
      MALLA_POOL: 20,
      MALLA_LEVEL: "info",
    });
  });

  it("are all named in one message when they are wrong", () => {
    const read = () => readSettings({ MALLA_DATABASE_URL: "mysql://x", MALLA_POOL: "0" }, shape);
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(
      [
        "MALLA_LISTEN is not set: expected host:port, e.g. 127.0.0.1:7001",
        "MALLA_DATABASE_URL=mysql://x is wrong: expected a URL starting with postgres://",
        "MALLA_POOL=0 is wrong: expected a whole number from 1 to 200",
      ].join("\n"),
    );
  });

  it("are not shown where they are secrets", () => {
    const read = () => readSettings({ MALLA_VAULT_KEY: "hunter2" }, { MALLA_VAULT_KEY: wholeNumber(1, 9) });
    expect(read).toThrow("MALLA_VAULT_KEY=... is wrong: expected a whole number from 1 to 9");
  });

  it.each(["127.0.0.1", ":80", "host:99999", "a b:1", "host:port"])("do not take %s for an address", (text) => {
    expect(() => readSettings({ MALLA_LISTEN: text }, { MALLA_LISTEN: hostPort() })).toThrow(SettingsError);
  });
});
