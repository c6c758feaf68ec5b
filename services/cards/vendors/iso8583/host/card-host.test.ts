import { appendFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type CardRules, packCardFile } from "../link/card-file.ts";
import { appendCheckDigit } from "../link/check-digit.ts";
import { encodeMessage, type IsoMessage } from "../link/codec.ts";
import { numbersOf } from "../link/numbers.ts";
import { packAmount, packOriginal } from "../link/original.ts";
import { fieldsOfChannel, packNameAndPlace } from "../link/point-of-service.ts";
import { type PrivateData, packPrivateData } from "../link/private-data.ts";
import { readAccounts } from "./accounts.ts";
import { type CardHost, openCardHost } from "./card-host.ts";

const BRL = "986";

let journalFile: string;
let host: CardHost;
let last = 0;

beforeEach(() => {
  journalFile = join(mkdtempSync(join(tmpdir(), "card-host-")), "journal");
  host = open();
});

function open(): CardHost {
  return openCardHost({
    journalFile,
    iin: "50671234",
    accountNamed: readAccounts(`*/main=${BRL}:100000`),
    zoneKeys: new Map(),
  });
}

function message(mti: string, fields: IsoMessage["fields"]): IsoMessage {
  const { stan, rrn, transmitted } = numbersOf(++last, new Date());
  return { mti, fields: { 7: transmitted, 11: stan, 37: rrn, ...fields } };
}

/** Sends a message; what comes back is one that can be sent. */
function send(sent: IsoMessage): IsoMessage["fields"] {
  const answer = host.process(sent);
  encodeMessage(answer);
  return answer.fields;
}

function update(code: string, data: PrivateData, fields: IsoMessage["fields"] = {}, rules?: CardRules) {
  return send(message("0302", { 91: code, 101: "CARD", ...packCardFile(data, rules), ...fields }));
}

/** An active card on an account of its own. */
function issue(data: PrivateData = {}, rules?: CardRules): string {
  const { 39: code, 2: pan = "" } = update("1", { AC: `t${++last}/main`, CU: BRL, ST: "A", ...data }, {}, rules);
  expect(code).toBe("00");
  return pan;
}

function purchase(pan: string, amount: bigint, fields: IsoMessage["fields"] = {}, mti = "0100"): IsoMessage {
  return message(mti, { 2: pan, 3: "000000", 4: packAmount(amount), 18: "5411", 49: BRL, ...fields });
}

function originalFields({ mti, fields }: IsoMessage) {
  return packOriginal({ mti, stan: fields[11] ?? "", transmitted: fields[7] ?? "" });
}

function reversal(original: IsoMessage, mti = "0420", fields: IsoMessage["fields"] = {}): IsoMessage {
  return message(mti, { 4: original.fields[4], 49: BRL, 90: originalFields(original), ...fields });
}

/** What the account of the only card can be asked for. */
function funds(): string {
  const { accounts } = JSON.parse(JSON.stringify(host.show()));
  return accounts.map(({ availableMinor }: { availableMinor: string }) => availableMinor).join();
}

it("a card's number ends in its check digit", () => {
  expect(appendCheckDigit("7992739871")).toBe("79927398713");
  const pan = issue();
  expect(appendCheckDigit(pan.slice(0, -1))).toBe(pan);
});

