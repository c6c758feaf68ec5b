import { appendFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { IsoMessage } from "../link/codec.ts";
import { encodeMessage } from "../link/codec.ts";
import { numbersOf } from "../link/numbers.ts";
import { packAmount, packOriginal, packReplacement } from "../link/original.ts";
import { type PrivateData, packPrivateData } from "../link/private-data.ts";
import { type CardHost, openCardHost } from "./card-host.ts";
import { appendCheckDigit } from "./pan.ts";

const BRL = "986";
const OPENING = 100_000n;

let journalFile: string;
let host: CardHost;
let last = 0;

beforeEach(() => {
  journalFile = join(mkdtempSync(join(tmpdir(), "card-host-")), "journal");
  host = open();
});

function open(): CardHost {
  return openCardHost({ journalFile, iin: "50671234", openingMinor: OPENING });
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

function update(code: string, data: PrivateData, fields: IsoMessage["fields"] = {}) {
  return send(message("0302", { 91: code, 101: "CARD", 120: packPrivateData(data), ...fields }));
}

/** An active card on an account of its own. */
function issue(data: PrivateData = {}): string {
  const { 39: code, 2: pan = "" } = update("1", { AC: `acc${++last}`, CU: BRL, ST: "A", ...data });
  expect(code).toBe("00");
  return pan;
}

function purchase(pan: string, amount: bigint, fields: IsoMessage["fields"] = {}, mti = "0100"): IsoMessage {
  return message(mti, { 2: pan, 3: "000000", 4: packAmount(amount), 18: "5411", 49: BRL, ...fields });
}

function originalFields({ mti, fields }: IsoMessage) {
  return packOriginal({ mti, stan: fields[11] ?? "", transmitted: fields[7] ?? "" });
}

function reversal(original: IsoMessage, remaining?: bigint, mti = "0420"): IsoMessage {
  const replacement = remaining === undefined ? {} : { 95: packReplacement(remaining) };
  return message(mti, { 4: original.fields[4], 49: BRL, 90: originalFields(original), ...replacement });
}

/** "balance available" of the account of the only card. */
function funds(): string {
  const { accounts } = JSON.parse(JSON.stringify(host.show()));
  return accounts
    .map(
      (account: { balanceMinor: string; availableMinor: string }) =>
        `${account.balanceMinor} ${account.availableMinor}`,
    )
    .join(",");
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
    expect(funds()).toBe("100000n 0n");
  });

  it("are approved in part where that is taken", () => {
    const pan = issue();
    const answer = send(purchase(pan, 150_000n, { 48: packPrivateData({ PA: "1" }) }));
    expect(answer).toMatchObject({ 39: "10", 4: "000000100000", 54: "0057986D000000150000" });
    expect(funds()).toBe("100000n 0n");
  });

  it.each<[string, PrivateData, IsoMessage["fields"], string]>([
    ["not active", { ST: "I" }, {}, "78"],
    ["frozen", { ST: "F" }, {}, "62"],
    ["closed", { ST: "C" }, {}, "41"],
    ["of another expiry", {}, { 14: "2001" }, "54"],
    ["in another currency", {}, { 49: "840" }, "57"],
    ["above the limit per transaction", { PT: "999" }, {}, "61"],
    ["above the limit per day", { PD: "999" }, {}, "61"],
    ["at a merchant not allowed", { AL: "5812,5813" }, {}, "57"],
    ["at a merchant blocked", { BL: "5411" }, {}, "57"],
    ["with a PIN where none was set", {}, { 52: "0123456789ABCDEF" }, "55"],
  ])("are refused for a card %s", (_name, data, fields, code) => {
    const pan = issue(data);
    expect(send(purchase(pan, 1_000n, fields))[39]).toBe(code);
    expect(funds()).toBe("100000n 100000n");
  });

  it("are refused for a number that is no card's", () => {
    expect(send(purchase("4761739001010119", 1n))[39]).toBe("14");
  });

  it("of a card for one use are approved once", () => {
    const pan = issue({ SU: "1" });
    expect(send(purchase(pan, 1_000n))[39]).toBe("00");
    expect(send(purchase(pan, 1_000n))[39]).toBe("41");
  });

  it("three wrong PINs lock the PIN until it is set anew", () => {
    const pan = issue();
    const [right, wrong] = ["00000000000000AA", "00000000000000BB"];
    update("2", {}, { 2: pan, 52: right });
    const codes = [wrong, right, wrong, wrong, wrong, right].map((block) => send(purchase(pan, 1n, { 52: block }))[39]);
    expect(codes).toEqual(["55", "00", "55", "55", "55", "75"]);
    update("2", {}, { 2: pan, 52: right });
    expect(send(purchase(pan, 1n, { 52: right }))[39]).toBe("00");
  });

  it("can be added to", () => {
    const pan = issue();
    const first = purchase(pan, 10_000n);
    const { 38: approval } = send(first);
    const more = purchase(pan, 5_000n, { 90: originalFields(first) });
    expect(send(more)).toMatchObject({ 39: "00", 38: approval });
    expect(funds()).toBe("100000n 85000n");
    send(reversal(more));
    expect(funds()).toBe("100000n 90000n");
    send(reversal(first));
    expect(funds()).toBe("100000n 100000n");
  });
});

