/**
 * What has become of pending transfers. TigerBeetle knows, and says so only to who would resolve one: a chain is sent
 * that would void it and whose second member cannot be booked. Nothing of it has effect, and no id of it is spent.
 */
import { PendingState } from "#gen/malla/ledger/v1/ledger_pb.js";
import { type Books, isFinal } from "./books.ts";
import { probeId } from "./ids.ts";
import { type TbTransferStatus, transferStatusName } from "./statuses.ts";
import { BLANK_TRANSFER, MAX_BATCH, type TbTransfer, TRANSFER_FLAG } from "./tigerbeetle.ts";

const STATES: Partial<Record<TbTransferStatus, PendingState>> = {
  linked_event_failed: PendingState.PENDING,
  pending_transfer_already_posted: PendingState.POSTED,
  pending_transfer_already_voided: PendingState.VOIDED,
  pending_transfer_expired: PendingState.EXPIRED,
};

/** Two members each. */
const PROBES_PER_BATCH = Math.floor(MAX_BATCH / 2);

/** States by TigerBeetle's ids of pending transfers. */
export async function pendingStates(books: Books, ids: Iterable<bigint>): Promise<Map<bigint, PendingState>> {
  const states = new Map<bigint, PendingState>();
  const open: bigint[] = [];
  for (const id of new Set(ids)) {
    const state = books.known.states.get(id);
    if (state === undefined) {
      open.push(id);
    } else {
      states.set(id, state);
    }
  }
  for (let start = 0; start < open.length; start += PROBES_PER_BATCH) {
    const asked = open.slice(start, start + PROBES_PER_BATCH);
    const results = await books.cluster.createTransfers(asked.flatMap((id) => probe(id)));
    for (const [index, id] of asked.entries()) {
      const name = transferStatusName(results[2 * index]?.status ?? 0);
      const state = STATES[name];
      if (state === undefined) {
        throw new Error(`asked for a pending transfer's state, TigerBeetle answered ${name}`);
      }
      states.set(id, state);
      if (isFinal(state)) {
        books.known.states.set(id, state);
      }
    }
  }
  return states;
}

function probe(pendingId: bigint): TbTransfer[] {
  const id = probeId(pendingId);
  return [
    { ...BLANK_TRANSFER, id, pending_id: pendingId, flags: TRANSFER_FLAG.linked | TRANSFER_FLAG.void },
    // Debits the account that is none: refused whatever the books hold.
    { ...BLANK_TRANSFER, id: id ^ 1n },
  ];
}
