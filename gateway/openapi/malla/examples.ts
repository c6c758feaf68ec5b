/** Examples worth more than what schemas alone suggest: valid by the contract, identifiers with right check digits. */
import type { JsonValue } from "@bufbuild/protobuf";
import type { BodyExample } from "../conventions.ts";

/** Values of fields by their JSON name, wherever a body has them. */
export const valuesByName: Readonly<Record<string, JsonValue>> = {
  currencyCode: "BRL",
  regionCode: "BR",
  minorUnits: "1050",
  description: "Rent of October",
  displayName: "Conta corrente",
  email: "ana.souza@example.com",
  phoneNumber: "+5511987654321",
};

/** Bodies by the method's full name; a method without an entry gets one example made from its schema. */
export const bodyExamples: Readonly<Record<string, Readonly<Record<string, BodyExample>>>> = {
  "malla.customers.v1.CustomersService.CreateCustomer": {
    brazil: {
      summary: "A person with a CPF",
      value: {
        naturalPerson: { givenName: "Ana", familyName: "Souza", birthDate: { year: 1990, month: 5, day: 17 } },
        taxIdentifiers: [{ type: "TYPE_BR_CPF", value: "390.533.447-05" }],
        email: "ana.souza@example.com",
        phoneNumber: "+5511987654321",
      },
    },
    brazilianCompany: {
      summary: "A company with a CNPJ",
      value: {
        legalPerson: { legalName: "Padaria Boa Vista Ltda", tradeName: "Boa Vista" },
        taxIdentifiers: [{ type: "TYPE_BR_CNPJ", value: "11.222.333/0001-81" }],
      },
    },
    colombia: {
      summary: "A company with a NIT",
      value: {
        legalPerson: { legalName: "Café del Huila S.A.S." },
        taxIdentifiers: [{ type: "TYPE_CO_NIT", value: "800.197.268-4" }],
      },
    },
    mexico: {
      summary: "A person with a CURP and an RFC",
      value: {
        naturalPerson: { givenName: "Tomás", familyName: "Terrazas Soto", birthDate: { year: 1990, month: 1, day: 1 } },
        taxIdentifiers: [
          { type: "TYPE_MX_CURP", value: "TEST900101HDFRTM09" },
          { type: "TYPE_MX_RFC", value: "TEST90010113A" },
        ],
      },
    },
  },
  "malla.customers.v1.CustomersService.UpdateCustomer": {
    contact: {
      summary: "New contact data; the mask follows from the body",
      value: { email: "ana@example.com", phoneNumber: "+5511912345678" },
    },
  },
  "malla.ledger.v1.LedgerService.CreateAccounts": {
    deposits: {
      summary: "An account that cannot be overdrawn",
      value: {
        accounts: [
          {
            id: "01980d5e-7b60-7c3a-9f4e-5a1c2b3d4e5f",
            ledger: 1,
            currencyCode: "BRL",
            code: 2010,
            balanceConstraint: "BALANCE_CONSTRAINT_DEBITS_MUST_NOT_EXCEED_CREDITS",
            metadata: { account: "accounts/01980d5e-7b60-7c3a-9f4e-5a1c2b3d4e5f" },
          },
        ],
      },
    },
  },
  "malla.ledger.v1.LedgerService.CreateTransfers": {
    transfer: {
      summary: "R$ 10.50 from one account to another",
      value: {
        transfers: [
          {
            id: "01980d5e-8c11-7d2b-8a3c-0f1e2d3c4b5a",
            debitAccountId: "01980d5e-7b60-7c3a-9f4e-5a1c2b3d4e5f",
            creditAccountId: "01980d5e-7b61-7e4d-a1b2-c3d4e5f60718",
            amount: { currencyCode: "BRL", minorUnits: "1050" },
            code: 1,
          },
        ],
      },
    },
  },
  "malla.products.v1.ProductsService.CreateProduct": {
    current: {
      summary: "A current account with a fee and a limit",
      value: {
        displayName: "Conta corrente",
        regionCode: "BR",
        currencyCode: "BRL",
        overdraftLimit: "50000",
        fees: [{ operation: "OPERATION_TRANSFER", fixed: "100", basisPoints: 25 }],
        limits: [{ operation: "OPERATION_WITHDRAWAL", maxAmount: "100000", maxDailyAmount: "300000" }],
      },
    },
  },
  "malla.products.v1.ProductsService.UpdateProduct": {
    fee: {
      summary: "Another fee; the mask follows from the body",
      value: { fees: [{ operation: "OPERATION_TRANSFER", fixed: "150" }] },
    },
  },
};
