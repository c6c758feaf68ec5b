import { afterEach, expect, it } from "vitest";
import { answerTo, openPeer, type Peer } from "../testing/peer.ts";
import { encodeMessage, type IsoMessage } from "./codec.ts";
import { frame } from "./frames.ts";
import { type Link, type LinkOptions, openLink } from "./link.ts";
import { type ExchangeNumbers, type Numbers, numbersOf } from "./numbers.ts";
import type { Stray } from "./outstanding.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

function countingNumbers(): Numbers {
  let last = 0;
  return { next: async () => numbersOf(++last, new Date("2026-07-14T10:11:12Z")) };
}

interface Opened {
  readonly link: Link;
  readonly peer: Peer;
  readonly strays: (readonly [Stray, string | undefined])[];
  readonly up: () => Promise<void>;
  readonly purchase: (amount?: number) => Promise<IsoMessage>;
}

async function open(options: Partial<LinkOptions> = {}, script: (peer: Peer) => void = () => {}): Promise<Opened> {
  const peer = await openPeer();
  closing.push(() => peer.close());
  script(peer);
  const strays: [Stray, string | undefined][] = [];
  const numbers = countingNumbers();
  const waiting: (() => void)[] = [];
  const link = openLink({
    address: peer.address,
    institution: "12345",
    numbers,
    echoEveryMs: 60_000,
    controlTimeoutMs: 2_000,
    maxOutstanding: 100,
    backoff: { firstMs: 5, mostMs: 50 },
    log: { info: () => {}, warn: () => {} },
    onUp: () => {
      for (const go of waiting.splice(0)) {
        go();
      }
    },
    onStray: (stray, answer) => strays.push([stray, answer.fields[11]]),
    ...options,
  });
  closing.push(() => link.close());
  return {
    link,
    peer,
    strays,
    up: () => (link.state === "up" ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    purchase: async (amount = 1_000) => purchaseOf(await numbers.next(), amount),
  };
}

function purchaseOf({ stan, rrn, transmitted }: ExchangeNumbers, amount: number): IsoMessage {
  const fields = { 3: "000000", 4: String(amount).padStart(12, "0"), 7: transmitted, 11: stan, 37: rrn, 49: "986" };
  return { mti: "0100", fields };
}

const isPurchase = ({ mti }: IsoMessage) => mti === "0100";

it("signs on before anything else, and off at the end", async () => {
  const { link, peer, up, purchase } = await open();
  await expect(link.request(await purchase(), 1_000)).rejects.toMatchObject({ name: "NotSentError", why: "down" });
  await up();
  expect((await link.request(await purchase(), 1_000)).fields[39]).toBe("00");
  await link.close();
  expect(peer.heard.map(({ mti, fields }) => `${mti} ${fields[70] ?? ""}`)).toEqual(["0800 001", "0100 ", "0800 002"]);
  expect(link.state).toBe("closed");
  await expect(link.request(await purchase(), 1_000)).rejects.toMatchObject({ name: "NotSentError" });
});

it("a host that refuses the sign-on is asked again, and given nothing meanwhile", async () => {
  let refusals = 3;
  const { link, peer, up, purchase } = await open({}, (scripted) => {
    scripted.answer = (message) => [answerTo(message, message.fields[70] === "001" && refusals-- > 0 ? "91" : "00")];
  });
  await up();
  expect(peer.connections).toBe(4);
  expect((await link.request(await purchase(), 1_000)).fields[39]).toBe("00");
});

it("answers in any order find their requests", async () => {
  const { link, peer, up, purchase } = await open();
  await up();
  const held: IsoMessage[] = [];
  peer.answer = (message) => {
    held.push(answerTo(message));
    return held.length === 50 ? held.toReversed() : [];
  };
  const requests = await Promise.all(Array.from({ length: 50 }, (_, index) => purchase(index + 1)));
  const answers = await Promise.all(requests.map((request) => link.request(request, 5_000)));
  peer.answer = (message) => [answerTo(message)];
  expect(answers.map(({ fields }) => fields[4])).toEqual(requests.map(({ fields }) => fields[4]));
});

it("an answer that comes too late is told apart from a second one and from one to nothing", async () => {
  const { link, peer, up, strays, purchase } = await open();
  await up();
  peer.answer = () => [];
  const slow = await purchase();
  await expect(link.request(slow, 20)).rejects.toMatchObject({ name: "NoAnswerError", why: "timeout" });
  peer.send(answerTo(slow));
  peer.answer = (message) => [answerTo(message), answerTo(message)];
  const twice = await purchase();
  await link.request(twice, 1_000);
  const never = await purchase();
  peer.send(answerTo(never));
  peer.answer = (message) => [answerTo(message)];
  await link.request(await purchase(), 1_000);
  expect(strays).toEqual([
    ["late", slow.fields[11]],
    ["duplicate", twice.fields[11]],
    ["unknown", never.fields[11]],
  ]);
});

it("an answer with the trace number but another reference or time is not taken for it", async () => {
  const { link, peer, up, strays, purchase } = await open();
  await up();
  peer.answer = (message) => [
    answerTo({ ...message, fields: { ...message.fields, 37: "000000000000" } }),
    answerTo({ ...message, fields: { ...message.fields, 7: "0101000000" } }),
    answerTo(message, "51"),
  ];
  expect((await link.request(await purchase(), 1_000)).fields[39]).toBe("51");
  expect(strays.map(([stray]) => stray)).toEqual(["unknown", "unknown"]);
});

it("a host that falls silent is found out by an echo, and connected to again", async () => {
  const { link, peer, up, purchase } = await open({ echoEveryMs: 20, controlTimeoutMs: 60 });
  await up();
  await peer.until(() => peer.heard.some(({ fields }) => fields[70] === "301"));
  expect(peer.connections).toBe(1);
  peer.answer = () => [];
  await peer.until(() => peer.connections >= 2);
  peer.answer = (message) => [answerTo(message)];
  await up();
  expect((await link.request(await purchase(), 1_000)).fields[39]).toBe("00");
});

it("a connection lost under load fails what waits, at once, and comes back", async () => {
  const { link, peer, up, purchase } = await open();
  await up();
  peer.answer = (message) => (isPurchase(message) ? [] : [answerTo(message)]);
  const waiting = Array.from({ length: 30 }, async () => link.request(await purchase(), 60_000));
  const outcomes = Promise.allSettled(waiting);
  await peer.until(() => peer.heard.filter(isPurchase).length === 30);
  peer.cut();
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { name: "NoAnswerError", why: "connection_lost" } });
  }
  peer.answer = (message) => [answerTo(message)];
  await up();
  expect((await link.request(await purchase(), 1_000)).fields[39]).toBe("00");
});