describe("authorizations", () => {
  it("hold what is approved, up to what the account has", () => {
    const pan = issue();
    expect(send(purchase(pan, 60_000n))).toMatchObject({ 39: "00", 4: "000000060000" });
    expect(send(purchase(pan, 60_000n))[39]).toBe("51");
    expect(send(purchase(pan, 40_000n))[39]).toBe("00");
    expect(funds()).toBe("0n");
  });

  it("are approved in part where that is taken", () => {
    const pan = issue();
    const answer = send(purchase(pan, 150_000n, { 48: packPrivateData({ PA: "1" }) }));
    expect(answer).toMatchObject({ 39: "10", 4: "000000100000", 54: "0057986D000000150000" });
    expect(funds()).toBe("0n");
  });

  it.each<[string, PrivateData, CardRules, IsoMessage["fields"], string]>([
    ["not active", { ST: "I" }, {}, {}, "78"],
    ["frozen", { ST: "F" }, {}, {}, "62"],
    ["closed", { ST: "C" }, {}, {}, "41"],
    ["in another currency", {}, {}, { 49: "840" }, "57"],
    ["of nothing", {}, {}, { 4: "000000000000" }, "13"],
    ["above the limit per transaction", {}, { perTransactionMinor: 999n }, {}, "61"],
    ["above the limit per day", {}, { perDayMinor: 999n }, {}, "61"],
    ["at a merchant not allowed", {}, { allowedCategories: ["5812", "5813"] }, {}, "57"],
    ["at a merchant denied", {}, { deniedCategories: ["5411"] }, {}, "57"],
    ["in a country not allowed", {}, { allowedCountries: ["BR"] }, { 43: packNameAndPlace("SHOP", "MX") }, "57"],
    ["by a channel not allowed", {}, { allowedChannels: ["C"] }, fieldsOfChannel("E"), "57"],
  ])("are refused for a card %s", (_name, data, rules, fields, code) => {
    const pan = issue(data, rules);
    expect(send(purchase(pan, 1_000n, fields))[39]).toBe(code);
    expect(funds()).toBe("100000n");
  });

  it("are refused for a number that is no card's", () => {
    expect(send(purchase("4761739001010119", 1n))[39]).toBe("14");
  });

  it("count towards the day, less what was reversed", () => {
    const pan = issue({}, { perDayMinor: 1_000n, perDayCount: 2 });
    const first = purchase(pan, 600n);
    send(first);
    expect(send(purchase(pan, 600n))[39]).toBe("61");
    send(reversal(first, "0400"));
    expect(send(purchase(pan, 600n))[39]).toBe("00");
    expect(send(purchase(pan, 100n))[39]).toBe("00");
    expect(send(purchase(pan, 100n))[39]).toBe("65");
  });

  it("of a card for one use are approved once", () => {
    const pan = issue({ SU: "1" });
    expect(send(purchase(pan, 1_000n))[39]).toBe("00");
    expect(send(purchase(pan, 1_000n))[39]).toBe("41");
  });

  it("can be added to, and the addition taken back", () => {
    const pan = issue();
    const first = purchase(pan, 10_000n);
    const { 38: approval } = send(first);
    const more = purchase(pan, 5_000n, { 90: originalFields(first) });
    expect(send(more)).toMatchObject({ 39: "00", 38: approval });
    expect(funds()).toBe("85000n");
    send(reversal(more));
    expect(funds()).toBe("90000n");
    send(reversal(more, "0421"));
    expect(funds()).toBe("90000n");
  });

  it("give back what they hold once their time has passed", () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const pan = issue();
      send(purchase(pan, 100_000n, { 48: packPrivateData({ HS: "60" }) }));
      expect(send(purchase(pan, 1n))[39]).toBe("51");
      vi.setSystemTime(Date.now() + 61_000);
      expect(send(purchase(pan, 1n))[39]).toBe("00");
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("reversals", () => {
  it("give back all, or the part asked for, and once", () => {
    const pan = issue();
    const bought = purchase(pan, 10_000n);
    send(bought);
    const part = { 48: packPrivateData({ RA: "6000" }) };
    expect(send(reversal(bought, "0400", part))[39]).toBe("00");
    expect(funds()).toBe("96000n");
    expect(send(reversal(bought, "0400", part))[39]).toBe("13");
    expect(send(reversal(bought, "0400"))[39]).toBe("00");
    expect(send(reversal(bought, "0400"))[39]).toBe("12");
    expect(funds()).toBe("100000n");
  });

  it("as advices take back what was taken at once, and once", () => {
    const pan = issue();
    const bought = purchase(pan, 10_000n, {}, "0200");
    send(bought);
    expect(funds()).toBe("90000n");
    expect(send(reversal(bought))[39]).toBe("00");
    expect(send(reversal(bought))[39]).toBe("00");
    expect(funds()).toBe("100000n");
  });

  it("that overtake what they reverse win", () => {
    const pan = issue();
    const bought = purchase(pan, 10_000n);
    expect(send(reversal(bought))[39]).toBe("25");
    expect(send(bought)[39]).toBe("05");
    expect(funds()).toBe("100000n");
  });
});

describe("clearing", () => {
  it("takes from the hold, in parts and a fifth beyond it", () => {
    const pan = issue();
    const bought = purchase(pan, 10_000n);
    send(bought);
    const clearing = (amount: bigint, data: PrivateData = {}) =>
      send(purchase(pan, amount, { 90: originalFields(bought), 48: packPrivateData(data) }, "0220"))[39];
    expect(clearing(4_000n)).toBe("00");
    expect(funds()).toBe("90000n");
    expect(clearing(8_001n)).toBe("13");
    expect(clearing(8_000n, { FN: "1" })).toBe("00");
    expect(funds()).toBe("88000n");
    expect(clearing(1n)).toBe("12");
  });

  it("can be given back, and disputed, up to what was taken", () => {
    const pan = issue();
    const bought = purchase(pan, 10_000n, {}, "0200");
    send(bought);
    const about = (mti: string, amount: bigint, fields: IsoMessage["fields"]) =>
      send(purchase(pan, amount, { 90: originalFields(bought), ...fields }, mti))[39];
    const disputing = (DS: string) => ({ 48: packPrivateData({ DS }) });
    expect(about("0220", 2_000n, { 3: "200000" })).toBe("00");
    expect(about("0422", 8_001n, disputing("O"))).toBe("13");
    expect(about("0422", 3_000n, disputing("O"))).toBe("00");
    expect(about("0422", 1n, disputing("O"))).toBe("12");
    expect(funds()).toBe("95000n");
    expect(about("0422", 0n, disputing("L"))).toBe("00");
    expect(funds()).toBe("92000n");
    expect(about("0422", 8_000n, disputing("O"))).toBe("00");
    expect(about("0422", 0n, disputing("W"))).toBe("00");
    expect(about("0220", 1n, { 3: "200000" })).toBe("13");
    expect(funds()).toBe("100000n");
  });
});

describe("cards", () => {
  it("are renewed by one with another number on the same account and with the same rules", () => {
    const pan = issue({}, { perTransactionMinor: 500n });
    const { 2: next = "" } = update("1", { ST: "A", CR: "3" }, { 2: pan });
    expect(next).not.toBe(pan);
    expect(send(purchase(pan, 100n))[39]).toBe("43");
    expect([send(purchase(next, 100n))[39], send(purchase(next, 501n))[39]]).toEqual(["00", "61"]);
  });

  it("closed stay closed, and say so without counting it a change", () => {
    const pan = issue();
    const closed = update("2", { ST: "C", CR: "2" }, { 2: pan });
    expect(update("2", { ST: "A" }, { 2: pan })[39]).toBe("12");
    expect(update("2", { ST: "C", CR: "1" }, { 2: pan })[120]).toBe(closed[120]);
    expect(update("5", {}, { 2: pan })).toMatchObject({ 39: "00", 2: pan, 120: closed[120] });
  });

  it("are issued on accounts that there are, in their currency", () => {
    expect(update("1", { AC: "t/other", CU: BRL })[39]).toBe("52");
    expect(update("1", { AC: "t/main", CU: "840" })[39]).toBe("57");
  });
});

it("a repeat is answered as what it repeats, and does nothing", () => {
  const pan = issue();
  const bought = purchase(pan, 10_000n);
  const answer = send(bought);
  expect(send({ ...bought, mti: "0101" })).toEqual(answer);
  expect(funds()).toBe("90000n");
});

it("knows after a restart what it knew, less what it was just writing", () => {
  const pan = issue({}, { perTransactionMinor: 20_000n });
  const bought = purchase(pan, 10_000n);
  const answer = send(bought);
  send(purchase(pan, 5_000n, {}, "0200"));
  const before = host.show();
  appendFileSync(journalFile, '{"at":"2026-');
  host = open();
  expect(host.show()).toEqual(before);
  expect(send({ ...bought, mti: "0101" })).toEqual(answer);
  send(purchase(pan, 1_000n));
  host = open();
  expect(funds()).toBe("84000n");
  expect(
    readFileSync(journalFile, "utf8")
      .split("\n")
      .slice(0, -1)
      .every((line) => JSON.parse(line)),
  ).toBe(true);
});
