/** Writes events into the transaction of the change they tell of. */
import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { anyPack, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Context, context, propagation } from "@opentelemetry/api";
import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { EventSchema } from "#gen/malla/event/v1/event_pb.js";
import { eventSubject } from "../bus/subjects.ts";
import { arrayLiteral } from "../db/array-literal.ts";
import { afterCommit, type Transaction } from "../db/database.ts";
import { withoutSensitive } from "../telemetry/redact.ts";

/** A fact to tell. */
export interface Fact<Desc extends DescMessage = DescMessage> {
  readonly tenant: string;
  readonly type: Desc;
  /** Resource it is about, e.g. "accounts/0192…". */
  readonly subject: string;
  readonly time: Date;
  readonly data: MessageInitShape<Desc>;
  /** Trace that it belongs to, where one transaction tells the facts of many calls. Default: the active one. */
  readonly trace?: Context;
}

/** Pairs an event's type with its data. */
export function fact<Desc extends DescMessage>(init: Fact<Desc>): Fact {
  // Data and type were checked against each other here; behind this line only the pair matters.
  return init as unknown as Fact;
}

/** A service's outbox. */
export interface Outbox {
  /** Adds events to a transaction, in order; they are published once it has committed. */
  append(transaction: Transaction, facts: readonly Fact[]): Promise<void>;
}

/** Opens the outbox of a capability. `wake` is called after each commit that added events. */
export function openOutbox(capability: string, wake: () => void): Outbox {
  return {
    async append(transaction, facts) {
      if (facts.length === 0) {
        return;
      }
      const rows = facts.map((one) => outboxRow(capability, one));
      await transaction.execute(sql`
        insert into outbox (event_id, tenant_id, subject, payload)
        select * from unnest(
          ${arrayLiteral(rows.map((row) => row.id))}::uuid[],
          ${arrayLiteral(rows.map((row) => row.tenant))}::text[],
          ${arrayLiteral(rows.map((row) => row.subject))}::text[],
          ${arrayLiteral(rows.map((row) => row.payload))}::bytea[])`);
      afterCommit(transaction, wake);
    },
  };
}

function outboxRow(capability: string, fact: Fact) {
  const id = uuidv7();
  return { id, tenant: fact.tenant, ...encodeFact(capability, id, fact) };
}

/** A fact as the bus carries it: the event, and its subject there. */
export function encodeFact(
  capability: string,
  id: string,
  { tenant, type, subject, time, data, trace }: Fact,
): { subject: string; payload: Buffer } {
  const carrier: Record<string, string> = {};
  propagation.inject(trace ?? context.active(), carrier);
  const event = create(EventSchema, {
    id,
    source: `//malla/${capability}`,
    type: type.typeName,
    subject,
    time: timestampFromDate(time),
    tenant,
    traceParent: carrier["traceparent"] ?? "",
    data: anyPack(type, withoutSensitive(type, create(type, data))),
  });
  return {
    subject: eventSubject(capability, tenant, type.name),
    payload: Buffer.from(toBinary(EventSchema, event)),
  };
}
