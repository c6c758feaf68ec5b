/** The demo's second act: a bank swaps its vendors while it works, loses one, and tries one in the shadow. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { pause } from "#platform/lifecycle/pause.ts";
import type { RunningMesh } from "../embedded/running.ts";
import { type EdgeClient, type Json, openEdgeClient } from "./edge-client.ts";
import { startLoad } from "./load.ts";
import { say, step } from "./telling.ts";

/** The tenant whose vendors are swapped. */
const TENANT = "banco-ipe";
/** Answers of a vendor before the story goes on. */
const ENOUGH = 5;
/** Who answered where the vendor did not. */
const NOBODY = "";
/** Longest wait until work that was not answered is known, and the pause between two looks, in milliseconds. */
const KNOWN_MS = 60_000;
const LOOK_MS = 250;
/** Longest wait for the difference that the shadow finds, in milliseconds. */
const SHADOW_MS = 30_000;

/** What a load asks for, over and over. */
interface Work {
  readonly capability: string;
  readonly what: string;
  readonly workers: number;
  /** Vendors to swap between, as the story has them. */
  readonly vendors: readonly [string, string];
  readonly path: string;
  readonly body: () => Json;
  /** Where what was begun is read again, before its name. */
  readonly readAt: string;
}

const face = {
  content: readFileSync(
    new URL("../../services/biometrics/vendors/face-vendor/testing/astronaut.jpg", import.meta.url),
  ).toString("base64"),
};

const WORKS: readonly Work[] = [
  {
    capability: "kyc",
    what: "verifications",
    workers: 4,
    vendors: ["native", "watchman"],
    path: "/v1/verifications",
    readAt: "/v1/",
    body: () => ({
      party: {
        naturalPerson: {
          givenName: "Anastácia",
          familyName: "Xerenguela Prado",
          birthDate: { year: 1990, month: 5, day: 17 },
        },
      },
    }),
  },
  {
    capability: "biometrics",
    what: "enrolments of faces",
    workers: 2,
    vendors: ["face-api", "human"],
    path: "/v1/biometrics/templates",
    readAt: "/v1/biometrics/",
    body: () => ({ subject: `demo-${randomUUID()}`, image: face }),
  },
];

/** Tells it. */
export async function tellOfVendors(mesh: RunningMesh): Promise<void> {
  const edge = openEdgeClient(mesh.edgeUrl, mesh.tokens[TENANT] ?? "");
  const running = mesh.vendors.map(({ name, vendor }) => `${name}/${vendor}`);
  say(`\nBanco Ipê and its vendors`);
  step(`vendors that run: ${running.join(", ") || "none yet; wait until npm start says which"}`);
  for (const work of WORKS) {
    const missing = work.vendors.filter((vendor) => !running.includes(`${work.capability}/${vendor}`));
    if (missing.length === 0) {
      await swap(edge, mesh, work);
    } else {
      step(`${work.capability}: ${missing.join(" and ")} does not run here, so nothing is swapped`);
    }
  }
  if (["cards/native", "cards/iso8583"].every((vendor) => running.includes(vendor))) {
    await tryInTheShadow(edge);
  }
}

async function swap(edge: EdgeClient, mesh: RunningMesh, work: Work): Promise<void> {
  const { capability, what, workers, vendors } = work;
  const [first, second] = vendors;
  await bind(edge, capability, { primaryVendor: first, failoverVendors: [second] }, "the story begins");
  say(`\n  ${capability}: ${workers} callers ask for ${what} without a pause`);
  const unknown: Promise<string>[] = [];
  const load = startLoad(workers, async () => {
    const answer = await edge.post(work.path, work.body());
    if (!isUnknown(answer)) {
      return vendorOf(answer);
    }
    // What became of it is found out by and by; the caller goes on.
    unknown.push(known(edge, `${work.readAt}${answer["name"]}`).then(vendorOf));
    return NOBODY;
  });
  try {
    const countOf = (vendor: string, since = 0) =>
      load.answers.filter((answer) => answer.vendor === vendor && answer.askedAtMs >= since).length;
    const enough = (vendor: string, since: number) => () => countOf(vendor, since) >= ENOUGH;

    await load.until(enough(first, 0), `${ENOUGH} answers of ${first}`);
    step(`${first} serves`);
    const switched = performance.now();
    await bind(edge, capability, { primaryVendor: second, failoverVendors: [first] }, "the other vendor, by day");
    const bound = performance.now();
    const next = await load.until(({ vendor }) => vendor === second, `an answer of ${second}`);
    await load.until(enough(second, bound), `${ENOUGH} answers of ${second}`);
    const late = load.answers.filter(({ vendor, askedAtMs }) => vendor === first && askedAtMs > bound);
    const lastMs = late.reduce((last, { askedAtMs }) => Math.max(last, askedAtMs - bound), 0);
    step(
      `bound to ${second} in ${ms(bound - switched)}: the last call that still began with ${first} came ${ms(lastMs)} after, the first answer of ${second} ${ms(next.answeredAtMs - bound)} after`,
    );

    const victim = mesh.vendors.find(({ name, vendor }) => name === capability && vendor === second);
    if (victim?.pid !== undefined) {
      process.kill(victim.pid, "SIGKILL");
      const killed = performance.now();
      const stood = await load.until(
        ({ vendor, askedAtMs }) => vendor === first && askedAtMs > killed,
        `an answer of ${first} in place of ${second}`,
      );
      step(`killed ${second} (kill -9): ${first} stands in ${ms(stood.answeredAtMs - killed)} later`);
      const back = await load.until(
        ({ vendor, askedAtMs }) => vendor === second && askedAtMs > stood.answeredAtMs,
        `${second} coming back`,
      );
      step(
        `${second} is back ${ms(back.answeredAtMs - killed)} after; breakers: ${await breakersOf(edge, capability)}`,
      );
      const found = await Promise.all(unknown);
      step(`work that it was at and did not answer: ${found.length}, of each it was found out what became`);
    }
  } finally {
    await load.stop();
  }
  step(`${load.answers.length} answered, ${load.failures.length} failed${reasonsOf(load.failures)}`);
}

