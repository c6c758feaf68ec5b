/** What becomes of cards and authorizations when their processor hangs, dies or answers what cannot be. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AuthorizationState, DeclineReason } from "#gen/malla/cards/v1/authorization_pb.js";
import { Card_State, CardCloseReason } from "#gen/malla/cards/v1/card_pb.js";
import type { MoveResponse, ProviderAuthorization } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { cardsProgram } from "../service.ts";
import { amounts, type Bank, brl, newBank, outcome, standing } from "./bank.ts";
import { type ScriptedVendor, startScriptedVendor } from "./scripted-vendor.ts";

const FUNDS = 1_000_00n;
let vendor: ScriptedVendor;
/** Gives callers no time to ask: what is unknown is given back soon. */
let hasty: TestService;
/** Gives callers all the time. */
let patient: TestService;

beforeAll(async () => {
  vendor = await startScriptedVendor();
  const env = {
    MALLA_LOG_LEVEL: "fatal",
    MALLA_FIXED_VENDORS: `scripted=${vendor.address}`,
    MALLA_CARDS_VENDOR_TIMEOUT_MS: "400",
  };
  hasty = await startTestService(cardsProgram, { env: { ...env, MALLA_CARDS_RESOLVE_AFTER_MS: "600" } });
  patient = await startTestService(cardsProgram, { env: { ...env, MALLA_CARDS_RESOLVE_AFTER_MS: "600000" } });
});
afterAll(async () => {
  await hasty.stop();
  await patient.stop();
  await vendor.stop();
});
beforeEach(() => {
  for (const method of ["authorize", "clear", "reverse", "lookupOperation", "provideCard", "moveCard"] as const) {
    vendor.fail(method, undefined);
  }
});

const eventually = (read: () => Promise<unknown>) => expect.poll(read, { timeout: 20_000, interval: 100 });
const stateOf = async ({ cards }: Bank, name: string) =>
  AuthorizationState[(await cards.getAuthorization({ name })).state];

describe("an authorization without a usable answer", () => {
  it.each(["hangs", "hangs_after", "breaks_after"] as const)(
    "that %s is UNKNOWN with 91, and given back",
    async (kind) => {
      const bank = newBank(hasty);
      const card = await bank.issue("funded");
      vendor.fail("authorize", { kind });
      const unknown = await bank.pay(card, 50_00n);
      expect(standing(unknown)).toBe("UNKNOWN 91");
      expect(unknown.declineReason).toBe(DeclineReason.ISSUER_UNAVAILABLE);
      await eventually(() => stateOf(bank, unknown.name)).toBe("REVERSED");
      expect(vendor.funds(bank.tenant)).toBe(FUNDS);
      const told = (await hasty.events(bank.tenant, 3)).map(({ type }) => type.slice("malla.cards.v1.".length));
      expect(told).toEqual(["CardIssued", "AuthorizationBecameUnknown", "AuthorizationChanged"]);
    },
  );

  it("that comes late after its reversal holds nothing, and changes nothing", async () => {
    const bank = newBank(hasty);
    const card = await bank.issue("funded");
    const requestId = randomUUID();
    vendor.fail("authorize", { kind: "hangs" });
    const { name } = await bank.pay(card, 50_00n, { requestId });
    await eventually(() => stateOf(bank, name)).toBe("REVERSED");
    vendor.fail("authorize", undefined);
    const late = await bank.pay(card, 50_00n, { requestId });
    expect([late.name, AuthorizationState[late.state]]).toEqual([name, "REVERSED"]);
    expect(vendor.funds(bank.tenant)).toBe(FUNDS);
  });

  it("is given back also when it was taken in one message", async () => {
    const bank = newBank(hasty);
    const card = await bank.issue("funded");
    vendor.fail("authorize", { kind: "breaks_after" });
    const { name } = await bank.pay(card, 50_00n, { isSingleMessage: true });
    await eventually(async () => amounts(await bank.cards.getAuthorization({ name }))).toEqual([
      0n,
      50_00n,
      50_00n,
      0n,
    ]);
    expect(vendor.funds(bank.tenant)).toBe(FUNDS);
  });

  it("stands when its caller asks what became of it", async () => {
    const bank = newBank(patient);
    const card = await bank.issue("funded");
    vendor.fail("authorize", { kind: "hangs_after" });
    const { name } = await bank.pay(card, 50_00n);
    const move = { name, amount: brl(1_00n), requestId: randomUUID() };
    expect(await outcome(bank.cards.clearTransaction(move))).toBe("AUTHORIZATION_UNRESOLVED");
    expect(standing(await bank.cards.resolveAuthorization({ name }))).toBe("APPROVED 00");
    expect(vendor.funds(bank.tenant)).toBe(FUNDS - 50_00n);
  });

  it("stands when its caller sends it again, and holds once", async () => {
    const bank = newBank(patient);
    const card = await bank.issue("funded");
    const requestId = randomUUID();
    vendor.fail("authorize", { kind: "hangs_after" });
    const unknown = await bank.pay(card, 50_00n, { requestId });
    expect(standing(await bank.pay(card, 50_00n, { requestId }))).toBe("UNKNOWN 91");
    vendor.fail("authorize", undefined);
    const known = await bank.pay(card, 50_00n, { requestId });
    expect([known.name, standing(known)]).toEqual([unknown.name, "APPROVED 00"]);
    expect(vendor.funds(bank.tenant)).toBe(FUNDS - 50_00n);
  });

  it("that the vendor never saw is reversed when its caller asks", async () => {
    const bank = newBank(patient);
    const card = await bank.issue("funded");
    vendor.fail("authorize", { kind: "hangs" });
    const { name } = await bank.pay(card, 50_00n);
    expect((await bank.cards.resolveAuthorization({ name })).state).toBe(AuthorizationState.REVERSED);
  });

  it("stays UNKNOWN while the vendor does not answer that either", async () => {
    const bank = newBank(patient);
    const card = await bank.issue("funded");
    vendor.fail("authorize", { kind: "hangs_after" });
    vendor.fail("lookupOperation", { kind: "hangs" });
    const { name } = await bank.pay(card, 50_00n);
    expect(standing(await bank.cards.resolveAuthorization({ name }))).toBe("UNKNOWN 91");
  });

  it("is reversed by the merchant's own reversal", async () => {
    const bank = newBank(patient);
    const card = await bank.issue("funded");
    vendor.fail("authorize", { kind: "hangs_after" });
    const { name } = await bank.pay(card, 50_00n);
    const reversed = await bank.cards.reverseAuthorization({ name, requestId: randomUUID() });
    expect(reversed.state).toBe(AuthorizationState.REVERSED);
    expect(vendor.funds(bank.tenant)).toBe(FUNDS);
  });
});

