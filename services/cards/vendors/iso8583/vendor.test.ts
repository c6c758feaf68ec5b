/** The vendor through its contract, on a host in a process of its own that is told to err, and killed. */
import { randomUUID } from "node:crypto";
import type { Client } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AuthorizationState } from "#gen/malla/cards/v1/authorization_pb.js";
import { Card_State, CardForm, Channel, PinBlock_Format, RevealScope } from "#gen/malla/cards/v1/card_pb.js";
import { type CardsProviderService, Operation_State } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { encipherPin } from "../../../../conformance/cards/pin-block.ts";
import { type HostProcess, ZONE_KEY } from "./testing/host-process.ts";
import { type RunningVendor, startIso8583 } from "./testing/vendor.ts";

let running: RunningVendor;
let host: HostProcess;
let client: Client<typeof CardsProviderService>;
let tenant: string;
let tenants = 0;

beforeAll(async () => {
  running = await startIso8583({ MALLA_ISO8583_ANSWER_MS: "1000", MALLA_ISO8583_ECHO_MS: "5000" });
  host = running.host;
});
afterAll(() => running.stop());
beforeEach(async () => {
  await host.clearFaults();
  tenant = `t-iso-${tenants++}`;
  client = running.client(tenant);
});

const brl = (minorUnits: number) => ({ currencyCode: "BRL", minorUnits: BigInt(minorUnits) });

async function issue(fundingAccount = "funds", form = CardForm.VIRTUAL): Promise<string> {
  // The link may just be coming up.
  const requestId = randomUUID();
  const { card } = await eventually(() => client.provideCard({ form, fundingAccount, currencyCode: "BRL", requestId }));
  return card;
}

function authorize(card: string, amount: number, requestId: string = randomUUID(), more: object = {}, by = client) {
  return by.authorize({
    instrument: { case: "card", value: card },
    terms: {
      amount: brl(amount),
      merchant: { category: "5411", countryCode: "BR", merchantId: "M1", name: "Padaria São João" },
      channel: Channel.CHIP,
      ...more,
    },
    requestId,
  });
}

/** A client that leaves before what was lost is known: a patient one asks again by itself until it is. */
const impatient = () => running.client(tenant, 1_300);

/** Tries until it works, for what comes by itself. */
async function eventually<T>(work: () => Promise<T>): Promise<T> {
  let result: T | undefined;
  await expect
    .poll(
      async () => {
        result = await work();
        return true;
      },
      { timeout: 20_000, interval: 50 },
    )
    .toBe(true);
  return result as T;
}

/** Waits until it is known what became of a request. */
async function known(requestId: string) {
  return eventually(async () => {
    const operation = await client.lookupOperation({ requestId });
    expect(operation.state).not.toBe(Operation_State.IN_PROGRESS);
    return operation;
  });
}

/** What the host can still be asked for on the tenant's account. */
async function available(account = "funds"): Promise<string | undefined> {
  const { accounts } = await host.books();
  return accounts.find(({ id }) => id === `${tenant}/${account}`)?.availableMinor;
}

it("a payment goes from the card to its clearing, and back", async () => {
  const card = await issue();
  const { responseCode, authorization } = await authorize(card, 30_000);
  expect(responseCode).toBe("00");
  expect(authorization).toMatchObject({ card, state: AuthorizationState.APPROVED, heldAmount: brl(30_000) });
  const id = authorization?.authorization ?? "";
  await client.increment({ authorization: id, amount: brl(5_000), requestId: randomUUID() });
  const part = await client.clear({ authorization: id, amount: brl(20_000), requestId: randomUUID() });
  expect(part.authorization).toMatchObject({ heldAmount: brl(15_000), clearedAmount: brl(20_000) });
  const rest = await client.clear({ authorization: id, amount: brl(10_000), isFinal: true, requestId: randomUUID() });
  expect(rest.authorization).toMatchObject({ state: AuthorizationState.CLEARED, heldAmount: brl(0) });
  const back = await client.refund({ authorization: id, amount: brl(1_000), requestId: randomUUID() });
  expect(back.authorization).toMatchObject({ refundedAmount: brl(1_000) });
  expect(await client.readAuthorization({ authorization: id })).toEqual(back.authorization);
  expect(await available()).toBe("71000n");
});

it("a PIN block that field 52 cannot hold is refused, and declined in an authorization", async () => {
  const card = await issue();
  const pinBlock = { format: PinBlock_Format.ISO_4, keyId: "zone-1", block: new Uint8Array(16) };
  await expect(client.assignPin({ card, pinBlock, requestId: randomUUID() })).rejects.toThrow("does not decipher");
  expect((await authorize(card, 1, randomUUID(), { pinBlock })).responseCode).toBe("81");
});

