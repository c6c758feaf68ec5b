/** The demo's first act: a composable bank in three countries, told through the public edge alone. */
import { randomUUID } from "node:crypto";
import type { RunningMesh } from "../embedded/running.ts";
import { DEMO_TENANTS, type DemoTenant } from "../embedded/tenants.ts";
import { demoCustomers } from "./customers.ts";
import { type EdgeClient, type EdgeEvent, type Json, openEdgeClient } from "./edge-client.ts";
import { refused, say, step } from "./telling.ts";

/** Longest wait for the story's events, in milliseconds. */
const EVENTS_MS = 15_000;

/** Tells it for each demo tenant. */
export async function tellOfBanks(mesh: RunningMesh): Promise<void> {
  // Seconds since 2025 tell one run of the demo from another.
  const run = Math.floor((Date.now() - Date.UTC(2025, 0)) / 1000);
  for (const tenant of DEMO_TENANTS) {
    await tellStory(tenant, openEdgeClient(mesh.edgeUrl, mesh.tokens[tenant.id] ?? ""), run);
  }
}

async function tellStory(tenant: DemoTenant, edge: EdgeClient, run: number): Promise<void> {
  const money = (minorUnits: unknown) => formatMoney(tenant, minorUnits);
  const amount = (minorUnits: number) => ({
    amount: { currencyCode: tenant.currencyCode, minorUnits: String(minorUnits) },
  });
  say(`\n${tenant.displayName} (${tenant.id}, ${tenant.regionCode}, ${tenant.currencyCode})`);
  const listening = new AbortController();
  const heard = collect(await edge.events(listening.signal));

  const { person, company, names } = demoCustomers(tenant.id, run);
  const [personName, companyName] = names;
  const customer = await edge.post("/v1/customers", person);
  const business = await edge.post("/v1/customers", company);
  step(`onboarded ${personName} (${identifierKinds(customer)}) and ${companyName} (${identifierKinds(business)})`);
  await refused("a wrong check digit", () => edge.post("/v1/customers", wrongIdentifier(tenant.regionCode)));

  const current = await edge.post("/v1/accounts", { customer: customer["name"], product: "products/conta-corrente" });
  const overdraft = await edge.post("/v1/accounts", {
    customer: business["name"],
    product: "products/conta-garantida",
  });
  step(
    `opened a current account for ${personName}, and one with an overdraft of ${money(overdraft["overdraftLimit"])} for ${companyName}`,
  );

  const [mine, theirs] = [String(current["name"]), String(overdraft["name"])];
  await edge.post(`/v1/${mine}:deposit`, { ...amount(250_000), description: "Salary" });
  step(`deposited ${money(250_000)} for ${personName}`);

  const key = randomUUID();
  const order = { ...amount(75_050), creditorAccount: theirs, description: "Bread for the month" };
  const transfer = await edge.post(`/v1/${mine}:transfer`, order, key);
  step(`transferred ${money(75_050)} from ${personName} to ${companyName}`);
  const replay = await edge.post(`/v1/${mine}:transfer`, order, key);
  step(
    `sent the same transfer again: same operation ${replay["name"] === transfer["name"]}, same booking time ${replay["bookTime"] === transfer["bookTime"]}`,
  );
  await refused("the same key with another amount", () =>
    edge.post(`/v1/${mine}:transfer`, { ...order, ...amount(1) }, key),
  );

  await refused(`a withdrawal of ${money(999_999)} that the balance does not cover`, () =>
    edge.post(`/v1/${mine}:withdraw`, amount(999_999)),
  );
  const withdrawal = await edge.post(`/v1/${mine}:withdraw`, amount(20_000));
  step(
    `withdrew ${money(20_000)}, with a fee of ${money((withdrawal["fee"] as Json | undefined)?.["minorUnits"] ?? 0)} by the product`,
  );
  const borrowed = await edge.post(`/v1/${theirs}:withdraw`, amount(100_000));
  step(`${companyName} withdrew ${money((borrowed["amount"] as Json)["minorUnits"])}: the product allows an overdraft`);

  for (const [account, holder] of [
    [mine, personName],
    [theirs, companyName],
  ] as const) {
    await printStatement(edge, account, holder, money);
  }
  await printEvents(heard, listening, 8);
  await printTrialBalance(edge, money);
}

