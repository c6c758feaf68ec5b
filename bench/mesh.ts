/** `npm run bench`: how fast the mesh is ready, how it answers under load, how soon events arrive, what memory it takes. */

import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { removeStateFolder } from "#platform/embedded/postgres-home.ts";
import { demoCustomers } from "../deploy/demo/customers.ts";
import { type EdgeClient, type Json, openEdgeClient } from "../deploy/demo/edge-client.ts";
import { DEMO_TENANTS } from "../deploy/embedded/tenants.ts";
import { type LoadRequest, type LoadResult, type LoadTarget, openLoadTarget, percentile } from "./load.ts";
import { type StartedMesh, startAsUser } from "./started-mesh.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "5" },
    help: { type: "boolean" },
  },
});
/** Accounts that the load is spread over. */
const ACCOUNTS = 50;
/** The steady rate of the aim, requests per second. */
const STEADY_RATE = 200;
/** The rate is raised by this factor until p99 passes LIMIT_MS. */
const RATE_STEP = 1.3;
const LIMIT_MS = 100;
/** Callers at once where the share of the floor is taken. */
const CLOSED_CALLERS = 64;

if (values.help === true) {
  process.stdout.write(
    "npm run bench [-- --rounds 3 --seconds 5]\n  Measures a mesh of its own in a scratch folder. What the figures mean: bench/README.md\n",
  );
} else {
  await main(Number(values.rounds), Number(values.seconds));
}

interface Row {
  readonly what: string;
  readonly value: string;
  readonly note: string;
}

async function main(rounds: number, seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "malla-bench-"));
  const rows: Row[] = [];
  try {
    progress("cold start");
    const cold = await startAsUser(folder);
    await cold.stop();
    const warm: number[] = [];
    for (let round = 0; round < rounds; round++) {
      progress(`warm start ${round + 1} of ${rounds}`);
      const mesh = await startAsUser(folder);
      warm.push(mesh.readyMs);
      await mesh.stop();
    }
    rows.push({
      what: "ready, cold (new state folder)",
      value: `${(cold.readyMs / 1000).toFixed(1)} s`,
      note: "packages installed",
    });
    rows.push({ what: "ready, warm", value: `${(median(warm) / 1000).toFixed(1)} s`, note: "aim 5 s" });
    const mesh = await startAsUser(folder);
    try {
      rows.push(...(await measureLoad(mesh, rounds, seconds)));
    } finally {
      await mesh.stop();
    }
  } finally {
    removeStateFolder({ path: folder });
  }
  print(rows);
}

async function measureLoad(mesh: StartedMesh, rounds: number, seconds: number): Promise<Row[]> {
  const [tenant] = DEMO_TENANTS;
  const tokenFile = mesh.running.tokens[tenant?.id ?? ""] ?? "";
  const edge = openEdgeClient(mesh.running.edgeUrl, tokenFile);
  const accounts = await openAccounts(edge);
  const headers = { authorization: `Bearer ${readFileSync(tokenFile, "utf8")}`, "content-type": "application/json" };
  const target = openLoadTarget(mesh.running.edgeUrl);
  const echo = await startEcho();
  const floor = openLoadTarget(echo.origin);
  const pick = () => accounts[Math.floor(Math.random() * accounts.length)] ?? "";
  const amount = { currencyCode: tenant?.currencyCode, minorUnits: "100" };
  const deposit = (): LoadRequest => ({
    method: "POST",
    path: `/v1/${pick()}:deposit`,
    headers: { ...headers, "idempotency-key": randomUUID() },
    body: JSON.stringify({ amount }),
  });
  const transfer = (): LoadRequest => {
    const debtor = pick();
    const creditor = accounts.find((account) => account !== debtor) ?? "";
    const body = JSON.stringify({ amount, creditorAccount: creditor });
    return {
      method: "POST",
      path: `/v1/${debtor}:transfer`,
      headers: { ...headers, "idempotency-key": randomUUID() },
      body,
    };
  };
  try {
    progress("warming up");
    await target.steady(STEADY_RATE, seconds, deposit);
    const rows: Row[] = [];
    for (const [name, next] of [
      ["deposit", deposit],
      ["transfer", transfer],
    ] as const) {
      rows.push(...(await measureSteady(name, target, floor, rounds, seconds, next)));
    }
    rows.push(await measureEvents(edge, target, seconds, deposit));
    rows.push(await measureHighestRate(target, seconds, transfer));
    rows.push(...(await measureShare(target, floor, rounds, seconds, deposit)));
    rows.push(...memoryRows(mesh));
    return rows;
  } finally {
    target.close();
    floor.close();
    echo.stop();
  }
}

async function measureSteady(
  name: string,
  target: LoadTarget,
  floor: LoadTarget,
  rounds: number,
  seconds: number,
  next: () => LoadRequest,
) {
  const runs: LoadResult[] = [];
  const floors: LoadResult[] = [];
  for (let round = 0; round < rounds; round++) {
    progress(`${name} at ${STEADY_RATE}/s, round ${round + 1} of ${rounds}`);
    floors.push(await floor.steady(STEADY_RATE, seconds, next));
    runs.push(await target.steady(STEADY_RATE, seconds, next));
  }
  const [p50, p99] = [0.5, 0.99].map((share) => median(runs.map((run) => percentile(run.latenciesMs, share))));
  const floorP99 = median(floors.map((run) => percentile(run.latenciesMs, 0.99)));
  return [
    {
      what: `REST ${name} at ${STEADY_RATE}/s, p50 / p99`,
      value: `${ms(p50)} / ${ms(p99)}`,
      note: `aim p99 < 25 ms; echo p99 ${ms(floorP99)}; failures ${failuresOf(runs)}`,
    },
  ];
}

