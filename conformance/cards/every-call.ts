/** What holds for every call: features, replays, tenants, and where a card's number may stand. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { toJsonString } from "@bufbuild/protobuf";
import { CardForm, PinBlock_Format, RevealScope } from "#gen/malla/cards/v1/card_pb.js";
import {
  MoveResponseSchema,
  Operation_State,
  ProviderCardSchema,
} from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { type ClauseGroup, clause } from "../kit/clause.ts";
import { authorizationOf, type CardsBench, cardClause, refusalOf, termsOf } from "./bench.ts";
import { FEATURES } from "./features.ts";

export const everyCall: ClauseGroup<CardsBench> = {
  name: "every call",
  clauses: [
    clause("CARDS-001", "says what it is, and no feature that the contract lacks", async ({ target }) => {
      const { capability, features } = target.capabilities;
      assert.equal(capability, "cards");
      assert.deepEqual(
        features.filter((feature) => !FEATURES.includes(feature)),
        [],
      );
      assert.ok(!features.includes("cards.pin") || features.includes("cards.reveal"), "cards.pin without cards.reveal");
    }),
    cardClause("CARDS-002", "issues once for a request that comes twice, and answers the same", async (bench) => {
      const request = {
        form: CardForm.VIRTUAL,
        fundingAccount: bench.target.parameter("funding_account"),
        currencyCode: bench.currency,
        requestId: randomUUID(),
      };
      const first = await bench.vendor.provideCard(request);
      const second = await bench.vendor.provideCard(request);
      assert.equal(toJsonString(ProviderCardSchema, second), toJsonString(ProviderCardSchema, first));
    }),
    cardClause("CARDS-003", "refuses a request_id that came with other content", async (bench) => {
      const { card } = await bench.issue();
      const requestId = randomUUID();
      const first = await bench.authorize(card, 1_00n, {}, requestId);
      assert.equal(first.responseCode, "00");
      assert.equal(await refusalOf(bench.authorize(card, 2_00n, {}, requestId)), "REQUEST_ID_REUSED");
      await bench.vendor.reverse({ authorizeRequestId: requestId, requestId: randomUUID() });
    }),
    cardClause("CARDS-004", "keeps tenants apart", async (bench) => {
      const { card } = await bench.issue();
      const requestId = randomUUID();
      const { authorization } = authorizationOf(await bench.authorize(card, 1_00n, {}, requestId));
      const other = bench.target.client({ tenant: `other-${randomUUID().slice(0, 8)}` });
      assert.equal(await refusalOf(other.readCard({ card })), "CARD_NOT_FOUND");
      assert.equal(await refusalOf(other.readAuthorization({ authorization })), "AUTHORIZATION_NOT_FOUND");
      assert.equal((await other.lookupOperation({ requestId })).state, Operation_State.NOT_SEEN);
      const foreign = await other.authorize({
        instrument: { case: "card", value: card },
        terms: termsOf(bench, 1_00n, {}),
        requestId,
      });
      assert.equal(foreign.responseCode, "14");
      await bench.vendor.reverse({ authorizeRequestId: requestId, requestId: randomUUID() });
    }),
    cardClause("CARDS-005", "tells a card's number nowhere but where it is asked for", checkNumberHidden, {
      feature: "cards.reveal",
    }),
    cardClause("CARDS-006", "answers UNIMPLEMENTED where it does not offer the feature", async (bench) => {
      const { card } = await bench.issue();
      for (const [feature, call] of callsOfFeatures(bench, card)) {
        if (!bench.target.capabilities.features.includes(feature)) {
          assert.equal(await refusalOf(call()), "FEATURE_NOT_OFFERED", feature);
        }
      }
    }),
    cardClause("CARDS-007", "raises an authorization's version when it changes, and only then", async (bench) => {
      const { card } = await bench.issue();
      const requestId = randomUUID();
      const made = authorizationOf(await bench.authorize(card, 2_00n, {}, requestId));
      const { authorization } = made;
      const tooMuch = { authorization, amount: bench.amount(9_00n), isFinal: true, requestId: randomUUID() };
      const declined = authorizationOf(await bench.vendor.clear(tooMuch));
      assert.equal(declined.version, made.version, "after a decline");
      await bench.vendor.reverse({ authorizeRequestId: requestId, requestId: randomUUID() });
      const reversed = await bench.vendor.readAuthorization({ authorization });
      assert.ok(reversed.version > made.version, "after a reversal");
    }),
    cardClause("CARDS-008", "tells what became of a request", async (bench) => {
      const requestId = randomUUID();
      assert.equal((await bench.vendor.lookupOperation({ requestId })).state, Operation_State.NOT_SEEN);
      const { card } = await bench.issue();
      const answer = await bench.authorize(card, 1_00n, {}, requestId);
      const found = await bench.vendor.lookupOperation({ requestId });
      assert.equal(found.state, Operation_State.DONE);
      assert.ok(found.answer.case === "move", "the answer of a move");
      assert.equal(toJsonString(MoveResponseSchema, found.answer.value), toJsonString(MoveResponseSchema, answer));
      await bench.vendor.reverse({ authorizeRequestId: requestId, requestId: randomUUID() });
    }),
  ],
};

async function checkNumberHidden(bench: CardsBench): Promise<void> {
  const issued = await bench.issue();
  const { card } = issued;
  const requestId = randomUUID();
  const answer = await bench.authorize(card, 1_00n, {}, requestId);
  const number = await bench.numberOf(card);
  assert.match(number, /^[0-9]{12,19}$/);
  const said = [
    toJsonString(ProviderCardSchema, issued),
    toJsonString(ProviderCardSchema, await bench.vendor.readCard({ card })),
    toJsonString(MoveResponseSchema, answer),
  ];
  assert.deepEqual(
    said.filter((text) => text.replaceAll(/[ _-]/g, "").includes(number)),
    [],
  );
  await bench.vendor.reverse({ authorizeRequestId: requestId, requestId: randomUUID() });
}

/** A call for each feature. Those of authorizations name one that does not exist: the feature is asked about first. */
function callsOfFeatures(bench: CardsBench, card: string): [string, () => Promise<unknown>][] {
  const { vendor } = bench;
  const requestId = randomUUID();
  const authorization = "none";
  const amount = bench.amount(1_00n);
  const pinBlock = { format: PinBlock_Format.ISO_4, keyId: "none", block: new Uint8Array(16) };
  return [
    ["cards.single_use", () => bench.issue({ form: CardForm.SINGLE_USE })],
    ["cards.controls", () => vendor.setCardControls({ card, controls: {}, requestId })],
    ["cards.incremental", () => vendor.increment({ authorization, amount, requestId })],
    ["cards.refund", () => vendor.refund({ authorization, amount, requestId })],
    [
      "cards.chargeback",
      () => vendor.dispute({ authorization, step: { case: "openAmount", value: amount }, requestId }),
    ],
    ["cards.pin", () => vendor.assignPin({ card, pinBlock, requestId })],
    ["cards.pin", () => vendor.checkPin({ card, pinBlock, requestId })],
    ["cards.tokenization", () => vendor.makeToken({ card, requestor: "wallet", requestId })],
    ["cards.reveal", () => vendor.makeRevealLink({ card, scopes: [RevealScope.NUMBER], validSeconds: 60, requestId })],
    ["cards.reveal", () => vendor.reveal({ revealToken: "a-token-of-nobody" })],
  ];
}
