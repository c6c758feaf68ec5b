import { create } from "@bufbuild/protobuf";
import { StructSchema } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { Customer_State, CustomerSchema, TaxIdentifier_Type } from "#gen/malla/customers/v1/customer_pb.js";
import { type Operation, ProductSchema } from "#gen/malla/products/v1/product_pb.js";
import { ListProductsResponseSchema } from "#gen/malla/products/v1/products_service_pb.js";
import { unknownValueIn } from "./check-answer.ts";

const unknown = 77 as Operation;

it("an answer of known values passes, also where a value is not set", () => {
  expect(unknownValueIn(CustomerSchema, create(CustomerSchema, { state: Customer_State.ACTIVE }))).toBeUndefined();
  expect(unknownValueIn(ProductSchema, create(ProductSchema))).toBeUndefined();
});

it("an unknown value is found where it stands, however deep", () => {
  const identifier = { type: 99 as TaxIdentifier_Type, value: "1" };
  const known = { type: TaxIdentifier_Type.BR_CPF, value: "1" };
  expect(unknownValueIn(CustomerSchema, create(CustomerSchema, { state: 9 as Customer_State }))).toBe("state");
  expect(unknownValueIn(CustomerSchema, create(CustomerSchema, { taxIdentifiers: [known, identifier] }))).toBe(
    "tax_identifiers[1].type",
  );
  const page = create(ListProductsResponseSchema, { products: [{}, { fees: [{ operation: unknown }] }] });
  expect(unknownValueIn(ListProductsResponseSchema, page)).toBe("products[1].fees[0].operation");
});

it("a type that holds itself is walked to its end", () => {
  const deep = create(StructSchema, {
    fields: {
      list: { kind: { case: "listValue", value: { values: [{ kind: { case: "nullValue", value: 5 as 0 } }] } } },
    },
  });
  expect(unknownValueIn(StructSchema, deep)).toBe("fields[list].list_value.values[0].null_value");
});
