/** PINs, tokens and reveal links: what a card keeps to itself. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { DeclineReason } from "#gen/malla/cards/v1/authorization_pb.js";
import { Card_State, RevealScope } from "#gen/malla/cards/v1/card_pb.js";
import type { ClauseGroup } from "../kit/clause.ts";
import { authorizationOf, type CardsBench, cardClause, PIN_NEEDS, refusalOf, termsOf, until } from "./bench.ts";
import { expectApproved, expectDeclined } from "./cards.ts";

const pins = { feature: "cards.pin", needs: PIN_NEEDS };
const reveal = { feature: "cards.reveal" };

export const secrets: ClauseGroup<CardsBench> = {
  name: "PINs, tokens and reveal links",
  clauses: [
    cardClause(
      "CARDS-050",
      "tells a right PIN from a wrong one",
      async (bench) => {
        const { card, check, number } = await cardWithPin(bench, "4821");
        assert.equal(await check("4821"), "00");
        assert.equal(await check("4822"), "55");
        await expectApproved(bench, card, { pinBlock: bench.pin("4821", number) });
        const wrong = { pinBlock: bench.pin("1111", number) };
        await expectDeclined(bench, card, "55", DeclineReason.PIN_WRONG, 1_00n, wrong);
        assert.equal((await bench.vendor.readCard({ card })).hasPin, true);
      },
      pins,
    ),
    cardClause(
      "CARDS-051",
      "declines with 75 after three wrong PINs, until one is set",
      async (bench) => {
        const { card, check, number } = await cardWithPin(bench, "123456");
        for (const wrong of ["000000", "111111", "222222"]) {
          assert.equal(await check(wrong), "55");
        }
        assert.equal(await check("123456"), "75");
        const right = { pinBlock: bench.pin("123456", number) };
        await expectDeclined(bench, card, "75", DeclineReason.PIN_TRIES_EXCEEDED, 1_00n, right);
        await bench.vendor.assignPin({ card, pinBlock: bench.pin("9090", number), requestId: randomUUID() });
        assert.equal(await check("9090"), "00");
      },
      pins,
    ),
    cardClause(
      "CARDS-051",
      "takes one try for a request that comes twice",
      async (bench) => {
        const { card, check, number } = await cardWithPin(bench, "4821");
        const again = { card, pinBlock: bench.pin("0000", number), requestId: randomUUID() };
        for (const _ of [1, 2, 3]) {
          assert.equal((await bench.vendor.checkPin(again)).responseCode, "55");
        }
        assert.equal(await check("4821"), "00");
      },
      pins,
    ),
    cardClause(
      "CARDS-052",
      "refuses a block that it cannot read",
      async (bench) => {
        const { card, number } = await cardWithPin(bench, "4821");
        const block = bench.pin("4821", number);
        const check = (pinBlock: typeof block) =>
          refusalOf(bench.vendor.checkPin({ card, pinBlock, requestId: randomUUID() }));
        assert.equal(await check({ ...block, keyId: "nobodys-key" }), "PIN_KEY_UNKNOWN");
        const garbage = { ...block, block: new Uint8Array(block.block.length).fill(7) };
        assert.equal(await check(garbage), "PIN_BLOCK_INVALID");
        await expectDeclined(bench, card, "81", DeclineReason.PIN_BLOCK_INVALID, 1_00n, { pinBlock: garbage });
      },
      pins,
    ),
    cardClause(
      "CARDS-060",
      "takes a token for its card, for as long as it takes the card",
      async (bench) => {
        const { card } = await bench.issue();
        const { token, requestor } = await bench.vendor.makeToken({
          card,
          requestor: "wallet-1",
          requestId: randomUUID(),
        });
        assert.equal(requestor, "wallet-1");
        const pay = (requestId: string) =>
          bench.vendor.authorize({
            instrument: { case: "token", value: token },
            terms: termsOf(bench, 1_00n, {}),
            requestId,
          });
        const requestId = randomUUID();
        const answer = await pay(requestId);
        assert.equal(answer.responseCode, "00");
        assert.equal(authorizationOf(answer).card, card);
        await bench.vendor.reverse({ authorizeRequestId: requestId, requestId: randomUUID() });
        await bench.vendor.moveCard({ card, state: Card_State.FROZEN, requestId: randomUUID() });
        assert.equal((await pay(randomUUID())).responseCode, "62");
      },
      { feature: "cards.tokenization" },
    ),
    cardClause(
      "CARDS-070",
      "reveals what the link names, and that it is the card's",
      async (bench) => {
        const { card, bin, lastFour, expiryYear } = await bench.issue();
        const number = await revealed(bench, card, [RevealScope.NUMBER]);
        assert.ok(isLuhn(number.number), "check digit");
        assert.ok(number.number.startsWith(bin) && number.number.endsWith(lastFour), "BIN and last four");
        assert.equal(number.expiryYear, expiryYear);
        assert.equal(number.securityCode, "", "not asked for");
        const code = await revealed(bench, card, [RevealScope.SECURITY_CODE]);
        assert.match(code.securityCode, /^[0-9]{3}$/);
        assert.equal(code.number, "", "not asked for");
      },
      reveal,
    ),
    cardClause(
      "CARDS-071",
      "reveals once",
      async (bench) => {
        const { card } = await bench.issue();
        const revealToken = await linkTo(bench, card, [RevealScope.NUMBER], 60);
        await bench.vendor.reveal({ revealToken });
        assert.equal(await refusalOf(bench.vendor.reveal({ revealToken })), "REVEAL_LINK_NOT_FOUND");
      },
      reveal,
    ),
    cardClause(
      "CARDS-072",
      "does not reveal after the link's time",
      async (bench) => {
        const { card } = await bench.issue();
        const { revealToken, expireTime } = await bench.vendor.makeRevealLink({
          card,
          scopes: [RevealScope.NUMBER],
          validSeconds: 1,
          requestId: randomUUID(),
        });
        const endMs = expireTime === undefined ? 0 : timestampMs(expireTime) + 100;
        await until("the end of the link", async () => Date.now() > endMs);
        assert.equal(await refusalOf(bench.vendor.reveal({ revealToken })), "REVEAL_LINK_NOT_FOUND");
      },
      reveal,
    ),
    cardClause(
      "CARDS-004",
      "reveals nothing to another tenant",
      async (bench) => {
        const { card } = await bench.issue();
        const revealToken = await linkTo(bench, card, [RevealScope.NUMBER], 60);
        const other = bench.target.client({ tenant: `other-${randomUUID().slice(0, 8)}` });
        assert.equal(await refusalOf(other.reveal({ revealToken })), "REVEAL_LINK_NOT_FOUND");
      },
      reveal,
    ),
  ],
};

async function cardWithPin(bench: CardsBench, pin: string) {
  const { card } = await bench.issue();
  const number = await bench.numberOf(card);
  await bench.vendor.assignPin({ card, pinBlock: bench.pin(pin, number), requestId: randomUUID() });
  const check = async (tried: string) => {
    const request = { card, pinBlock: bench.pin(tried, number), requestId: randomUUID() };
    return (await bench.vendor.checkPin(request)).responseCode;
  };
  return { card, number, check };
}

async function linkTo(bench: CardsBench, card: string, scopes: RevealScope[], validSeconds: number): Promise<string> {
  const link = await bench.vendor.makeRevealLink({ card, scopes, validSeconds, requestId: randomUUID() });
  return link.revealToken;
}

async function revealed(bench: CardsBench, card: string, scopes: RevealScope[]) {
  return bench.vendor.reveal({ revealToken: await linkTo(bench, card, scopes, 60) });
}

/** Whether a number passes the check of ISO/IEC 7812-1. */
function isLuhn(number: string): boolean {
  const sum = [...number].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return number.length >= 12 && sum % 10 === 0;
}
