/** The native processor cut off between its plan and the ledger's answer: money moves once, and every plan is ended. */
import { randomUUID } from "node:crypto";
import type { Client } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AuthorizationState } from "#gen/malla/cards/v1/authorization_pb.js";
import { CardForm, Channel } from "#gen/malla/cards/v1/card_pb.js";
import { type CardsProviderService, Operation_State } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { fundAccount, type NativeGround, startNative } from "./ground.ts";
import { type LedgerDoor, openLedgerDoor } from "./ledger-door.ts";

const TENANT = "banco-queda";
const doors: LedgerDoor[] = [];
let native: NativeGround;
let vendor: Client<typeof CardsProviderService>;

beforeAll(async () => {
  native = await startNative(async (address) => {
    const door = await openLedgerDoor(address);
    doors.push(door);
    return door.address;
  });
  vendor = native.vendor.client({ tenant: TENANT });
});
afterAll(async () => {
  await native.stop();
  await Promise.all(doors.map((door) => door.stop()));
});
beforeEach(() => breakDoor("none"));

function breakDoor(fault: "none" | "before" | "after"): void {
  for (const door of doors) {
    door.break(fault);
  }
}

const brl = (minorUnits: bigint) => ({ currencyCode: "BRL", minorUnits });

async function newCard(): Promise<{ card: string; account: string }> {
  const account = await fundAccount(native.ledger, TENANT, 100_00n);
  const wanted = { form: CardForm.VIRTUAL, fundingAccount: account, currencyCode: "BRL", requestId: randomUUID() };
  return { card: (await vendor.provideCard(wanted)).card, account };
}

function authorize(card: string, minorUnits: bigint, requestId: string, by = vendor) {
  const terms = {
    amount: brl(minorUnits),
    merchant: { category: "5411", countryCode: "BR" },
    channel: Channel.CHIP,
  };
  return by.authorize({ instrument: { case: "card", value: card }, terms, requestId });
}

/** Posted and pending debits of an account, in minor units. */
async function debits(account: string): Promise<bigint[]> {
  const { accounts } = await native.ledger.client(LedgerService, { tenant: TENANT }).lookupAccounts({ ids: [account] });
  return accounts.flatMap(({ debitsPosted, debitsPending }) => [debitsPosted, debitsPending]);
}

const fails = (call: Promise<unknown>) =>
  call.then(
    () => "answered",
    () => "failed",
  );

describe.each(["before", "after"] as const)("cut off %s the ledger booked", (fault) => {
  it("an authorization is ended by the resumer, and holds once", async () => {
    const { card, account } = await newCard();
    const requestId = randomUUID();
    breakDoor(fault);
    expect(await fails(authorize(card, 30_00n, requestId))).toBe("failed");
    expect((await vendor.lookupOperation({ requestId })).state).toBe(Operation_State.IN_PROGRESS);
    breakDoor("none");
    await expect
      .poll(async () => (await vendor.lookupOperation({ requestId })).state, { timeout: 20_000 })
      .toBe(Operation_State.DONE);
    expect((await authorize(card, 30_00n, requestId)).responseCode).toBe("00");
    expect(await debits(account)).toEqual([0n, 30_00n]);
  });

  it("a clearing is ended by whoever asks next, and takes once", async () => {
    const { card, account } = await newCard();
    const authorizeRequestId = randomUUID();
    const { authorization } = await authorize(card, 30_00n, authorizeRequestId);
    const clearing = {
      authorization: authorization?.authorization ?? "",
      amount: brl(10_00n),
      isFinal: false,
      requestId: randomUUID(),
    };
    breakDoor(fault);
    expect(await fails(vendor.clear(clearing))).toBe("failed");
    breakDoor("none");
    const reversed = await vendor.reverse({ authorizeRequestId, requestId: randomUUID() });
    expect(reversed.authorization?.state).toBe(AuthorizationState.CLEARED);
    expect((await vendor.clear(clearing)).responseCode).toBe("00");
    expect(await debits(account)).toEqual([10_00n, 0n]);
  });

  it("a reversal of what is being decided gives back what it holds", async () => {
    const { card, account } = await newCard();
    const authorizeRequestId = randomUUID();
    breakDoor(fault);
    expect(await fails(authorize(card, 30_00n, authorizeRequestId))).toBe("failed");
    breakDoor("none");
    const reversed = await vendor.reverse({ authorizeRequestId, requestId: randomUUID() });
    expect(reversed.authorization?.state).toBe(AuthorizationState.REVERSED);
    expect(await debits(account)).toEqual([0n, 0n]);
  });

  it("another process ends it, and all that ask at once hear the same", async () => {
    const { card, account } = await newCard();
    const requestId = randomUUID();
    breakDoor(fault);
    expect(await fails(authorize(card, 30_00n, requestId))).toBe("failed");
    breakDoor("none");
    const twin = (await native.startTwin()).client({ tenant: TENANT });
    const heard = await Promise.all([vendor, twin, vendor, twin].map((by) => authorize(card, 30_00n, requestId, by)));
    expect(new Set(heard.map(({ authorization }) => authorization?.authorization)).size).toBe(1);
    expect(heard.every(({ responseCode }) => responseCode === "00")).toBe(true);
    expect(await debits(account)).toEqual([0n, 30_00n]);
  });
});