describe("reversals", () => {
  it("take back all, or down to what remains, and once", () => {
    const pan = issue();
    const bought = purchase(pan, 10_000n);
    send(bought);
    expect(send(reversal(bought, 4_000n))[39]).toBe("00");
    expect(funds()).toBe("100000n 96000n");
    expect(send(reversal(bought, undefined, "0400"))[39]).toBe("00");
    expect(send(reversal(bought))[39]).toBe("00");
    expect(funds()).toBe("100000n 100000n");
  });

  it("of what was booked at once book it back, once", () => {
    const pan = issue();
    const bought = purchase(pan, 10_000n, {}, "0200");
    send(bought);
    expect(funds()).toBe("90000n 90000n");
    send(reversal(bought, 4_000n));
    expect(funds()).toBe("96000n 96000n");
    send(reversal(bought));
    send(reversal(bought));
    expect(funds()).toBe("100000n 100000n");
  });

  it("that overtake what they reverse win", () => {
    const pan = issue();
    const bought = purchase(pan, 10_000n);
    expect(send(reversal(bought))[39]).toBe("25");
    expect(send(bought)[39]).toBe("05");
    expect(funds()).toBe("100000n 100000n");
  });
});

describe("clearing", () => {
  it("books against the hold, in parts, late and beyond it", () => {
    const pan = issue();
    const bought = purchase(pan, 10_000n);
    send(bought);
    const clearing = (amount: bigint, data: PrivateData = {}) =>
      send(purchase(pan, amount, { 90: originalFields(bought), 48: packPrivateData(data) }, "0220"))[39];
    expect(clearing(4_000n)).toBe("00");
    expect(funds()).toBe("96000n 90000n");
    expect(clearing(1_000n, { FN: "1" })).toBe("00");
    expect(funds()).toBe("95000n 95000n");
    update("3", {}, { 2: pan });
    expect(clearing(7_000n)).toBe("00");
    expect(funds()).toBe("88000n 88000n");
  });

  it("of a refund and of a chargeback gives back", () => {
    const pan = issue();
    const bought = purchase(pan, 10_000n, {}, "0200");
    send(bought);
    send(purchase(pan, 2_000n, { 3: "200000", 90: originalFields(bought) }, "0220"));
    send(purchase(pan, 3_000n, { 90: originalFields(bought) }, "0422"));
    expect(funds()).toBe("95000n 95000n");
  });
});

describe("cards", () => {
  it("are replaced by one with another number on the same account and with the same rules", () => {
    const pan = issue({ PT: "500" });
    const { 2: next = "", 120: data } = update("1", { RP: pan, ST: "A" });
    expect(next).not.toBe(pan);
    expect(data).toMatch(/^AC.*ST001A$/);
    expect(send(purchase(pan, 100n))[39]).toBe("41");
    expect([send(purchase(next, 100n))[39], send(purchase(next, 501n))[39]]).toEqual(["00", "61"]);
  });

  it("closed stay closed", () => {
    const pan = issue();
    update("3", {}, { 2: pan });
    expect(update("2", { ST: "A" }, { 2: pan })[39]).toBe("41");
    expect(update("5", {}, { 2: pan })).toMatchObject({ 39: "00", 2: pan });
  });
});

it("a repeat is answered as what it repeats, and does nothing", () => {
  const pan = issue();
  const bought = purchase(pan, 10_000n);
  const answer = send(bought);
  expect(send({ ...bought, mti: "0101" })).toEqual(answer);
  expect(funds()).toBe("100000n 90000n");
});

it("knows after a restart what it knew, less what it was just writing", () => {
  const pan = issue({ PT: "20000" });
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
  expect(funds()).toBe("95000n 84000n");
  expect(
    readFileSync(journalFile, "utf8")
      .split("\n")
      .slice(0, -1)
      .every((line) => JSON.parse(line)),
  ).toBe(true);
});
