import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, inject, it, vi } from "vitest";
import { openLogger } from "../telemetry/log.ts";
import { type Bus, connectBus } from "./bus.ts";

let bus: Bus;
const decoder = new TextDecoder();
const bytes = (text: string) => new TextEncoder().encode(text);

beforeAll(async () => {
  bus = await connectBus(inject("natsUrl"), "test", openLogger("test", "error"));
});
afterAll(() => bus.close());

const newBucket = () => bus.openKeyValues(`test_${randomUUID().replaceAll("-", "")}`);

it("a value is read back with the revision that only a put after it passes", async () => {
  const bucket = await newBucket();
  expect(await bucket.get("a.b")).toBeUndefined();
  expect(await bucket.putIf("a.b", bytes("one"), 0)).toBe(true);
  const first = await bucket.get("a.b");
  expect(decoder.decode(first?.value)).toBe("one");
  expect(await bucket.putIf("a.b", bytes("again"), 0)).toBe(false);
  expect(await bucket.putIf("a.b", bytes("two"), first?.revision ?? 0)).toBe(true);
  expect(await bucket.putIf("a.b", bytes("late"), first?.revision ?? 0)).toBe(false);
  expect(decoder.decode((await bucket.get("a.b"))?.value)).toBe("two");
});

it("a removed value is gone, and can be put anew", async () => {
  const bucket = await newBucket();
  await bucket.put("key", bytes("value"));
  await bucket.remove("key");
  expect(await bucket.get("key")).toBeUndefined();
  expect(await bucket.keys(">")).toEqual([]);
  expect(await bucket.putIf("key", bytes("value"), 0)).toBe(true);
  expect(await bucket.keys(">")).toEqual(["key"]);
});

it("who watches hears of what is there, then that it was all, then of each change that the filter takes in", async () => {
  const bucket = await newBucket();
  await bucket.put("in.one", bytes("1"));
  await bucket.put("out.one", bytes("1"));
  const heard: string[] = [];
  const stop = new AbortController();
  const watching = bucket.watch(
    "in.>",
    {
      changed: (key, value) => heard.push(`${key}=${value === undefined ? "" : decoder.decode(value)}`),
      synced: () => heard.push("synced"),
    },
    stop.signal,
  );
  await vi.waitFor(() => expect(heard).toEqual(["in.one=1", "synced"]));
  await bucket.put("in.two", bytes("2"));
  await bucket.put("out.two", bytes("2"));
  await bucket.remove("in.one");
  await vi.waitFor(() => expect(heard).toEqual(["in.one=1", "synced", "in.two=2", "in.one="]));
  stop.abort();
  await watching;
});

it("who watches an empty bucket hears that it was all", async () => {
  const bucket = await newBucket();
  const stop = new AbortController();
  const synced = vi.fn();
  const watching = bucket.watch(">", { changed: () => {}, synced }, stop.signal);
  await vi.waitFor(() => expect(synced).toHaveBeenCalled());
  stop.abort();
  await watching;
});
