import { expect, it } from "vitest";
import type { Controls } from "./card.ts";
import { codeOfControls } from "./controls.ts";

const NONE: Controls = {
  dailyCountLimit: 0,
  allowedMerchantCategories: [],
  deniedMerchantCategories: [],
  allowedCountries: [],
  allowedChannels: [],
};
const use = { amount: 100n, category: "5411", countryCode: "BR", channel: 4 };
const spent = { amount: 50n, count: 2 };

it.each<[string, Partial<Controls>, string]>([
  ["no controls", {}, "00"],
  ["limit of a transaction reached", { transactionLimit: 100n }, "00"],
  ["limit of a transaction passed", { transactionLimit: 99n }, "61"],
  ["limit of a day reached", { dailyLimit: 150n }, "00"],
  ["limit of a day passed", { dailyLimit: 149n }, "61"],
  ["number of a day not reached", { dailyCountLimit: 3 }, "00"],
  ["number of a day reached", { dailyCountLimit: 2 }, "65"],
  ["category allowed", { allowedMerchantCategories: ["5411"] }, "00"],
  ["category left out", { allowedMerchantCategories: ["5812"] }, "57"],
  ["category denied, which wins", { allowedMerchantCategories: ["5411"], deniedMerchantCategories: ["5411"] }, "57"],
  ["country left out", { allowedCountries: ["MX"] }, "57"],
  ["channel left out", { allowedChannels: [5] }, "57"],
  ["lists before limits", { allowedCountries: ["MX"], transactionLimit: 1n }, "57"],
])("%s", (_what, controls, code) => {
  expect(codeOfControls({ ...NONE, ...controls }, use, spent)).toBe(code);
});

it("a card without controls pays everything", () => {
  expect(codeOfControls(null, use, spent)).toBe("00");
});
