import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ServiceDatabaseUrls } from "#platform/embedded/service-database.ts";
import { testDatabase } from "#platform/testing/vendor.ts";
import type { IsoMessage } from "../link/codec.ts";
import { originalOf } from "../link/original.ts";
import { type Core, openCore } from "../testing/core.ts";
import { answerTo, openPeer, type Peer } from "../testing/peer.ts";
import { exchangeOnce } from "./exchanges.ts";

let urls: ServiceDatabaseUrls;
let peer: Peer;
const open: Core[] = [];

beforeEach(async () => {
  urls = await testDatabase("cards_iso8583");
  peer = await openPeer();
});
afterEach(async () => {
  peer.answer = (message) => [answerTo(message)];
  for (const core of open.splice(0)) {
    await core.close();
  }
  await peer.close();
});

async function openUp(answerTimeoutMs?: number): Promise<Core> {
  const core = await openCore({
    address: peer.address,
    urls,
    ...(answerTimeoutMs === undefined ? {} : { answerTimeoutMs }),
  });
  open.push(core);
  await core.up();
  return core;
}

const heard = (...types: string[]) => peer.heard.filter(({ mti }) => types.includes(mti));
/** Answers all but the types named. */
const silentTo =
  (...types: string[]) =>
  (message: IsoMessage) =>
    types.includes(message.mti) ? [] : [answerTo(message)];

describe("a request", () => {
  it("sent again with the same id gives the first answer, and the host sees it once", async () => {
    const core = await openUp();
    peer.answer = (message) => [answerTo(message, message.mti === "0100" ? "51" : "00")];
    const id = randomUUID();
    const first = await core.ask({ id });
    expect(first).toMatchObject({ state: "answered", responseCode: "51" });
    expect(await core.ask({ id })).toMatchObject({ state: "answered", responseCode: "51", stan: first.stan });
    await expect(core.ask({ id, fingerprint: "other" })).rejects.toThrow("request_id");
    expect(heard("0100", "0101")).toHaveLength(1);
  });

  it("is refused, and as if never made, while the link is down", async () => {
    const core = await openUp();
    peer.answer = () => [];
    peer.cut();
    const id = randomUUID();
    await expect.poll(() => core.deps.link.state).not.toBe("up");
    await expect(core.ask({ id })).rejects.toThrow("cannot be reached");
    expect(await core.find(id)).toBeUndefined();
  });
});

describe("no answer to an authorization", () => {
  it("has it reversed, and until the host says so it is not known what it did", async () => {
    const core = await openUp(100);
    peer.answer = silentTo("0100", "0420");
    const id = randomUUID();
    const asked = await core.ask({ id });
    expect(asked.state).toBe("lost");
    await peer.until(() => heard("0420").length === 1);
    expect(originalOf(heard("0420")[0] as IsoMessage)).toEqual({
      mti: "0100",
      stan: asked.stan,
      transmitted: asked.transmitted,
    });
    expect((await core.find(id))?.state).toBe("lost");
    await peer.until(() => heard("0421").length >= 1);
    const [first, again] = heard("0420", "0421");
    expect({ ...again, mti: "0420" }).toEqual(first);
    peer.answer = (message) => [answerTo(message)];
    await core.until(id, "reversed");
    expect((await core.ask({ id })).state).toBe("reversed");
    expect(heard("0100")).toHaveLength(1);
  });

  it("but a late one is recognised, and changes nothing: the reversal stands", async () => {
    const core = await openUp(100);
    let late: IsoMessage | undefined;
    peer.answer = (message) => {
      if (message.mti === "0100") {
        late = answerTo(message);
        return [];
      }
      return message.mti === "0420" && late !== undefined ? [late, answerTo(message)] : [answerTo(message)];
    };
    const id = randomUUID();
    await core.ask({ id });
    await core.until(id, "reversed");
    expect(core.strays).toEqual(["late"]);
  });

  it("because the connection broke has it reversed when the link is up again", async () => {
    const core = await openUp();
    peer.answer = (message) => {
      if (message.mti === "0100") {
        setImmediate(() => peer.cut());
        return [];
      }
      return [answerTo(message)];
    };
    const id = randomUUID();
    expect((await core.ask({ id })).state).toBe("lost");
    await core.until(id, "reversed");
    expect(peer.connections).toBeGreaterThan(1);
  });
});

describe("what has happened anyhow", () => {
  it("is repeated with the same numbers until the host has answered", async () => {
    const core = await openUp(100);
    peer.answer = silentTo("0220");
    const id = randomUUID();
    const clearing = { id, mti: "0220", onLoss: "repeat", whenDown: "keep" } as const;
    expect((await core.ask(clearing)).state).toBe("queued");
    await core.until(id, "answered");
    const [first, repeat] = heard("0220", "0221");
    expect({ ...repeat, mti: "0220" }).toEqual(first);
  });

  it("waits for the link where it is down, and is then sent for the first time", async () => {
    const core = await openUp();
    const { answer } = peer;
    peer.answer = () => [];
    peer.cut();
    await expect.poll(() => core.deps.link.state).not.toBe("up");
    const id = randomUUID();
    const clearing = { id, mti: "0220", onLoss: "repeat", whenDown: "keep" } as const;
    expect((await core.ask(clearing)).state).toBe("queued");
    peer.answer = answer;
    peer.cut();
    await core.until(id, "answered");
    expect(heard("0220", "0221").map(({ mti }) => mti)).toEqual(["0220"]);
  });
});

describe("a restart", () => {
  it("goes on with the reversals and repeats that were due", async () => {
    const core = await openUp(100);
    peer.answer = silentTo("0100", "0220", "0420", "0421", "0221");
    const [lost, queued] = [randomUUID(), randomUUID()];
    await Promise.all([
      core.ask({ id: lost }),
      core.ask({ id: queued, mti: "0220", onLoss: "repeat", whenDown: "keep" }),
    ]);
    await core.close();
    open.length = 0;
    peer.answer = (message) => [answerTo(message)];
    const next = await openUp();
    await next.until(lost, "reversed");
    await next.until(queued, "answered");
  });

  it("reverses what a dead process had sent and noted nothing of", async () => {
    const core = await openUp();
    const { promise: never } = Promise.withResolvers<never>();
    const past = () => new Date(Date.now() - 600_000);
    // A process that dies while it waits: it sends, and nothing comes after.
    const dying = { ...core.deps, clock: past, link: { state: "up" as const, request: () => never } };
    const id = randomUUID();
    const died = exchangeOnce(
      dying,
      { tenant: "t-iso", deadlineMs: Date.now() + 5_000 },
      { id, purpose: "test", fingerprint: Buffer.from("same") },
      async () => ({
        kind: "host",
        onLoss: "reverse",
        mti: "0100",
        cardId: randomUUID(),
        fields: { 4: "000000001000", 49: "986" },
        details: { purpose: "move" },
        whenDown: "refuse",
      }),
    );
    died.catch(() => {});
    await core.until(id, "reversed");
    expect(heard("0420", "0421")).toHaveLength(1);
  });
});