async function printStatement(
  edge: EdgeClient,
  account: string,
  holder: string,
  money: (minor: unknown) => string,
): Promise<void> {
  const [{ entries }, balance] = await Promise.all([
    edge.get(`/v1/${account}/entries`),
    edge.get(`/v1/${account}/balance`),
  ]);
  step(`statement of ${holder}:`);
  for (const entry of (entries as Json[]).toReversed()) {
    const [moved, after] = [entry["amount"] as Json, entry["balanceAfter"] as Json];
    const kind = String(entry["kind"]).replace("KIND_", "").toLowerCase().replaceAll("_", " ");
    say(
      `      ${String(entry["bookTime"]).slice(11, 23)}  ${kind.padEnd(13)} ${money(moved["minorUnits"]).padStart(16)} ${money(after["minorUnits"]).padStart(16)}  ${entry["description"] ?? ""}`,
    );
  }
  const [booked, available] = [balance["booked"] as Json, balance["available"] as Json];
  say(`      booked ${money(booked["minorUnits"])}, available ${money(available["minorUnits"])}`);
}

async function printEvents(heard: Heard, listening: AbortController, atLeast: number): Promise<void> {
  await heard.reached(atLeast, EVENTS_MS);
  const names = heard.events.map((event) => event.type.split(".").at(-1) ?? event.type);
  step(`heard ${names.length} events as they happened: ${summarise(names)}`);
  listening.abort();
}

async function printTrialBalance(edge: EdgeClient, money: (minor: unknown) => string): Promise<void> {
  const { lines } = await edge.get("/v1/ledger/trialBalance");
  for (const line of lines as Json[]) {
    step(
      `proof: ledger ${line["ledger"]} ${line["currencyCode"]}: debits ${money(line["debitsPosted"])} = credits ${money(line["creditsPosted"])} over ${line["transferCount"]} transfers`,
    );
    if (line["balanced"] !== true) {
      throw new Error(`ledger ${line["ledger"]} in ${line["currencyCode"]} is out of balance`);
    }
  }
}

interface Heard {
  readonly events: readonly EdgeEvent[];
  /** Waits for that many events, or fails. */
  reached(count: number, timeoutMs: number): Promise<void>;
}

function collect(stream: AsyncIterable<EdgeEvent>): Heard {
  const events: EdgeEvent[] = [];
  let notify = () => {};
  let failure: unknown;
  const read = async () => {
    for await (const event of stream) {
      events.push(event);
      notify();
    }
  };
  read().catch((error: unknown) => {
    failure = error;
    notify();
  });
  return {
    events,
    reached: (count, timeoutMs) =>
      new Promise((resolveReached, reject) => {
        const timer = setTimeout(() => reject(new Error(`only ${events.length} of ${count} events came`)), timeoutMs);
        notify = () => {
          if (failure !== undefined || events.length >= count) {
            clearTimeout(timer);
            failure === undefined ? resolveReached() : reject(failure);
          }
        };
        notify();
      }),
  };
}

function wrongIdentifier(regionCode: string): Json {
  const ids = {
    BR: { type: "TYPE_BR_CPF", value: "231.002.999-00" },
    MX: { type: "TYPE_MX_CURP", value: "BOXW310820HNERXN08" },
  }[regionCode] ?? { type: "TYPE_CO_NIT", value: "213123432-5" };
  const natural = {
    naturalPerson: { givenName: "Nadie", familyName: "Nunca", birthDate: { year: 1990, month: 1, day: 1 } },
  };
  return { ...natural, taxIdentifiers: [ids] };
}

function identifierKinds(customer: Json): string {
  return (customer["taxIdentifiers"] as Json[]).map((id) => String(id["type"]).replace(/^TYPE_.._/, "")).join(", ");
}

function formatMoney({ currencyCode, regionCode }: DemoTenant, minorUnits: unknown): string {
  const locale = { BR: "pt-BR", MX: "es-MX", CO: "es-CO" }[regionCode] ?? "en";
  const digits = 2;
  const minor = BigInt(String(minorUnits));
  // Only for showing: the sum is exact up to 15 digits, and the demo's are short.
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency: currencyCode,
    minimumFractionDigits: digits,
  }).format(Number(minor) / 10 ** digits);
}

function summarise(names: readonly string[]): string {
  return [...new Set(names)].map((name) => `${names.filter((other) => other === name).length} ${name}`).join(", ");
}
