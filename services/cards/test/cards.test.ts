/** Cards through their whole life, with the native processor and a real ledger behind. */
import { randomUUID } from "node:crypto";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AuthorizationState, ChargebackOutcome } from "#gen/malla/cards/v1/authorization_pb.js";
import { Card_State, CardCloseReason, CardForm, PinBlock_Format, RevealScope } from "#gen/malla/cards/v1/card_pb.js";
import { AuthorizationApprovedSchema, CardIssuedSchema } from "#gen/malla/cards/v1/cards_events_pb.js";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { encipherPin } from "../../../conformance/cards/pin-block.ts";
import { cardsProgram } from "../service.ts";
import { fundAccount, type NativeGround, startNative, TEST_ZONE } from "../vendors/native/test/ground.ts";
import { amounts, type Bank, brl, newBank, newTenant, outcome, standing } from "./bank.ts";

let native: NativeGround;
let service: TestService;

beforeAll(async () => {
  native = await startNative();
  service = await startTestService(cardsProgram, { env: { MALLA_FIXED_VENDORS: `native=${native.vendor.address}` } });
});
afterAll(async () => {
  await service.stop();
  await native.stop();
});

/** A bank with an account of 100.00. */
async function newAccount(): Promise<{ bank: Bank; account: string }> {
  const tenant = newTenant();
  const account = await fundAccount(native.ledger, tenant, 100_00n);
  return { bank: newBank(service, tenant), account };
}

/** Posted and pending debits of an account. */
async function taken(tenant: string, account: string): Promise<[posted: bigint, pending: bigint]> {
  const { accounts } = await native.ledger.client(LedgerService, { tenant }).lookupAccounts({ ids: [account] });
  const [found] = accounts;
  return [(found?.debitsPosted ?? 0n) - ((found?.creditsPosted ?? 0n) - 100_00n), found?.debitsPending ?? -1n];
}