type Bend = (authorization: ProviderAuthorization) => ProviderAuthorization;
const bent = (bend: Bend) => (answer: MoveResponse) =>
  answer.authorization === undefined ? answer : { ...answer, authorization: bend(answer.authorization) };

/** A number that no enum of the contract has. */
const beyond: number = 99;

describe("an answer that cannot be is not used", () => {
  it.each<[string, (answer: MoveResponse) => MoveResponse]>([
    ["an unknown state", bent((said) => ({ ...said, state: beyond }))],
    ["an unknown decline reason", (said) => ({ ...said, declineReason: beyond })],
    ["an approval with a reason to decline", (said) => ({ ...said, declineReason: DeclineReason.PIN_WRONG })],
    [
      "another currency",
      bent((said) => ({
        ...said,
        heldAmount: { ...brl(50_00n), $typeName: "malla.type.v1.Money", currencyCode: "MXN" },
      })),
    ],
    [
      "an amount below zero",
      bent((said) => ({ ...said, heldAmount: { ...brl(-1n), $typeName: "malla.type.v1.Money" } })),
    ],
    ["another request", bent((said) => ({ ...said, requestId: randomUUID() }))],
    ["another's card", bent((said) => ({ ...said, card: "somebody-elses" }))],
    [
      "more held than approved",
      bent((said) => ({ ...said, approvedAmount: { ...brl(1n), $typeName: "malla.type.v1.Money" } })),
    ],
    ["no authorization", ({ authorization: _, ...said }) => said],
  ])("%s", async (_what, bend) => {
    const bank = newBank(hasty);
    const card = await bank.issue("funded");
    vendor.fail("authorize", { kind: "answers", bend });
    const unknown = await bank.pay(card, 50_00n);
    expect(standing(unknown)).toBe("UNKNOWN 91");
    await eventually(() => stateOf(bank, unknown.name)).toBe("REVERSED");
    expect(vendor.funds(bank.tenant)).toBe(FUNDS);
  });
});