describe("a host that does not answer an authorization", () => {
  it.each(["drop_request", "drop_answer", "cut", "garbage", "half"] as const)(
    "(%s) leaves it unknown until the reversal is acknowledged, and nothing held",
    async (kind) => {
      const card = await issue();
      const requestId = randomUUID();
      // The reversal is lost for a while, too.
      await host.order({ kind, mti: "0100" });
      await host.order({ kind: "drop_answer", mti: "0420" });
      await expect(authorize(card, 40_000, requestId, {}, impatient())).rejects.toThrow();
      // Or the reversal was acknowledged already.
      const { state: soon } = await client.lookupOperation({ requestId });
      expect([Operation_State.IN_PROGRESS, Operation_State.DONE]).toContain(soon);
      const { state, answer } = await known(requestId);
      expect({ state, answer }).toMatchObject({
        state: Operation_State.DONE,
        answer: { value: { responseCode: "05", authorization: { state: AuthorizationState.DECLINED } } },
      });
      expect(await available()).toBe("100000n");
      expect((await authorize(card, 40_000, requestId)).responseCode).toBe("05");
    },
  );

  it("in time has what it approved late reversed", async () => {
    const card = await issue();
    const requestId = randomUUID();
    await host.order({ kind: "delay", mti: "0100", delayMs: 1_300 });
    expect((await authorize(card, 40_000, requestId)).responseCode).toBe("05");
    expect((await known(requestId)).answer.value).toMatchObject({ responseCode: "05" });
    expect(await available()).toBe("100000n");
  });

  it("once, but twice, is believed once", async () => {
    const card = await issue();
    await host.order({ kind: "twice", mti: "0100" });
    expect((await authorize(card, 40_000)).responseCode).toBe("00");
    expect((await authorize(card, 40_000)).responseCode).toBe("00");
    expect(await available()).toBe("20000n");
  });
});

describe("what has happened anyhow", () => {
  it("is said again until the host has heard it, across a restart of the vendor", async () => {
    const card = await issue();
    const { authorization } = await authorize(card, 10_000);
    const requestId = randomUUID();
    await host.order({ kind: "drop_request", mti: "0220" });
    await host.order({ kind: "drop_answer", mti: "0221", times: 2 });
    const clearing = {
      authorization: authorization?.authorization ?? "",
      amount: brl(10_000),
      isFinal: true,
      requestId,
    };
    await expect(impatient().clear(clearing)).rejects.toThrow();
    await running.restartVendor();
    client = running.client(tenant);
    const { answer } = await known(requestId);
    expect(answer.value).toMatchObject({ responseCode: "00", authorization: { clearedAmount: brl(10_000) } });
    expect((await client.clear(clearing)).responseCode).toBe("00");
    expect(await available()).toBe("90000n");
  });

  it("as a PIN that was given, is said again with its block, which is then forgotten", async () => {
    const card = await issue();
    const { revealToken } = await client.makeRevealLink({
      card,
      scopes: [RevealScope.NUMBER],
      validSeconds: 60,
      requestId: randomUUID(),
    });
    const { number } = await client.reveal({ revealToken });
    const zone = { id: ZONE_KEY.id, format: PinBlock_Format.ISO_0, key: Buffer.from(ZONE_KEY.key, "hex") };
    const pinBlock = encipherPin(zone, "4821", number);
    const requestId = randomUUID();
    await host.order({ kind: "drop_request", mti: "0302" });
    await expect(impatient().assignPin({ card, pinBlock, requestId })).rejects.toThrow();
    expect((await known(requestId)).answer.value).toMatchObject({ card, hasPin: true });
    const { responseCode } = await client.checkPin({ card, pinBlock, requestId: randomUUID() });
    expect(responseCode).toBe("00");
  });

  it("as a card that was issued comes out as one card", async () => {
    const requestId = randomUUID();
    await host.order({ kind: "drop_answer", mti: "0302" });
    const asked = { form: CardForm.PHYSICAL, fundingAccount: "funds", currencyCode: "BRL", requestId };
    await expect(impatient().provideCard(asked)).rejects.toThrow();
    const { answer } = await known(requestId);
    const card = await client.provideCard(asked);
    expect(card.state).toBe(Card_State.INACTIVE);
    expect(answer.value).toEqual(card);
  });
});

describe("a host that is killed under load", () => {
  it("loses no money: its books and the vendor's agree once it is back", async () => {
    const card = await issue("main");
    const requests = Array.from({ length: 240 }, () => randomUUID());
    const outcomes = new Map<string, string>();
    let next = 0;
    const worker = async () => {
      for (let requestId = requests[next++]; requestId !== undefined; requestId = requests[next++]) {
        const code = await authorize(card, 100, requestId).then(
          ({ responseCode }) => responseCode,
          () => "?",
        );
        outcomes.set(requestId, code);
        if (outcomes.size === 60 || outcomes.size === 150) {
          await host.kill();
          await host.start();
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    let held = 0;
    for (const [requestId, code] of outcomes) {
      const { state, answer } = await known(requestId);
      const final = state === Operation_State.DONE && answer.case === "move" ? answer.value.responseCode : "none";
      // Whoever got an answer got the one that holds.
      expect(code === "?" ? ["05", "00", "none"] : [code]).toContain(final);
      held += final === "00" ? 100 : 0;
    }
    expect(await available("main")).toBe(`${100_000_000 - held}n`);
    const approved = [...outcomes.values()].filter((code) => code === "00").length;
    expect(approved).toBeGreaterThan(100);
  });
});