it("a length that no message has ends the connection; a frame that is no message is only dropped", async () => {
  const { link, peer, up, purchase } = await open();
  await up();
  peer.sendRaw(Buffer.concat([Buffer.from([0, 20]), Buffer.alloc(20, 0xff)]));
  expect((await link.request(await purchase(), 1_000)).fields[39]).toBe("00");
  expect(peer.connections).toBe(1);
  peer.sendRaw(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"));
  await peer.until(() => peer.connections === 2);
  await up();
  expect((await link.request(await purchase(), 1_000)).fields[39]).toBe("00");
});

it("a message that comes octet by octet is one message; half a one at the end of a connection is none", async () => {
  const { link, peer, up, purchase } = await open();
  await up();
  const request = await purchase();
  peer.answer = (message) => {
    if (isPurchase(message)) {
      for (const octet of frame(encodeMessage(answerTo(message)))) {
        peer.sendRaw(Buffer.of(octet));
      }
      return [];
    }
    return [answerTo(message)];
  };
  expect((await link.request(request, 1_000)).fields[39]).toBe("00");
  peer.answer = (message) => {
    if (isPurchase(message)) {
      peer.sendRaw(frame(encodeMessage(answerTo(message))).subarray(0, 30));
      setImmediate(() => peer.cut());
      return [];
    }
    return [answerTo(message)];
  };
  await expect(link.request(await purchase(), 5_000)).rejects.toMatchObject({ why: "connection_lost" });
});

it("more than the host may have waiting is refused unsent", async () => {
  const { link, peer, up, purchase } = await open({ maxOutstanding: 3 });
  await up();
  peer.answer = (message) => (isPurchase(message) ? [] : [answerTo(message)]);
  const waiting = await Promise.all([purchase(), purchase(), purchase()]);
  const asked = waiting.map((request) => link.request(request, 5_000));
  await expect(link.request(await purchase(), 5_000)).rejects.toMatchObject({ name: "NotSentError", why: "busy" });
  await peer.until(() => peer.heard.filter(isPurchase).length === 3);
  for (const request of waiting) {
    peer.send(answerTo(request));
  }
  await Promise.all(asked);
  peer.answer = (message) => [answerTo(message)];
  expect((await link.request(await purchase(), 1_000)).fields[39]).toBe("00");
});

it("what is no message is refused before it is sent, and nothing waits for it", async () => {
  const { link, up, purchase } = await open({ maxOutstanding: 1 });
  await up();
  const request = await purchase();
  const broken = { ...request, fields: { ...request.fields, 4: "12" } };
  await expect(link.request(broken, 1_000)).rejects.toMatchObject({ name: "IsoFormatError" });
  expect((await link.request(request, 1_000)).fields[39]).toBe("00");
});

it("echoes of the host are answered; when it signs off, the link goes down and comes back", async () => {
  const { peer, up } = await open();
  await up();
  peer.send({ mti: "0800", fields: { 7: "0714101112", 11: "777777", 70: "301" } });
  await peer.until(() => peer.heard.some(({ mti, fields }) => mti === "0810" && fields[11] === "777777"));
  peer.send({ mti: "0800", fields: { 7: "0714101113", 11: "777778", 70: "002" } });
  await peer.until(() => peer.connections === 2);
  await up();
});

it("a host that is not there is tried again until it is", async () => {
  const gone = await openPeer();
  const { address } = gone;
  await gone.close();
  const { promise: triedTwice, resolve } = Promise.withResolvers<void>();
  let failures = 0;
  const warn = () => void (++failures === 2 && resolve());
  const { up } = await open({ address, log: { info: () => {}, warn } });
  await triedTwice;
  const peer = await openPeer(address.port);
  closing.unshift(() => peer.close());
  await up();
  expect(peer.heard[0]?.fields[70]).toBe("001");
});
