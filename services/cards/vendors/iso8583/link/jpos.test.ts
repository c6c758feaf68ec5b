/**
 * Our messages, read by a stack that shares nothing with ours: jPOS, as a host in a process of its own. It is under the
 * AGPL, so it is fetched by Maven when the test runs, into .malla/cache, and never a part of this repository.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { IsoMessage } from "./codec.ts";
import { answerTypeOf } from "./exchange.ts";
import { type Link, openLink } from "./link.ts";
import { numbersOf } from "./numbers.ts";

const VERSION = "2.1.10";
const root = fileURLToPath(new URL("../../../../../", import.meta.url));
const cache = join(root, ".malla/cache", `jpos-${VERSION}`);
const source = fileURLToPath(new URL("../testing/jpos/CardHost.java", import.meta.url));

/** Longest that Maven may take the first time, and that Java may take to start, in milliseconds. */
const FETCH_MS = 180_000;
const START_MS = 60_000;

const hasJava = spawnSync("java", ["-version"]).status === 0;
const isThere = hasJava && (existsSync(join(cache, "whole")) || spawnSync("mvn", ["-v"]).status === 0);
if (!isThere) {
  process.stderr.write("NOT CHECKED against jPOS: java or mvn is not installed here\n");
}

/** Has Maven put jPOS and what it needs into the cache; false, and said so, where it cannot be had. */
function fetchJpos(): boolean {
  if (existsSync(join(cache, "whole"))) {
    return true;
  }
  mkdirSync(cache, { recursive: true });
  writeFileSync(
    join(cache, "pom.xml"),
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
      <groupId>cache</groupId><artifactId>cache</artifactId><version>1</version><dependencies><dependency>
      <groupId>org.jpos</groupId><artifactId>jpos</artifactId><version>${VERSION}</version>
      </dependency></dependencies></project>`,
  );
  const goal = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";
  const options = [
    "-q",
    "-B",
    "-f",
    join(cache, "pom.xml"),
    goal,
    `-DoutputDirectory=${cache}`,
    "-DincludeScope=runtime",
  ];
  const maven = spawnSync("mvn", options, { timeout: FETCH_MS, encoding: "utf8" });
  if (maven.status !== 0) {
    process.stderr.write(`NOT CHECKED against jPOS: Maven could not fetch it\n${maven.stdout}${maven.stderr}\n`);
    return false;
  }
  writeFileSync(join(cache, "whole"), "");
  return true;
}

describe.runIf(isThere)("against jPOS", () => {
  const heard: string[] = [];
  let host: ChildProcess | undefined;
  let lines: Interface | undefined;
  let link: Link | undefined;
  let last = 0;

  beforeAll(async () => {
    if (!fetchJpos()) {
      return;
    }
    const port = await freePort();
    host = spawn("java", ["-cp", join(cache, "*"), source, String(port)], { stdio: ["ignore", "pipe", "ignore"] });
    lines = createInterface({ input: host.stdout ?? process.stdin });
    lines.on("line", (line) => heard.push(line));
    await once(lines, "line", { signal: AbortSignal.timeout(START_MS) });
    const { promise: up, resolve } = Promise.withResolvers<void>();
    link = openLink({
      address: { host: "127.0.0.1", port },
      institution: "12345",
      numbers: { next: async () => numbersOf(++last, new Date()) },
      echoEveryMs: 60_000,
      controlTimeoutMs: 5_000,
      maxOutstanding: 100,
      backoff: { firstMs: 50, mostMs: 500 },
      log: { info: () => {}, warn: () => {} },
      onUp: resolve,
    });
    await up;
  }, FETCH_MS + START_MS);

  afterAll(async () => {
    await link?.close();
    host?.kill();
  });

  /** Sends a message, and gives what jPOS read and what it answered. */
  async function ask(
    message: IsoMessage,
  ): Promise<{ readonly read: string | undefined; readonly answer: IsoMessage } | undefined> {
    if (link === undefined || lines === undefined) {
      return undefined;
    }
    const answer = await link.request(message, 5_000);
    const read = () => heard.find((line) => line.includes(`\t11=${message.fields[11]}`));
    // What it prints may come after what it answers.
    while (read() === undefined) {
      await once(lines, "line", { signal: AbortSignal.timeout(5_000) });
    }
    return { read: read(), answer };
  }

  it("a sign-on is understood, and its answer too", () => {
    if (link !== undefined) {
      expect(link.state).toBe("up");
      expect(heard[1]).toMatch(/^heard 0800\t7=\d{10}\t11=000001\t33=12345\t70=001$/);
    }
  });

  it.each(["0100", "0101", "0200", "0220", "0221", "0302", "0400", "0420", "0421", "0422"])(
    "any %s is read field by field as it was meant, and its answer comes back",
    async (mti) => {
      await fc.assert(
        fc.asyncProperty(anyFields, async (fields) => {
          const { stan, rrn, transmitted } = numbersOf(++last, new Date());
          const message: IsoMessage = { mti, fields: { ...fields, 7: transmitted, 11: stan, 37: rrn } };
          const exchange = await ask(message);
          if (exchange === undefined) {
            return;
          }
          const expected = Object.entries(message.fields).map(([field, value]) => `${field}=${value}`);
          expect(exchange.read?.split("\t")).toEqual([`heard ${mti}`, ...expected]);
          expect(exchange.answer).toEqual({ mti: answerTypeOf(mti), fields: { ...message.fields, 39: "00" } });
        }),
        { numRuns: 25 },
      );
    },
  );
});

const digits = (least: number, most = least) =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: least, maxLength: most });
const text = (least: number, most = least) =>
  fc.string({ unit: fc.constantFrom(..."ABCxyz019 .,-/=|"), minLength: least, maxLength: most });

/** The fields that the vendor sends. */
const anyFields = fc
  .record(
    {
      2: digits(12, 19),
      3: digits(6),
      4: digits(12),
      12: digits(6),
      13: digits(4),
      14: digits(4),
      18: digits(4),
      22: digits(3),
      25: digits(2),
      32: digits(1, 11),
      33: digits(1, 11),
      38: fc.string({ unit: fc.constantFrom(..."ABC019"), minLength: 6, maxLength: 6 }),
      41: text(8),
      42: text(15),
      43: text(40),
      48: text(1, 300),
      49: digits(3),
      52: fc.string({ unit: fc.constantFrom(..."0123456789ABCDEF"), minLength: 16, maxLength: 16 }),
      54: fc.string({ unit: fc.constantFrom(..."019CD"), minLength: 20, maxLength: 20 }),
      60: text(1, 100),
      90: digits(42),
      91: fc.constantFrom("1", "2", "3", "5"),
      95: digits(42),
      101: text(1, 17),
      102: text(1, 28),
      120: text(1, 300),
    },
    { requiredKeys: [] },
  )
  .map((fields) => ({ ...fields }));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
