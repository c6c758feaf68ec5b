/** Cuts a request into what TigerBeetle takes at once. */
import type { Transfer } from "#gen/malla/ledger/v1/ledger_pb.js";
import { normalUuid } from "./ids.ts";
import { MAX_BATCH } from "./tigerbeetle.ts";

/** Transfers that succeed or fail together: one, or linked ones. */
export type Chain = readonly Transfer[];

/** Chains of a request, in order. The last one's last is linked only where the request ended too soon. */
export function chainsOf(transfers: readonly Transfer[]): Chain[] {
  const chains: Transfer[][] = [];
  let chain: Transfer[] | undefined;
  for (const transfer of transfers) {
    if (chain === undefined) {
      chain = [];
      chains.push(chain);
    }
    chain.push(transfer);
    if (!transfer.linked) {
      chain = undefined;
    }
  }
  return chains;
}

/**
 * Runs of chains: at most as many transfers as TigerBeetle takes, and no reversal of what an earlier chain of the same run
 * books or reverses: the adapter is its judge, and must know what became of those.
 */
export function runsOf(chains: readonly Chain[]): Chain[][] {
  const runs: Chain[][] = [];
  let run: Chain[] = [];
  let size = 0;
  let touched = new Set<string>();
  for (const chain of chains) {
    const named = chain.flatMap(({ reversesId }) => (reversesId === "" ? [] : [normalUuid(reversesId)]));
    if (run.length > 0 && (size + chain.length > MAX_BATCH || named.some((id) => touched.has(id)))) {
      runs.push(run);
      run = [];
      size = 0;
      touched = new Set();
    }
    run.push(chain);
    size += chain.length;
    for (const { id, reversesId } of chain) {
      touched.add(normalUuid(id));
      touched.add(normalUuid(reversesId));
    }
  }
  return run.length > 0 ? [...runs, run] : runs;
}
