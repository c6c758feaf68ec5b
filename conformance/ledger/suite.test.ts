import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { ledgerSuite } from "./suite.ts";

const contract = new URL("../../proto/malla/ledger/v1/", import.meta.url);
const clauses = ledgerSuite.flatMap((group) => group.clauses);

/** Numbers of the clauses that the contract's comments define, each as "LEDGER-nnn: what a ledger does". */
function clausesOfContract(): string[] {
  const texts = readdirSync(contract).map((file) => readFileSync(new URL(file, contract), "utf8"));
  return [...new Set(texts.flatMap((text) => [...text.matchAll(/LEDGER-\d{3}(?=:)/g)].map(([id]) => id)))].sort();
}

it("every clause of the contract has a test, and every test a clause or an RPC of the contract", () => {
  const tested = new Set<string>(clauses.map(({ id }) => id));
  const defined = clausesOfContract();
  expect(defined.length).toBeGreaterThan(20);
  expect(defined.filter((id) => !tested.has(id))).toEqual([]);
  const methods = LedgerService.methods.map(({ name }) => `LedgerService.${name}`);
  expect([...tested].filter((id) => !defined.includes(id) && !methods.includes(id))).toEqual([]);
});

it("no two clauses of a subject say the same", () => {
  const said = ledgerSuite.flatMap(({ name, clauses: own }) => own.map(({ id, says }) => `${name}: ${id}: ${says}`));
  expect(said.filter((sentence, index) => said.indexOf(sentence) !== index)).toEqual([]);
});