describe("a move without a usable answer", () => {
  it("is not lost: a clearing that the vendor never saw is sent again", async () => {
    const bank = newBank(hasty);
    const { name } = await bank.pay(await bank.issue("funded"), 50_00n);
    vendor.fail("clear", { kind: "hangs" });
    const requestId = randomUUID();
    const clearing = { name, amount: brl(40_00n), isFinal: true, requestId };
    expect(standing(await bank.cards.clearTransaction(clearing))).toBe("UNKNOWN 91");
    vendor.fail("clear", undefined);
    await eventually(async () => standing(await bank.cards.getAuthorization({ name }))).toBe("CLEARED 00");
    expect(standing(await bank.cards.clearTransaction(clearing))).toBe("CLEARED 00");
    expect(vendor.funds(bank.tenant)).toBe(FUNDS - 40_00n);
  });

  it("is taken in once when the vendor had done it", async () => {
    const bank = newBank(hasty);
    const { name } = await bank.pay(await bank.issue("funded"), 50_00n);
    vendor.fail("clear", { kind: "breaks_after" });
    const clearing = { name, amount: brl(40_00n), isFinal: true, requestId: randomUUID() };
    expect(standing(await bank.cards.clearTransaction(clearing))).toBe("UNKNOWN 91");
    await eventually(async () => standing(await bank.cards.getAuthorization({ name }))).toBe("CLEARED 00");
    expect(vendor.funds(bank.tenant)).toBe(FUNDS - 40_00n);
  });

  it("that is answered late by an older word changes nothing", async () => {
    const bank = newBank(patient);
    const approved = await bank.pay(await bank.issue("funded"), 50_00n);
    const { name } = approved;
    const words: MoveResponse[] = [];
    const remember = (answer: MoveResponse) => {
      words.push(answer);
      return answer;
    };
    vendor.fail("clear", { kind: "answers", bend: remember });
    const part = (minorUnits: bigint) => ({ name, amount: brl(minorUnits), requestId: randomUUID() });
    expect(amounts(await bank.cards.clearTransaction(part(10_00n)))).toEqual([40_00n, 10_00n, 0n, 0n]);
    vendor.fail("clear", undefined);
    await bank.cards.clearTransaction(part(10_00n));
    vendor.fail("clear", { kind: "answers", bend: (answer) => words[0] ?? answer });
    await bank.cards.clearTransaction(part(1_00n));
    expect(amounts(await bank.cards.getAuthorization({ name }))).toEqual([30_00n, 20_00n, 0n, 0n]);
  });
});

describe("a card without a usable answer", () => {
  it("is UNKNOWN while it is issued, and then known, once", async () => {
    const bank = newBank(hasty);
    vendor.fail("provideCard", { kind: "hangs_after" });
    const unknown = await bank.issue("funded");
    expect([Card_State[unknown.state], unknown.vendor]).toEqual(["UNKNOWN", ""]);
    expect(await outcome(bank.pay(unknown, 1n))).toBe("CARD_STATE_NOT_ALLOWED");
    vendor.fail("provideCard", undefined);
    await eventually(async () => (await bank.cards.getCard({ name: unknown.name })).state).toBe(Card_State.ACTIVE);
    expect((await bank.cards.listCards({})).cards.length).toBe(1);
  });

  it("is taken in when its vendor tells that it changed, and whoever asks again hears it", async () => {
    const bank = newBank(hasty);
    const { name } = await bank.issue("funded");
    vendor.fail("moveCard", { kind: "breaks_after" });
    const freeze = { name, requestId: randomUUID() };
    // The client asks again by itself, as the contract says of UNAVAILABLE.
    expect((await bank.cards.freezeCard(freeze)).state).toBe(Card_State.FROZEN);
    expect((await bank.cards.getCard({ name })).state).toBe(Card_State.FROZEN);
    expect((await hasty.events(bank.tenant, 2)).length).toBe(2);
  });

  it("may be asked for again when its vendor never saw that", async () => {
    const bank = newBank(patient);
    const { name } = await bank.issue("funded");
    vendor.fail("moveCard", { kind: "hangs" });
    const close = { name, reason: CardCloseReason.STOLEN, requestId: randomUUID() };
    expect(await outcome(bank.cards.closeCard(close))).toBe("OUTCOME_UNKNOWN");
    vendor.fail("moveCard", undefined);
    expect((await bank.cards.closeCard(close)).state).toBe(Card_State.CLOSED);
  });
});
