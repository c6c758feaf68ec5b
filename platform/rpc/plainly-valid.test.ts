import { create, type DescMessage, type Message } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CreateAccountsRequestSchema,
  CreateTransfersRequestSchema,
  LoadTransfersRequestSchema,
  LookupAccountsRequestSchema,
  StreamTransfersRequestSchema,
} from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { isPlainlyValid } from "./plainly-valid.ts";

const validator = createValidator();
const isValid = (desc: DescMessage, message: Message) => validator.validate(desc, message).kind === "valid";

const uuid = fc.oneof(
  { weight: 8, arbitrary: fc.uuid() },
  fc.uuid().map((text) => text.toUpperCase()),
  fc.constantFrom("", "x", "018f0000-0000-7000-8000-00000000000", "018f0000000070008000000000000001"),
);
const code = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 65_535 }) },
  fc.constantFrom(65_536, 4_294_967_295),
);
const amount = fc.option(
  fc.record({
    currencyCode: fc.oneof({ weight: 8, arbitrary: fc.constant("BRL") }, fc.constantFrom("", "brl", "BRLX", "BRL\n")),
    minorUnits: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  }),
  { nil: undefined },
);
const metadata = fc.oneof(
  { weight: 8, arbitrary: fc.constant({}) },
  fc.dictionary(fc.constantFrom("a", "owner", "A", "1"), fc.string({ maxLength: 300 })),
);
const transfer = fc
  .record({
    id: uuid,
    debitAccountId: uuid,
    creditAccountId: uuid,
    amount,
    code,
    metadata,
    phase: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max: 3 }) }, fc.constantFrom(4, -1)),
    pendingId: uuid,
    reversesId: uuid,
  })
  .map(({ amount: money, ...rest }) => ({ ...rest, ...(money === undefined ? {} : { amount: money }) }));
const account = fc.record({
  id: uuid,
  ledger: fc.constantFrom(0, 1, 4_294_967_295),
  currencyCode: fc.constantFrom("BRL", "MXN", "", "B1L"),
  code,
  overdraftLimit: fc.constantFrom(0n, 1n, -1n),
  metadata,
});

const MESSAGES: readonly { desc: DescMessage; message: fc.Arbitrary<Message> }[] = [
  {
    desc: CreateTransfersRequestSchema,
    message: fc
      .array(transfer, { maxLength: 3 })
      .map((transfers) => create(CreateTransfersRequestSchema, { transfers })),
  },
  {
    desc: StreamTransfersRequestSchema,
    message: fc
      .array(fc.array(transfer, { maxLength: 2 }), { maxLength: 2 })
      .map((all) => create(StreamTransfersRequestSchema, { requests: all.map((transfers) => ({ transfers })) })),
  },
  {
    desc: CreateAccountsRequestSchema,
    message: fc.array(account, { maxLength: 3 }).map((accounts) => create(CreateAccountsRequestSchema, { accounts })),
  },
  {
    desc: LookupAccountsRequestSchema,
    message: fc.array(uuid, { maxLength: 3 }).map((ids) => create(LookupAccountsRequestSchema, { ids })),
  },
  {
    desc: LoadTransfersRequestSchema,
    message: fc
      .record({ ids: fc.uint8Array({ maxLength: 40 }), currencyCode: fc.constantFrom("BRL", ""), code })
      .map((init) => create(LoadTransfersRequestSchema, init)),
  },
];

describe("what is plainly valid", () => {
  it.each(MESSAGES)("is valid: $desc.typeName", ({ desc, message }) => {
    fc.assert(
      fc.property(message, (one) => {
        if (isPlainlyValid(desc, one)) {
          expect(isValid(desc, one)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("includes the transfers that batches are made of, and none that breaks a rule", () => {
    const good = {
      id: "018f0000-0000-7000-8000-000000000001",
      debitAccountId: "018f0000-0000-7000-8000-00000000000a",
      creditAccountId: "018F0000-0000-7000-8000-00000000000B",
      amount: { currencyCode: "BRL", minorUnits: 1n },
      code: 1,
    };
    const check = (...transfers: object[]) =>
      isPlainlyValid(CreateTransfersRequestSchema, create(CreateTransfersRequestSchema, { transfers }));
    expect(check(good, { ...good, pendingId: good.id, phase: 2 })).toBe(true);
    expect(check()).toBe(false);
    for (const bad of [
      { id: "x" },
      { code: 65_536 },
      { phase: 9 },
      { pendingId: "x" },
      { amount: { currencyCode: "" } },
    ]) {
      expect(check(good, { ...good, ...bad }), JSON.stringify(bad)).toBe(false);
    }
  });
});