/** A vendor is tried with copies of real calls. The planted difference: an account that only the mainframe knows. */
async function tryInTheShadow(edge: EdgeClient): Promise<void> {
  say("\n  cards: issued by the mainframe over ISO 8583, with copies to the native processor in the shadow");
  const before = await edge.get("/v1/bindings/cards");
  await bind(edge, "cards", { primaryVendor: "iso8583", shadow: { vendor: "native" } }, "tried in the shadow");
  const listening = new AbortController();
  try {
    const events = await edge.events(AbortSignal.any([listening.signal, AbortSignal.timeout(SHADOW_MS)]));
    const card = await edge.post("/v1/cards", {
      form: "CARD_FORM_VIRTUAL",
      customer: "customers/demo",
      fundingAccount: "main",
      currencyCode: "BRL",
    });
    step(`issued ${card["name"]} by ${card["vendor"]}, ending in ${card["lastFour"]}`);
    for await (const { type, data } of events) {
      if (type === "malla.bindings.v1.ShadowDifferenceFound") {
        const { fields, shadowVendor } = data["difference"] as { fields: Json[]; shadowVendor: string };
        const differences = fields.map(({ path, value, shadowValue }) => `${path}: ${value} and ${shadowValue}`);
        step(`${shadowVendor} would have answered otherwise: ${differences.join("; ")}`);
        return;
      }
    }
    throw new Error(`no difference was told within ${SHADOW_MS / 1000} s`);
  } finally {
    listening.abort();
    const { primaryVendor, failoverVendors } = before;
    await bind(edge, "cards", { primaryVendor, failoverVendors }, "as it was");
  }
}

async function bind(edge: EdgeClient, capability: string, binding: Json, reason: string): Promise<void> {
  await edge.put(`/v1/bindings/${capability}`, { binding, reason });
}

async function breakersOf(edge: EdgeClient, capability: string): Promise<string> {
  const { processes } = await edge.get(`/v1/vendors/states?capability=${capability}`);
  const states = ((processes ?? []) as { states?: Json[] }[]).flatMap((one) => one.states ?? []);
  const words = states.map(
    ({ vendor, breaker }) => `${vendor} ${String(breaker).replace("BREAKER_", "").toLowerCase()}`,
  );
  return [...new Set(words)].join(", ") || "none reported yet";
}

function isUnknown({ state }: Json): boolean {
  return String(state).endsWith("_UNKNOWN");
}

/** What became of work whose vendor did not answer; the bank finds it out by itself. */
async function known(edge: EdgeClient, path: string): Promise<Json> {
  const signal = AbortSignal.timeout(KNOWN_MS);
  for (;;) {
    const found = await edge.get(path);
    if (!isUnknown(found)) {
      return found;
    }
    await pause(LOOK_MS, signal);
    signal.throwIfAborted();
  }
}

function vendorOf(answer: Json): string {
  if (/FAILED/.test(String(answer["state"]))) {
    throw new Error(`answered ${answer["state"]}`);
  }
  return String(answer["vendor"]);
}

function reasonsOf(failures: readonly string[]): string {
  return failures.length === 0 ? "" : ` (${[...new Set(failures)].join("; ")})`;
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}
