import { randomUUID } from "node:crypto";
import { toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import { Customer_State, TaxIdentifier_Type as Type } from "#gen/malla/customers/v1/customer_pb.js";
import { CustomersService } from "#gen/malla/customers/v1/customers_service_pb.js";
import { EventSchema } from "#gen/malla/event/v1/event_pb.js";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { customersProgram } from "../service.ts";

let service: TestService;
let tenants = 0;

beforeAll(async () => {
  service = await startTestService(customersProgram);
});
afterAll(() => service.stop());

const newTenant = () => `t-cust-${process.pid}-${tenants++}`;
const clientOf = (tenant: string) => service.client(CustomersService, { tenant });

const person = (type: Type, value: string) => ({
  person: {
    case: "naturalPerson" as const,
    value: { givenName: "Ana", familyName: "Souza", birthDate: { year: 1990, month: 5, day: 17 } },
  },
  taxIdentifiers: [{ type, value }],
});
const company = (type: Type, value: string) => ({
  person: { case: "legalPerson" as const, value: { legalName: "Padaria" } },
  taxIdentifiers: [{ type, value }],
});

/** The reason of a call that must fail. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => new Error("was not refused"),
    (failure: unknown) => failure,
  );
  const known = ConnectError.from(error);
  return `${Code[known.code]} ${known.findDetails(ErrorInfoSchema)[0]?.reason}`;
}

describe("onboarding", () => {
  it.each([
    ["a person of Brazil", person(Type.BR_CPF, "529.982.247-25"), "52998224725"],
    ["a company of Brazil", company(Type.BR_CNPJ, "12.ABC.345/01DE-35"), "12ABC34501DE35"],
    ["a person of Mexico", person(Type.MX_CURP, "boxw310820hnerxn09"), "BOXW310820HNERXN09"],
    ["a company of Mexico", company(Type.MX_RFC, "MAB9307148T4"), "MAB9307148T4"],
    ["a person of Colombia", person(Type.CO_CC, "1.234.567.890"), "1234567890"],
    ["a company of Colombia", company(Type.CO_NIT, "860002964-4"), "8600029644"],
  ])("takes %s", async (_who, customer, stored) => {
    const client = clientOf(newTenant());
    const made = await client.createCustomer({ customer, requestId: randomUUID() });
    expect(made).toMatchObject({ state: Customer_State.ACTIVE, taxIdentifiers: [{ value: stored }] });
    expect(await client.getCustomer({ name: made.name })).toEqual(made);
  });

  it.each([
    ["wrong check digits", person(Type.BR_CPF, "231.002.999-00"), "InvalidArgument TAX_IDENTIFIER_INVALID"],
    [
      "a company's number for a person",
      person(Type.BR_CNPJ, "11222333000181"),
      "InvalidArgument TAX_IDENTIFIER_NOT_FOR_PERSON",
    ],
    ["no identifier", { ...person(Type.BR_CPF, "1"), taxIdentifiers: [] }, "InvalidArgument VALIDATION_FAILED"],
    [
      "no person",
      { taxIdentifiers: [{ type: Type.BR_CPF, value: "52998224725" }] },
      "InvalidArgument VALIDATION_FAILED",
    ],
  ])("refuses %s, and never repeats the number", async (_what, customer, reason) => {
    const call = clientOf(newTenant()).createCustomer({ customer, requestId: randomUUID() });
    expect(await refusal(call)).toBe(reason);
    expect(JSON.stringify(await call.catch((error: ConnectError) => error.rawMessage))).not.toMatch(/231|11222333/);
  });

  it("takes one of two who come with the same number at once", async () => {
    const client = clientOf(newTenant());
    const customer = person(Type.BR_CPF, "52998224725");
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () =>
        client.createCustomer({ customer, requestId: randomUUID() }).then(
          () => "made",
          (error: ConnectError) => error.findDetails(ErrorInfoSchema)[0]?.reason,
        ),
      ),
    );
    expect(outcomes.sort()).toEqual([
      "TAX_IDENTIFIER_TAKEN",
      "TAX_IDENTIFIER_TAKEN",
      "TAX_IDENTIFIER_TAKEN",
      "TAX_IDENTIFIER_TAKEN",
      "made",
    ]);
  });

  it("repeats the first answer, and refuses the key with another body", async () => {
    const client = clientOf(newTenant());
    const request = { customer: person(Type.BR_CPF, "52998224725"), requestId: randomUUID() };
    const first = await client.createCustomer(request);
    expect(await client.createCustomer(request)).toEqual(first);
    expect(await refusal(client.createCustomer({ ...request, customer: person(Type.BR_CPF, "39053344705") }))).toBe(
      "AlreadyExists REQUEST_ID_REUSED",
    );
  });
});

describe("a customer", () => {
  it("of another tenant is not found, and its number is free", async () => {
    const request = { customer: person(Type.BR_CPF, "52998224725"), requestId: randomUUID() };
    const made = await clientOf(newTenant()).createCustomer(request);
    const other = clientOf(newTenant());
    expect(await refusal(other.getCustomer({ name: made.name }))).toBe("NotFound CUSTOMER_NOT_FOUND");
    expect(await refusal(other.closeCustomer({ name: made.name, requestId: randomUUID() }))).toBe(
      "NotFound CUSTOMER_NOT_FOUND",
    );
    expect((await other.createCustomer(request)).name).not.toBe(made.name);
  });

  it("changes where the mask says, and only there", async () => {
    const client = clientOf(newTenant());
    const made = await client.createCustomer({
      customer: { ...person(Type.BR_CPF, "52998224725"), email: "ana@example.com" },
      requestId: randomUUID(),
    });
    const changed = await client.updateCustomer({
      customer: {
        name: made.name,
        etag: made.etag,
        email: "",
        person: { case: "naturalPerson", value: { givenName: "Ana Maria", familyName: "" } },
      },
      updateMask: { paths: ["natural_person.given_name", "email"] },
      requestId: randomUUID(),
    });
    expect(changed).toMatchObject({ email: "", person: { value: { givenName: "Ana Maria", familyName: "Souza" } } });
    const stale = client.updateCustomer({
      customer: { name: made.name, etag: made.etag, email: "a@b.co" },
      updateMask: { paths: ["email"] },
      requestId: randomUUID(),
    });
    expect(await refusal(stale)).toBe("Aborted ETAG_MISMATCH");
  });

  it.each([
    [["tax_identifiers"], "InvalidArgument UPDATE_MASK_INVALID"],
    [["legal_person.legal_name"], "InvalidArgument UPDATE_MASK_INVALID"],
    [[], "InvalidArgument UPDATE_MASK_INVALID"],
    [["natural_person.family_name"], "InvalidArgument VALIDATION_FAILED"],
    [["natural_person.birth_date"], "InvalidArgument VALIDATION_FAILED"],
  ])("refuses a change of %s to nothing", async (paths, reason) => {
    const client = clientOf(newTenant());
    const made = await client.createCustomer({ customer: person(Type.BR_CPF, "52998224725"), requestId: randomUUID() });
    expect(
      await refusal(
        client.updateCustomer({ customer: { name: made.name }, updateMask: { paths }, requestId: randomUUID() }),
      ),
    ).toBe(reason);
  });

  it("once closed stays closed and does not change", async () => {
    const client = clientOf(newTenant());
    const made = await client.createCustomer({ customer: person(Type.BR_CPF, "52998224725"), requestId: randomUUID() });
    const closed = await client.closeCustomer({ name: made.name, requestId: randomUUID() });
    expect(closed.state).toBe(Customer_State.CLOSED);
    expect(await client.closeCustomer({ name: made.name, requestId: randomUUID() })).toEqual(closed);
    const change = client.updateCustomer({
      customer: { name: made.name, email: "a@b.co" },
      updateMask: { paths: ["email"] },
      requestId: randomUUID(),
    });
    expect(await refusal(change)).toBe("FailedPrecondition CUSTOMER_CLOSED");
  });
});

it("pages are stable and complete", async () => {
  const client = clientOf(newTenant());
  const names: string[] = [];
  for (let index = 0; index < 5; index++) {
    names.push(
      (
        await client.createCustomer({
          customer: person(Type.CO_CC, String(1_000_000 + index)),
          requestId: randomUUID(),
        })
      ).name,
    );
  }
  const listed: string[] = [];
  for (let pageToken = ""; ; ) {
    const page = await client.listCustomers({ pageSize: 2, pageToken });
    listed.push(...page.customers.map(({ name }) => name));
    pageToken = page.nextPageToken;
    if (pageToken === "") {
      break;
    }
  }
  expect(listed).toEqual(names.toReversed());
  expect(await refusal(client.listCustomers({ pageToken: "bm9uc2Vuc2U" }))).toBe("InvalidArgument PAGE_TOKEN_INVALID");
});

it("each change is told once, without personal data", async () => {
  const tenant = newTenant();
  const client = clientOf(tenant);
  const made = await client.createCustomer({
    customer: { ...person(Type.BR_CPF, "52998224725"), email: "ana@example.com" },
    requestId: randomUUID(),
  });
  await client.updateCustomer({
    customer: { name: made.name, email: "b@example.com" },
    updateMask: { paths: ["email"] },
    requestId: randomUUID(),
  });
  await client.closeCustomer({ name: made.name, requestId: randomUUID() });
  const events = await service.events(tenant, 3);
  expect(events.map(({ type }) => type.split(".").at(-1))).toEqual([
    "CustomerCreated",
    "CustomerUpdated",
    "CustomerClosed",
  ]);
  expect(events.map((event) => Buffer.from(toBinary(EventSchema, event)).toString("latin1")).join()).not.toMatch(
    /Souza|52998224725|example\.com/,
  );
});
