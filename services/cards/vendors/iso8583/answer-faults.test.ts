import { describe, expect, it } from "vitest";
import { faultOfAnswer } from "./answer-faults.ts";
import type { Exchange } from "./exchanges/exchange.ts";
import type { IsoMessage } from "./link/codec.ts";
import { type PrivateData, packPrivateData } from "./link/private-data.ts";
import type { Details } from "./records/details.ts";

const APPROVED: PrivateData = {
  ST: "A",
  RQ: "1000",
  AP: "1000",
  HL: "1000",
  RV: "0",
  CL: "0",
  RF: "0",
  DP: "0",
  CB: "0",
  XT: "1790000000000",
  VN: "1",
};

function fault(details: Details, fields: IsoMessage["fields"], onLoss: Exchange["onLoss"] = "reverse") {
  const exchange: Exchange = {
    tenantId: "t",
    id: "e",
    purpose: details.purpose,
    onLoss,
    state: "sending",
    mti: "0100",
    stan: "000001",
    rrn: "633015000001",
    transmitted: "1126153019",
    cardId: null,
    fields: { 4: "000000001000", 49: "986" },
    secretSealed: null,
    details,
    reversesId: null,
    attempts: 0,
    responseCode: null,
    answer: null,
    response: null,
    fingerprint: null,
  };
  return faultOfAnswer(exchange, { mti: "0110", fields: { 49: "986", ...fields } });
}

const told = (data: PrivateData = {}) => packPrivateData({ ...APPROVED, ...data });
const purchase: Details = { purpose: "authorize", card: "c", currency: "BRL", requested: "1000" };

describe("an answer to an authorization", () => {
  it.each<[string, IsoMessage["fields"]]>([
    ["whole", { 39: "00", 120: told() }],
    ["in part", { 39: "10", 120: told({ AP: "400", HL: "400" }) }],
    ["a decline", { 39: "51" }],
    ["a decline with a code that the contract lacks", { 39: "96" }],
  ])("is used: %s", (_name, fields) => {
    expect(fault(purchase, fields)).toBeUndefined();
  });

  it.each<[string, IsoMessage["fields"]]>([
    ["no code", { 120: told() }],
    ["nothing told", { 39: "00" }],
    ["something unreadable told", { 39: "00", 120: "ST001ARQ9" }],
    ["an unknown state", { 39: "00", 120: told({ ST: "Z" }) }],
    ["more approved than asked for", { 39: "10", 120: told({ AP: "1001" }) }],
    ["less approved, and called whole", { 39: "00", 120: told({ AP: "400" }) }],
    ["another amount asked for", { 39: "00", 120: told({ RQ: "2000", AP: "2000" }) }],
    ["another currency", { 39: "00", 49: "840", 120: told() }],
  ])("is as good as none: %s", (_name, fields) => {
    expect(fault(purchase, fields)).toBeDefined();
  });
});

it("a repeated message is not answered by a host that could do nothing", () => {
  expect(fault({ purpose: "move", authorization: "a" }, { 39: "91" }, "repeat")).toBeDefined();
  expect(fault({ purpose: "reverse_lost" }, { 39: "30" }, "repeat")).toBeDefined();
  expect(fault({ purpose: "reverse_lost" }, { 39: "25" }, "repeat")).toBeUndefined();
});

it.each<[string, IsoMessage["fields"]]>([
  ["no number", { 14: "3011" }],
  ["a number whose check digit is wrong", { 2: "5067123400000000", 14: "3011" }],
  ["a month that is none", { 2: "79927398713", 14: "3013" }],
])("a card is not told of with %s", (_name, fields) => {
  const card = { form: 2, currency: "BRL", fundingAccount: "funds" };
  const data = packPrivateData({ ST: "A", CR: "0", VN: "1", PN: "0" });
  expect(fault({ purpose: "provide_card", id: "c", card }, { 39: "00", 120: data, ...fields }, "repeat")).toBeDefined();
});