/** From the event's own time, taken just before its transaction commits, to its arrival at a client of the stream. */
async function measureEvents(
  edge: EdgeClient,
  target: LoadTarget,
  seconds: number,
  next: () => LoadRequest,
): Promise<Row> {
  progress("events");
  const listening = new AbortController();
  const latencies: number[] = [];
  const stream = await edge.events(listening.signal);
  const reading = (async () => {
    for await (const event of stream) {
      if (event.type === "malla.accounts.v1.DepositCompleted") {
        latencies.push(Date.now() - Date.parse(String((event as unknown as Json)["time"])));
      }
    }
  })();
  const { latenciesMs } = await target.steady(STEADY_RATE, seconds, next);
  const deadline = Date.now() + 10_000;
  while (latencies.length < latenciesMs.length && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  listening.abort();
  await reading;
  const ascending = latencies.sort((a, b) => a - b);
  return {
    what: `event, commit to stream client at ${STEADY_RATE}/s, p50 / p99`,
    value: `${ms(percentile(ascending, 0.5))} / ${ms(percentile(ascending, 0.99))}`,
    note: `aim p99 < 20 ms; ${ascending.length} of ${latenciesMs.length} arrived`,
  };
}

async function measureHighestRate(target: LoadTarget, seconds: number, next: () => LoadRequest): Promise<Row> {
  let best = 0;
  for (let rate = STEADY_RATE; ; rate = Math.round(rate * RATE_STEP)) {
    progress(`transfers at ${rate}/s`);
    const run = await target.steady(rate, seconds, next);
    if (percentile(run.latenciesMs, 0.99) >= LIMIT_MS || run.failures.size > 0) {
      return {
        what: `highest rate of transfers with p99 < ${LIMIT_MS} ms`,
        value: `${best}/s`,
        note: `at ${rate}/s p99 was ${ms(percentile(run.latenciesMs, 0.99))}`,
      };
    }
    best = rate;
  }
}

async function measureShare(
  target: LoadTarget,
  floor: LoadTarget,
  rounds: number,
  seconds: number,
  next: () => LoadRequest,
): Promise<Row[]> {
  const ratios: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    progress(`${CLOSED_CALLERS} callers, round ${round + 1} of ${rounds}`);
    const bare = await floor.closed(CLOSED_CALLERS, seconds, next);
    const run = await target.closed(CLOSED_CALLERS, seconds, next);
    ratios.push(run.requestsPerSecond / bare.requestsPerSecond);
    rates.push(run.requestsPerSecond);
  }
  return [
    {
      what: `REST deposit, ${CLOSED_CALLERS} callers`,
      value: `${median(rates).toFixed(0)}/s`,
      note: `${(median(ratios) * 100).toFixed(1)} % of a bare node:http2 echo`,
    },
  ];
}

function memoryRows({ running }: StartedMesh): Row[] {
  const pids = [["launcher", running.pid], ...running.services.map(({ name, pid }) => [name, pid])] as const;
  return pids.map(([name, pid]) => ({
    what: `memory of ${name}`,
    value: `${residentMb(Number(pid))} MB`,
    note: "resident, after the load",
  }));
}

function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round(Number(kb) / 1024);
}

async function openAccounts(edge: EdgeClient): Promise<string[]> {
  const { person } = demoCustomers("banco-ipe", Math.floor(Date.now() / 1000));
  const customer = await edge.post("/v1/customers", person);
  const accounts: string[] = [];
  for (let index = 0; index < ACCOUNTS; index++) {
    const account = await edge.post("/v1/accounts", { customer: customer["name"], product: "products/conta-corrente" });
    await edge.post(`/v1/${account["name"]}:deposit`, { amount: { currencyCode: "BRL", minorUnits: "100000000" } });
    accounts.push(String(account["name"]));
  }
  return accounts;
}

async function startEcho(): Promise<{ origin: string; stop: () => void }> {
  const child = fork(fileURLToPath(new URL("./http2-echo.ts", import.meta.url)));
  const [message] = (await once(child, "message")) as [{ listen: string }];
  return { origin: `http://${message.listen}`, stop: () => child.kill() };
}

function failuresOf(runs: readonly LoadResult[]): number {
  return runs.reduce((total, run) => total + [...run.failures.values()].reduce((sum, count) => sum + count, 0), 0);
}

function median(numbers: readonly number[]): number {
  return percentile(
    [...numbers].sort((a, b) => a - b),
    0.5,
  );
}

function ms(value: number | undefined): string {
  return `${(value ?? Number.NaN).toFixed(1)} ms`;
}

function progress(text: string): void {
  process.stderr.write(`  ${text}\n`);
}

function print(rows: readonly Row[]): void {
  process.stdout.write(
    `\n${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Node ${process.versions.node}\n\n| what | figure | |\n|---|---|---|\n`,
  );
  for (const { what, value, note } of rows) {
    process.stdout.write(`| ${what} | ${value} | ${note} |\n`);
  }
}
