import { create } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { createClient, createRouterTransport } from "@connectrpc/connect";
import { expect, it } from "vitest";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { type Exchange, recordExchanges } from "./record.ts";

/** What is noted of an answer of LookupTransfers whose first transfer was booked then. */
async function noted(bookTimeSeconds: bigint): Promise<{ readonly transfers: number; readonly exchange: Exchange }> {
  const exchanges: Exchange[] = [];
  const transport = createRouterTransport(
    ({ service }) =>
      void service(LedgerService, {
        lookupTransfers: () => ({
          transfers: [{ bookTime: create(TimestampSchema, { seconds: bookTimeSeconds }) }],
        }),
      }),
    { transport: { interceptors: [recordExchanges(exchanges)] } },
  );
  const { transfers } = await createClient(LedgerService, transport).lookupTransfers({ ids: [] });
  const [exchange] = exchanges;
  if (exchange === undefined) {
    throw new Error("nothing was noted");
  }
  return { transfers: transfers.length, exchange };
}

it("notes what was asked and answered", async () => {
  const { exchange } = await noted(0n);
  expect(exchange).toMatchObject({ method: "LookupTransfers", requests: ["{}"] });
  expect(exchange.answers[0]).toContain("1970-01-01T00:00:00Z");
});

it("lets an answer through that JSON has no words for", async () => {
  const { transfers, exchange } = await noted(1n << 60n);
  expect(transfers).toBe(1);
  expect(exchange.answers[0]).toMatch(/^\(not to be shown: /);
});