describe("cards", () => {
  it("are issued once for a request, and say who issued them", async () => {
    const { bank, account } = await newAccount();
    const card = { form: CardForm.VIRTUAL, customer: "customers/ana", fundingAccount: account, currencyCode: "BRL" };
    const requestId = randomUUID();
    const first = await bank.cards.issueCard({ card, requestId });
    expect(first).toMatchObject({ state: Card_State.ACTIVE, vendor: "native", bin: "99999901" });
    expect(await bank.cards.issueCard({ card, requestId })).toEqual(first);
    expect(await outcome(bank.cards.issueCard({ card: { ...card, customer: "customers/bia" }, requestId }))).toBe(
      "REQUEST_ID_REUSED",
    );
    const { cards } = await bank.cards.listCards({ customer: "customers/ana" });
    expect(cards).toEqual([first]);
    expect(await bank.cards.getCard({ name: first.name })).toEqual(first);
  });

  it("are not issued on an account that is not there, or is of another currency", async () => {
    const { bank, account } = await newAccount();
    expect(await outcome(bank.issue(randomUUID()))).toBe("FUNDING_ACCOUNT_NOT_FOUND");
    expect(await outcome(bank.issue(account, { currencyCode: "MXN" }))).toBe("CURRENCY_MISMATCH");
    expect((await bank.cards.listCards({})).cards).toEqual([]);
  });

  it("belong to one tenant", async () => {
    const { bank, account } = await newAccount();
    const card = await bank.issue(account);
    const other = newBank(service);
    expect(await outcome(other.cards.getCard({ name: card.name }))).toBe("CARD_NOT_FOUND");
    expect(await outcome(other.pay(card, 1n))).toBe("CARD_NOT_FOUND");
  });

  it("move between their states, and tell of it", async () => {
    const { bank, account } = await newAccount();
    const { name } = await bank.issue(account, { form: CardForm.PHYSICAL });
    const requestId = () => randomUUID();
    expect(standing(await bank.pay({ name }, 1n))).toBe("DECLINED 78");
    expect(await outcome(bank.cards.freezeCard({ name, requestId: requestId() }))).toBe("CARD_STATE_NOT_ALLOWED");
    expect((await bank.cards.activateCard({ name, requestId: requestId() })).state).toBe(Card_State.ACTIVE);
    expect((await bank.cards.freezeCard({ name, requestId: requestId() })).state).toBe(Card_State.FROZEN);
    expect(standing(await bank.pay({ name }, 1n))).toBe("DECLINED 62");
    expect((await bank.cards.unfreezeCard({ name, requestId: requestId() })).state).toBe(Card_State.ACTIVE);
    const renewed = await bank.cards.replaceCard({ name, reason: CardCloseReason.LOST, requestId: requestId() });
    expect(renewed).toMatchObject({ state: Card_State.INACTIVE, replaces: name });
    const old = await bank.cards.getCard({ name });
    expect(old).toMatchObject({ state: Card_State.CLOSED, replacedBy: renewed.name });
    expect(standing(await bank.pay({ name }, 1n))).toBe("DECLINED 41");
    const told = (await service.events(bank.tenant, 9)).map(({ type }) => type.slice("malla.cards.v1.".length));
    expect(told).toEqual([
      "CardIssued",
      "AuthorizationDeclined",
      "CardStateChanged",
      "CardStateChanged",
      "AuthorizationDeclined",
      "CardStateChanged",
      "CardIssued",
      "CardStateChanged",
      "AuthorizationDeclined",
    ]);
  });

  it("have controls, PINs, tokens and links that show them once", async () => {
    const { bank, account } = await newAccount();
    const { name } = await bank.issue(account);
    const controls = { transactionLimit: brl(5_00n) };
    expect((await bank.cards.updateCardControls({ name, controls, requestId: randomUUID() })).controls).toMatchObject(
      controls,
    );
    expect(standing(await bank.pay({ name }, 6_00n))).toBe("DECLINED 61");
    const scopes = [RevealScope.NUMBER, RevealScope.SECURITY_CODE];
    const { revealToken } = await bank.cards.createRevealLink({ name, scopes, requestId: randomUUID() });
    const { number, securityCode } = await bank.cards.revealCard({ name, revealToken });
    expect([number.length, securityCode.length]).toEqual([16, 3]);
    expect(await outcome(bank.cards.revealCard({ name, revealToken }))).toBe("REVEAL_LINK_NOT_FOUND");
    const zone = { id: TEST_ZONE.id, format: PinBlock_Format.ISO_4, key: Buffer.from(TEST_ZONE.hex, "hex") };
    const pinBlock = encipherPin(zone, "4821", number);
    expect((await bank.cards.setPin({ name, pinBlock, requestId: randomUUID() })).hasPin).toBe(true);
    expect((await bank.cards.verifyPin({ name, pinBlock, requestId: randomUUID() })).responseCode).toBe("00");
    const zero = { id: "zone-0", format: PinBlock_Format.ISO_0, key: zone.key };
    const wrong = encipherPin(zero, "4822", number);
    expect((await bank.cards.verifyPin({ name, pinBlock: wrong, requestId: randomUUID() })).responseCode).toBe("55");
    const { token } = await bank.cards.tokenizeCard({ name, requestor: "wallet-1", requestId: randomUUID() });
    const terms = { amount: brl(1_00n), merchant: { category: "5411", countryCode: "BR" } };
    const paid = await bank.cards.authorizeTransaction({ card: name, token, terms, requestId: randomUUID() });
    expect(standing(paid)).toBe("APPROVED 00");
  });

  it("have numbers that only the vault holds, and no PIN anywhere", async () => {
    const { bank, account } = await newAccount();
    const { name } = await bank.issue(account);
    const scopes = [RevealScope.NUMBER];
    const { revealToken } = await bank.cards.createRevealLink({ name, scopes, requestId: randomUUID() });
    const { number } = await bank.cards.revealCard({ name, revealToken });
    const zone = { id: TEST_ZONE.id, format: PinBlock_Format.ISO_4, key: Buffer.from(TEST_ZONE.hex, "hex") };
    const pinBlock = encipherPin(zone, "4821", number);
    await bank.cards.setPin({ name, pinBlock, requestId: randomUUID() });
    const sql = service.sql();
    for (const table of ["cards", "authorizations", "requests", "idempotency", "outbox"]) {
      const rows = await sql<{ row: string }[]>`select to_jsonb(t)::text as row from ${sql(table)} t`;
      const text = rows.map(({ row }) => row).join("\n");
      const hexOf = (secret: string | Uint8Array) => Buffer.from(secret).toString("hex");
      for (const secret of [number, revealToken, pinBlock.block]) {
        expect(text.includes(hexOf(secret)) || (typeof secret === "string" && text.includes(secret)), table).toBe(
          false,
        );
      }
    }
  });
});

