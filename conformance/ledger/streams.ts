/** Streams: many requests, each answered on its own. */
import assert from "node:assert/strict";
import { Code } from "@connectrpc/connect";
import { account, deposit, pending, transfer } from "./build.ts";
import { type ClauseGroup, clause } from "./clause.ts";
import { fails } from "./expect.ts";
import { openStream } from "./stream.ts";

export const streams: ClauseGroup = {
  name: "streams",
  clauses: [
    clause(
      "LedgerService.StreamTransfers",
      "each request is answered with its sequence and results",
      async (ledger) => {
        const [cash, ana] = [account(), deposit()];
        await ledger.make(cash, ana);
        const stream = openStream(ledger.client);
        const requests = Array.from({ length: 20 }, (_, index) => ({
          sequence: BigInt(1_000 - index),
          transfers: [transfer(cash, ana, 1n), transfer(cash, cash, 1n)],
        }));
        requests.forEach(stream.send);
        const answers = await stream.take(requests.length);
        stream.end();
        assert.deepEqual(await stream.take(1), [], "nothing comes after the last answer");
        assert.deepEqual(
          answers.map(({ sequence }) => sequence).sort(),
          requests.map(({ sequence }) => sequence).sort(),
        );
        for (const { results, error } of answers) {
          assert.equal(error, undefined);
          const names = ledger.note(...results.map(({ status }) => status));
          assert.deepEqual(names, ["CREATED", "ACCOUNTS_MUST_BE_DIFFERENT"]);
        }
        assert.deepEqual(await ledger.sums(ana), [0n, 0n, 20n, 0n]);
      },
    ),

    clause("LedgerService.StreamTransfers", "what is sent before the end is answered after it", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const stream = openStream(ledger.client);
      for (let sequence = 0n; sequence < 50n; sequence++) {
        stream.send({ sequence, transfers: [transfer(cash, ana, 1n)] });
      }
      stream.end();
      assert.equal((await stream.take(51)).length, 50);
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 50n, 0n]);
    }),

    clause("LEDGER-036", "a request of a stream that fails, fails alone", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const stream = openStream(ledger.client);
      stream.send({ sequence: 1n, transfers: [transfer(cash, ana, 1n)] });
      // What a ledger may be unable to store; one that can answers as for any other.
      stream.send({ sequence: 2n, transfers: [transfer(cash, ana, 100n, { metadata: { memo: "a\u0000b" } })] });
      stream.send({ sequence: 3n, transfers: [transfer(cash, ana, 1n)] });
      const answers = new Map((await stream.take(3)).map((answer) => [answer.sequence, answer]));
      stream.end();
      const isRefused = answers.get(2n)?.error !== undefined;
      const seen = [1n, 2n, 3n].map((sequence) => answers.get(sequence));
      assert.deepEqual(
        seen.map((answer) => [answer?.error !== undefined, answer?.results.length]),
        [
          [false, 1],
          [isRefused, isRefused ? 0 : 1],
          [false, 1],
        ],
      );
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, isRefused ? 2n : 102n, 0n]);
    }),

    clause(
      "LEDGER-036",
      "one that breaks a rule of the contract ends the stream, once others are answered",
      async (ledger) => {
        const [cash, ana] = [account(), deposit()];
        await ledger.make(cash, ana);
        const broken = [[], [transfer(cash, ana, 1n), transfer(cash, ana, 1n, { code: 70_000 })]];
        for (const transfers of broken) {
          const stream = openStream(ledger.client);
          stream.send({ sequence: 1n, transfers: [transfer(cash, ana, 10n)] });
          const [answer] = await stream.take(1);
          stream.send({ sequence: 2n, transfers });
          assert.deepEqual([answer?.sequence, answer?.results.length], [1n, 1]);
          await fails(stream.take(1), Code.InvalidArgument, "VALIDATION_FAILED", "malla");
        }
        assert.deepEqual(await ledger.sums(ana), [0n, 0n, 20n, 0n]);
      },
    ),

    clause(
      "LedgerService.StreamTransfers",
      "a stream cut in the middle loses nothing that was answered",
      async (ledger) => {
        const [cash, ana] = [account(), deposit()];
        await ledger.make(cash, ana);
        const stream = openStream(ledger.client);
        const requests = Array.from({ length: 40 }, (_, index) => ({
          sequence: BigInt(index),
          transfers: [transfer(cash, ana, 1n), transfer(cash, ana, 1n)],
        }));
        requests.forEach(stream.send);
        const answered = new Set((await stream.take(5)).map(({ sequence }) => sequence));
        await stream.cut();
        assert.equal(answered.size, 5);
        for (const { sequence, transfers } of requests) {
          const statuses = await ledger.send(...transfers);
          const allowed = answered.has(sequence) ? ["EXISTS"] : ["EXISTS", "CREATED"];
          assert.ok(
            statuses.every((status) => allowed.includes(status)),
            `request ${sequence} answered ${statuses}`,
          );
        }
        assert.deepEqual(await ledger.sums(ana), [0n, 0n, 80n, 0n]);
      },
    ),

    clause("LEDGER-023", "a chain of a stream ends within its request", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const stream = openStream(ledger.client);
      stream.send({ sequence: 1n, transfers: [transfer(cash, ana, 1n, { linked: true })] });
      stream.send({ sequence: 2n, transfers: [pending(cash, ana, 1n)] });
      const answers = new Map((await stream.take(2)).map(({ sequence, results }) => [sequence, results]));
      stream.end();
      const statuses = [1n, 2n].flatMap((sequence) => answers.get(sequence) ?? []).map(({ status }) => status);
      assert.deepEqual(ledger.note(...statuses), ["LINKED_EVENT_CHAIN_OPEN", "CREATED"]);
    }),
  ],
};
