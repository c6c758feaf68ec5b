import { expect, it } from "vitest";
import { openBooks } from "../domain/books.ts";
import { play } from "../domain/testing/table.ts";
import { openExpiries } from "./expiries.ts";
import type { Job } from "./job.ts";

const DUE_MS = 1_700_000_010_000;

it("one expiry of a tenant never overtakes another", () => {
  const { books, jobs, expiries } = open();
  expiries.submit(DUE_MS - 5_000);
  expiries.submit(DUE_MS);
  expect(jobs.length).toBe(1);
  jobs[0]?.decide(books, BigInt(DUE_MS) * 1_000_000n);
  expiries.submit(DUE_MS);
  jobs[1]?.decide(books, BigInt(DUE_MS) * 1_000_000n);
  expect([jobs.length, books.timeouts.size]).toEqual([2, 0]);
});

it("what could not be expired is looked at again", () => {
  const { books, jobs, expiries } = open();
  expiries.submit(DUE_MS);
  jobs[0]?.fail(new Error("too late"));
  expiries.submit(DUE_MS);
  jobs[1]?.decide(books, BigInt(DUE_MS) * 1_000_000n);
  expect([jobs.length, books.timeouts.size]).toEqual([2, 0]);
});

/** Two pending transfers, of which one expires after a second and one after nine. */
function open() {
  const books = openBooks();
  const story = `
    account A1                               created
    account A2                               created
    transfer T1 A1 A2 1 pending timeout=1    created
    transfer T2 A1 A2 1 pending timeout=9    created`;
  expect(play(story, books)).toEqual([]);
  const jobs: Job[] = [];
  const due = (nowNs: bigint) => ((books.timeouts.nextTimeNs() ?? nowNs + 1n) <= nowNs ? [{ tenant: "t", books }] : []);
  const expiries = openExpiries({ shard: { submit: (job) => void jobs.push(job) }, resident: { due } });
  return { books, jobs, expiries };
}