describe("authorizations", () => {
  it("hold, take and give back what the ledger then shows", async () => {
    const { bank, account } = await newAccount();
    const card = await bank.issue(account);
    const { name } = await bank.pay(card, 30_00n);
    expect(await taken(bank.tenant, account)).toEqual([0n, 30_00n]);
    const increment = { name, amount: brl(10_00n), requestId: randomUUID() };
    expect(amounts(await bank.cards.incrementAuthorization(increment))).toEqual([40_00n, 0n, 0n, 0n]);
    const reversal = { name, amount: brl(5_00n), requestId: randomUUID() };
    expect(amounts(await bank.cards.reverseAuthorization(reversal))).toEqual([35_00n, 0n, 0n, 0n]);
    const part = { name, amount: brl(15_00n), requestId: randomUUID() };
    const cleared = await bank.cards.clearTransaction(part);
    expect(amounts(cleared)).toEqual([20_00n, 15_00n, 0n, 0n]);
    expect(await bank.cards.clearTransaction(part)).toEqual(cleared);
    expect(await taken(bank.tenant, account)).toEqual([15_00n, 20_00n]);
    const over = { name, amount: brl(27_00n), isFinal: true, requestId: randomUUID() };
    expect(standing(await bank.cards.clearTransaction(over))).toBe("CLEARED 00");
    expect(await taken(bank.tenant, account)).toEqual([42_00n, 0n]);
    const refund = { name, amount: brl(2_00n), requestId: randomUUID() };
    expect(amounts(await bank.cards.refundTransaction(refund))).toEqual([0n, 42_00n, 2_00n, 0n]);
    const dispute = { name, amount: brl(40_00n), requestId: randomUUID() };
    expect(amounts(await bank.cards.openChargeback(dispute))).toEqual([0n, 42_00n, 2_00n, 40_00n]);
    expect(await taken(bank.tenant, account)).toEqual([0n, 0n]);
    const lost = { name, outcome: ChargebackOutcome.LOST, requestId: randomUUID() };
    expect(amounts(await bank.cards.resolveChargeback(lost))).toEqual([0n, 42_00n, 2_00n, 0n]);
    expect(await taken(bank.tenant, account)).toEqual([40_00n, 0n]);
    const { lines } = await native.ledger.client(LedgerService, { tenant: bank.tenant }).getTrialBalance({});
    expect(lines.every(({ balanced }) => balanced)).toBe(true);
  });

  it("are declined with their reason, which is an answer", async () => {
    const { bank, account } = await newAccount();
    const card = await bank.issue(account);
    expect(standing(await bank.pay(card, 100_01n))).toBe("DECLINED 51");
    expect(standing(await bank.pay(card, 1_00n, { currencyCode: "MXN" }))).toBe("DECLINED 57");
    const declined = await bank.pay(card, 100_01n);
    const move = { name: declined.name, amount: brl(1n), requestId: randomUUID() };
    expect(await outcome(bank.cards.clearTransaction(move))).toBe("AUTHORIZATION_DECLINED");
    expect(await outcome(bank.pay(card, 0n))).toBe("AMOUNT_MUST_BE_POSITIVE");
    const approved = await bank.pay(card, 1_00n);
    const foreign = { name: approved.name, amount: { currencyCode: "MXN", minorUnits: 1n }, requestId: randomUUID() };
    expect(await outcome(bank.cards.clearTransaction(foreign))).toBe("CURRENCY_MISMATCH");
  });

  it("hold once when many ask at once, and never more than there is", async () => {
    const { bank, account } = await newAccount();
    const card = await bank.issue(account);
    const requestId = randomUUID();
    const same = await Promise.all([1, 2, 3, 4].map(() => bank.pay(card, 30_00n, { requestId })));
    expect(new Set(same.map(({ name }) => name)).size).toBe(1);
    expect(await taken(bank.tenant, account)).toEqual([0n, 30_00n]);
    const rest = await Promise.all([1, 2, 3, 4].map(() => bank.pay(card, 30_00n)));
    expect(rest.map(standing).sort()).toEqual(["APPROVED 00", "APPROVED 00", "DECLINED 51", "DECLINED 51"]);
    expect(await taken(bank.tenant, account)).toEqual([0n, 90_00n]);
  });

  it("end by themselves when their time has passed, here too", async () => {
    const { bank, account } = await newAccount();
    const card = await bank.issue(account);
    const terms = { amount: brl(5_00n), merchant: { category: "5411", countryCode: "BR" }, holdSeconds: 1 };
    const { name } = await bank.cards.authorizeTransaction({ card: card.name, terms, requestId: randomUUID() });
    await expect
      .poll(async () => (await bank.cards.getAuthorization({ name })).state, { timeout: 15_000 })
      .toBe(AuthorizationState.EXPIRED);
    expect(await taken(bank.tenant, account)).toEqual([0n, 0n]);
  });

  it("tell facts without card data", async () => {
    const { bank, account } = await newAccount();
    const card = await bank.issue(account);
    const { name } = await bank.pay(card, 1_00n);
    const [issued, approved] = await service.events(bank.tenant, 2);
    const issue = issued?.data === undefined ? undefined : anyUnpack(issued.data, CardIssuedSchema);
    expect(issue).toMatchObject({ card: card.name, vendor: "native", customer: "customers/ana" });
    const approval = approved?.data === undefined ? undefined : anyUnpack(approved.data, AuthorizationApprovedSchema);
    expect(approval).toMatchObject({ authorization: name, card: card.name, amount: { minorUnits: 1_00n } });
  });

  it("are listed newest first, page by page", async () => {
    const { bank, account } = await newAccount();
    const card = await bank.issue(account);
    const made = [await bank.pay(card, 1n), await bank.pay(card, 2n), await bank.pay(card, 3n)];
    const first = await bank.cards.listAuthorizations({ card: card.name, pageSize: 2 });
    const second = await bank.cards.listAuthorizations({ card: card.name, pageToken: first.nextPageToken });
    const names = [...first.authorizations, ...second.authorizations].map(({ name }) => name);
    expect(names).toEqual(made.map(({ name }) => name).reverse());
  });
});
