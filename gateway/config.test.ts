import { expect, it } from "vitest";
import { SettingsError } from "#platform/config/settings.ts";
import { readGatewaySettings } from "./config.ts";
import { readContracts } from "./contracts.ts";

const environment = {
  MALLA_LISTEN: "127.0.0.1:0",
  MALLA_NATS_URL: "nats://127.0.0.1:4222",
  MALLA_JWKS_FILE: "keys.json",
  MALLA_TOKEN_ISSUER: "issuer",
  MALLA_TOKEN_AUDIENCE: "malla",
  MALLA_TLS_CERT_FILE: "a",
  MALLA_TLS_KEY_FILE: "b",
  MALLA_TLS_CA_FILE: "c",
};

it("a bank has the capabilities that it has an address of", () => {
  const read = readGatewaySettings({ ...environment, MALLA_LEDGER_ADDRESS: "127.0.0.1:7001" }, ["ledger", "cards"]);
  expect([...read.backends]).toEqual([["ledger", { host: "127.0.0.1", port: 7001 }]]);
});

it("an edge in front of nothing, or of a wrong address, does not start", () => {
  expect(() => readGatewaySettings(environment, ["ledger", "cards"])).toThrow(
    /MALLA_LEDGER_ADDRESS is not set.*\nMALLA_CARDS_ADDRESS is not set/,
  );
  expect(() => readGatewaySettings({ ...environment, MALLA_LEDGER_ADDRESS: "x" }, ["ledger"])).toThrow(SettingsError);
});

it("what vendors serve is not at the edge", () => {
  const { services } = readContracts(new URL("../gen/malla.binpb", import.meta.url));
  const names = [...services.values()].flat().map(({ name }) => name);
  expect(names).toContain("LedgerService");
  expect(names.filter((name) => name.endsWith("ProviderService"))).toEqual([]);
});
