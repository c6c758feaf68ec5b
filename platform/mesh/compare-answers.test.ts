import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { Customer_State, CustomerSchema, TaxIdentifier_Type } from "#gen/malla/customers/v1/customer_pb.js";
import { Operation, ProductSchema } from "#gen/malla/products/v1/product_pb.js";
import { differencesBetween } from "./compare-answers.ts";

const product = (over: object = {}) =>
  create(ProductSchema, { displayName: "Conta", fees: [{ operation: Operation.DEPOSIT, fixed: 5n }], ...over });

it("equal answers do not differ", () => {
  expect(differencesBetween(ProductSchema, product(), product())).toEqual([]);
});

it("a difference is told by where it is, with both values", () => {
  const other = product({ displayName: "Cuenta", fees: [{ operation: Operation.DEPOSIT, fixed: 7n }], version: 2n });
  expect(differencesBetween(ProductSchema, product(), other)).toEqual([
    { path: "display_name", value: '"Conta"', shadowValue: '"Cuenta"' },
    { path: "fees[0].fixed", value: "5", shadowValue: "7" },
    { path: "version", value: "(absent)", shadowValue: "2" },
  ]);
});

it("a list that is longer, and a message that only one has, differ", () => {
  const longer = product({
    fees: [{ operation: Operation.DEPOSIT, fixed: 5n }, { operation: Operation.TRANSFER }],
    createTime: { seconds: 1n },
  });
  expect(differencesBetween(ProductSchema, product(), longer).map(({ path }) => path)).toEqual([
    "fees[1]",
    "create_time",
  ]);
});

it("what is sensitive is told to differ, and not how, however deep it stands", () => {
  const customer = (email: string, value: string, givenName: string) =>
    create(CustomerSchema, {
      email,
      state: Customer_State.ACTIVE,
      taxIdentifiers: [{ type: TaxIdentifier_Type.BR_CPF, value }],
      person: { case: "naturalPerson", value: { givenName } },
    });
  const found = differencesBetween(CustomerSchema, customer("a@a", "1", "Ana"), customer("b@b", "2", "Bia"));
  expect(found.map(({ path }) => path).sort()).toEqual([
    "email",
    "natural_person.given_name",
    "tax_identifiers[0].value",
  ]);
  expect(found.every(({ value, shadowValue }) => value === "" && shadowValue === "")).toBe(true);
});
