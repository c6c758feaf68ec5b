/** The facts that customers tell: no personal data among them. */
import {
  CustomerClosedSchema,
  CustomerCreatedSchema,
  CustomerUpdatedSchema,
} from "#gen/malla/customers/v1/customers_events_pb.js";
import { type Fact, fact } from "#platform/outbox/append.ts";
import type { Customer } from "../domain/customer.ts";
import { fromType } from "../mapping.ts";

/** A customer was onboarded. */
export function customerCreated(tenant: string, customer: Customer): Fact {
  const taxIdentifierTypes = customer.taxIdentifiers.map(({ type }) => fromType(type));
  return fact({
    ...about(tenant, customer),
    type: CustomerCreatedSchema,
    data: { customer: nameOf(customer), taxIdentifierTypes },
  });
}

/** Fields of a customer changed. */
export function customerUpdated(tenant: string, customer: Customer, changedPaths: readonly string[]): Fact {
  return fact({
    ...about(tenant, customer),
    type: CustomerUpdatedSchema,
    data: { customer: nameOf(customer), changedPaths: [...changedPaths] },
  });
}

/** The relationship ended. */
export function customerClosed(tenant: string, customer: Customer): Fact {
  return fact({ ...about(tenant, customer), type: CustomerClosedSchema, data: { customer: nameOf(customer) } });
}

function about(tenant: string, customer: Customer) {
  return { tenant, subject: nameOf(customer), time: customer.updateTime };
}

function nameOf({ id }: Customer): string {
  return `customers/${id}`;
}
