/** Events: all that a listener needs. */
import assert from "node:assert/strict";
import { createRegistry, type MessageShape } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import type { Event } from "#gen/malla/event/v1/event_pb.js";
import {
  type AccountCreated,
  AccountCreatedSchema,
  TransferExpiredSchema,
  TransferPendingSchema,
  type TransferPosted,
  TransferPostedSchema,
  TransferVoidedSchema,
} from "#gen/malla/ledger/v1/ledger_events_pb.js";
import type { Transfer } from "#gen/malla/ledger/v1/ledger_pb.js";
import { account, cancel, deposit, nanosOf, pending, post, transfer } from "./build.ts";
import { type ClauseGroup, clause } from "./clause.ts";
import { eventually } from "./expect.ts";
import { present, type Sums } from "./ledger.ts";

const registry = createRegistry(
  AccountCreatedSchema,
  TransferPostedSchema,
  TransferPendingSchema,
  TransferVoidedSchema,
  TransferExpiredSchema,
);

export const events: ClauseGroup = {
  name: "events",
  clauses: [
    clause(
      "LEDGER-005",
      "the events of a tenant suffice to rebuild every balance",
      async (ledger) => {
        const [cash, ana, bia] = [account(), deposit(), deposit(10n)];
        await ledger.make(cash, ana, bia);
        const [full, part, voided] = [pending(cash, bia, 30n), pending(cash, ana, 40n), pending(cash, ana, 50n)];
        const brief = pending(cash, ana, 5n, { timeoutSeconds: 1 });
        const paid = transfer(cash, ana, 100n);
        await ledger.book(paid, full, part, voided, brief);
        await ledger.book(post(full), post(part, 15n), cancel(voided), pending(ana, bia, 7n));
        await ledger.book(
          transfer(bia, cash, 1_000n, { balancingDebit: true }),
          transfer(ana, cash, 20n, { reversesId: paid.id }),
        );
        // What is refused is no fact.
        await ledger.send(transfer(ana, cash, 5_000n), paid, transfer(cash, ana, 1n, { linked: true }));
        await eventually(async () => assert.deepEqual((await ledger.sums(ana))[3], 0n));
        const facts = await ledger.events(3 + 11 + 1);
        const { accounts } = await ledger.client.lookupAccounts({ ids: [cash.id, ana.id, bia.id] });
        assert.deepEqual(
          rebuilt(facts),
          new Map(
            accounts.map((of) => [of.id, [of.debitsPosted, of.debitsPending, of.creditsPosted, of.creditsPending]]),
          ),
        );
      },
      { needs: "events" },
    ),

    clause(
      "LEDGER-005",
      "events carry what was booked, in the order it was booked",
      async (ledger) => {
        const [cash, ana] = [account(), deposit()];
        await ledger.make(cash, ana);
        const asked = Array.from({ length: 20 }, (_, index) =>
          transfer(cash, ana, BigInt(index), { metadata: { memo: `${index}` } }),
        );
        await ledger.book(...asked);
        const facts = (await ledger.events(22)).map(factOf);
        const posted = facts.filter((fact): fact is TransferPosted => fact.$typeName.endsWith("TransferPosted"));
        assert.deepEqual(
          posted.map((fact) => [fact.transfer?.id, fact.transfer?.metadata["memo"], fact.releasedMinorUnits]),
          asked.map(({ id }, index) => [id, `${index}`, 0n]),
        );
        const times = posted.map((fact) => nanosOf(fact.transfer?.bookTime));
        assert.ok(times.every((time, index) => index === 0 || time > (times[index - 1] ?? time)));
        const made = facts.filter((fact): fact is AccountCreated => fact.$typeName.endsWith("AccountCreated"));
        assert.deepEqual(
          made.map((fact) => fact.account?.id),
          [cash.id, ana.id],
        );
      },
      { needs: "events" },
    ),
  ],
};

/** Balances of all accounts, from nothing but events. */
function rebuilt(facts: readonly Event[]): Map<string, Sums> {
  const sums = new Map<string, Sums>();
  const move = (moved: Transfer | undefined, posted: bigint, reserved: bigint) => {
    const { debitAccountId, creditAccountId } = present(moved, "the event's transfer");
    const [d, dp, c, cp] = present(sums.get(debitAccountId), "an account made before");
    sums.set(debitAccountId, [d + posted, dp + reserved, c, cp]);
    const [d2, dp2, c2, cp2] = present(sums.get(creditAccountId), "an account made before");
    sums.set(creditAccountId, [d2, dp2, c2 + posted, cp2 + reserved]);
  };
  for (const event of facts) {
    const fact = factOf(event);
    switch (fact.$typeName) {
      case "malla.ledger.v1.AccountCreated":
        sums.set(present(fact.account, "the event's account").id, [0n, 0n, 0n, 0n]);
        break;
      case "malla.ledger.v1.TransferPosted":
        move(fact.transfer, amountOf(fact.transfer), -fact.releasedMinorUnits);
        break;
      case "malla.ledger.v1.TransferPending":
        move(fact.transfer, 0n, amountOf(fact.transfer));
        break;
      default:
        move(fact.transfer, 0n, -amountOf(fact.transfer));
    }
  }
  return sums;
}

function amountOf(transfer: Transfer | undefined): bigint {
  return present(transfer?.amount, "the amount of what was booked").minorUnits;
}

function factOf(event: Event) {
  const fact = event.data === undefined ? undefined : anyUnpack(event.data, registry);
  assert.equal(event.type, fact?.$typeName);
  return present(fact, `a fact that the contract knows, not ${event.type},`) as Fact;
}

type Fact =
  | AccountCreated
  | TransferPosted
  | MessageShape<typeof TransferPendingSchema>
  | MessageShape<typeof TransferVoidedSchema>
  | MessageShape<typeof TransferExpiredSchema>;
