import { create, fromJson } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { CustomerSchema, TaxIdentifier_Type } from "#gen/malla/customers/v1/customer_pb.js";
import { ListCustomersResponseSchema } from "#gen/malla/customers/v1/customers_service_pb.js";
import { MoneySchema } from "#gen/malla/type/v1/money_pb.js";
import { withoutSensitive } from "./redact.ts";

const customer = () =>
  create(CustomerSchema, {
    name: "customers/1",
    email: "ana@example.com",
    person: { case: "naturalPerson", value: { givenName: "Ana", familyName: "Souza" } },
    taxIdentifiers: [{ type: TaxIdentifier_Type.BR_CPF, value: "52998224725" }],
  });

describe("a copy for logs and events", () => {
  it("keeps what is free to travel and leaves out what is not", () => {
    const copy = withoutSensitive(CustomerSchema, customer());
    expect(copy.name).toBe("customers/1");
    expect(copy.taxIdentifiers[0]?.type).toBe(TaxIdentifier_Type.BR_CPF);
    expect(JSON.stringify(copy)).not.toMatch(/ana@example|Ana|Souza|52998224725/);
  });

  it("reaches into lists of messages", () => {
    const list = create(ListCustomersResponseSchema, { customers: [customer(), customer()] });
    expect(JSON.stringify(withoutSensitive(ListCustomersResponseSchema, list))).not.toMatch(/ana@example|52998224725/);
  });

  it("leaves the original alone", () => {
    const original = customer();
    withoutSensitive(CustomerSchema, original);
    expect(original.email).toBe("ana@example.com");
  });

  it("is no copy where nothing is sensitive", () => {
    const money = fromJson(MoneySchema, { currencyCode: "BRL", minorUnits: "1" });
    expect(withoutSensitive(MoneySchema, money)).toBe(money);
  });
});
