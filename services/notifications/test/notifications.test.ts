import { randomUUID } from "node:crypto";
import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { anyPack, timestampNow } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import {
  DepositCompletedSchema,
  TransferCompletedSchema,
  WithdrawalCompletedSchema,
} from "#gen/malla/accounts/v1/accounts_events_pb.js";
import { EventSchema } from "#gen/malla/event/v1/event_pb.js";
import { Notification_Kind as Kind, type Notification } from "#gen/malla/notifications/v1/notification_pb.js";
import { NotificationsService } from "#gen/malla/notifications/v1/notifications_service_pb.js";
import { type Bus, connectBus } from "#platform/bus/bus.ts";
import { eventSubject, streamOf, subjectsOf } from "#platform/bus/subjects.ts";
import { openLogger } from "#platform/telemetry/log.ts";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { notificationsProgram } from "../service.ts";

let service: TestService;
let bus: Bus;
let tenants = 0;

beforeAll(async () => {
  bus = await connectBus(inject("natsUrl"), "accounts-of-the-test", openLogger("test", "fatal"));
  await bus.ensureStream(streamOf("accounts"), subjectsOf("accounts"));
  service = await startTestService(notificationsProgram, { env: { MALLA_LOG_LEVEL: "fatal" } });
});
afterAll(async () => {
  await service.stop();
  await bus.close();
});

const newTenant = () => `t-notif-${process.pid}-${tenants++}`;
const clientOf = (tenant: string) => service.client(NotificationsService, { tenant });

/** Publishes as the accounts service would; twice with different message ids is what a refilled stream looks like. */
async function publish<Desc extends DescMessage>(
  tenant: string,
  type: Desc,
  data: MessageInitShape<Desc>,
  times = 1,
): Promise<string> {
  const id = uuidv7();
  const event = create(EventSchema, {
    id,
    type: type.typeName,
    tenant,
    time: timestampNow(),
    data: anyPack(type, create(type, data)),
  });
  for (let time = 0; time < times; time++) {
    await bus.publish(eventSubject("accounts", tenant, type.name), randomUUID(), toBinary(EventSchema, event));
  }
  return id;
}

/** Waits until the tenant has that many notifications. */
async function told(tenant: string, count: number): Promise<Notification[]> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const { notifications } = await clientOf(tenant).listNotifications({});
    if (notifications.length >= count || Date.now() > deadline) {
      return notifications;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const operation = (over: object = {}) => ({
  name: `operations/${randomUUID()}`,
  account: "accounts/a",
  amount: { currencyCode: "BRL", minorUnits: 1_050n },
  ...over,
});

describe("an event", () => {
  it("is told once, however often it is delivered", async () => {
    const tenant = newTenant();
    const eventId = await publish(
      tenant,
      DepositCompletedSchema,
      { operation: operation(), customer: "customers/ana" },
      5,
    );
    await publish(tenant, WithdrawalCompletedSchema, { operation: operation(), customer: "customers/ana" }, 3);
    const last = await publish(tenant, DepositCompletedSchema, { operation: operation(), customer: "customers/last" });
    await expect
      .poll(async () => (await told(tenant, 3)).some((one) => one.eventId === last), { timeout: 15_000 })
      .toBe(true);
    const notifications = await told(tenant, 3);
    expect(notifications).toHaveLength(3);
    expect(notifications.find((one) => one.eventId === eventId)).toMatchObject({
      kind: Kind.DEPOSIT,
      customer: "customers/ana",
      account: "accounts/a",
      amount: { currencyCode: "BRL", minorUnits: 1_050n },
    });
    expect((await service.events(tenant, 3)).map(({ type }) => type)).toEqual(
      Array(3).fill("malla.notifications.v1.NotificationCreated"),
    );
  });

  it("of a transfer is told to both sides", async () => {
    const tenant = newTenant();
    await publish(tenant, TransferCompletedSchema, {
      operation: operation({ creditorAccount: "accounts/b" }),
      debtorCustomer: "customers/ana",
      creditorCustomer: "customers/bia",
    });
    await told(tenant, 2);
    const [sent, received] = await Promise.all([
      clientOf(tenant).listNotifications({ account: "accounts/a" }),
      clientOf(tenant).listNotifications({ customer: "customers/bia" }),
    ]);
    expect(sent.notifications).toMatchObject([{ kind: Kind.TRANSFER_SENT, customer: "customers/ana" }]);
    expect(received.notifications).toMatchObject([{ kind: Kind.TRANSFER_RECEIVED, account: "accounts/b" }]);
  });

  it("that cannot be handled is set aside, and the others flow", async () => {
    const tenant = newTenant();
    await bus.publish(
      eventSubject("accounts", tenant, "DepositCompleted"),
      randomUUID(),
      Uint8Array.of(0xff, 0xff, 0xff),
    );
    await publish(tenant, DepositCompletedSchema, { operation: operation(), customer: "customers/ana" });
    expect(await told(tenant, 1)).toHaveLength(1);
    const admin = service.sql();
    await expect
      .poll(async () => (await admin`select consumer from dead_letters`).length, { timeout: 60_000, interval: 200 })
      .toBeGreaterThan(0);
  }, 90_000);
});

describe("a notification", () => {
  it("is read by its tenant alone", async () => {
    const tenant = newTenant();
    await publish(tenant, DepositCompletedSchema, { operation: operation(), customer: "customers/ana" });
    const [one] = await told(tenant, 1);
    const name = one?.name ?? "";
    expect(await clientOf(tenant).getNotification({ name })).toEqual(one);
    const refused = await clientOf(newTenant())
      .getNotification({ name })
      .catch((error: unknown) => ConnectError.from(error));
    expect(refused).toMatchObject({ code: Code.NotFound });
  });

  it("stands on one page of a list, newest first", async () => {
    const tenant = newTenant();
    for (let index = 0; index < 5; index++) {
      await publish(tenant, DepositCompletedSchema, { operation: operation(), customer: "customers/ana" });
    }
    const all = (await told(tenant, 5)).map(({ name }) => name);
    const listed: string[] = [];
    for (let pageToken = ""; ; ) {
      const page = await clientOf(tenant).listNotifications({ customer: "customers/ana", pageSize: 2, pageToken });
      listed.push(...page.notifications.map(({ name }) => name));
      pageToken = page.nextPageToken;
      if (pageToken === "") {
        break;
      }
    }
    expect(listed).toEqual(all);
  });
});
