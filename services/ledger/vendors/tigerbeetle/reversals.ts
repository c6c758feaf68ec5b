/** Which reversals are refused: TigerBeetle knows none, so the adapter judges, one request at a time per reversed transfer. */
import { CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { type Transfer, TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { Books } from "./books.ts";
import { idOf, normalUuid } from "./ids.ts";
import { fromTransferFlags } from "./mapping.ts";
import type { ReversalNote } from "./side-store.ts";
import type { TbTransfer } from "./tigerbeetle.ts";

/** What of a transfer its reversals are judged by. */
type Original = Pick<TbTransfer, "debit_account_id" | "credit_account_id" | "amount" | "flags">;

/** Judges reversals. */
export interface ReversalJudge {
  /** Begins a chain: what it does counts only within it. */
  beginChain(): void;
  /** Takes note of a transfer of the chain, which later ones may reverse. */
  add(transfer: TbTransfer): void;
  faultOf(reversal: Transfer): CreateTransferStatus | undefined;
}

/** Reads what is reversed, and how much of it is already. To be called where nobody else reverses the same. */
export async function openReversalJudge(
  { tenant, cluster }: Books,
  reversesIds: readonly string[],
  notes: readonly ReversalNote[],
): Promise<ReversalJudge> {
  const originals = await cluster.lookupTransfers(new Set(reversesIds.map((id) => idOf(tenant, id))));
  const originalById = new Map<bigint, Original>(originals.map((original) => [original.id, original]));
  const booked = new Map(
    (await cluster.lookupTransfers(new Set(notes.map(({ id }) => idOf(tenant, id))))).map((one) => [one.id, one]),
  );
  const reversed = new Map<bigint, bigint>();
  for (const { id, digest, reversesId } of notes) {
    const reversal = booked.get(idOf(tenant, id));
    // Of several notes of one id, the digest says which was booked.
    if (reversal !== undefined && reversal.user_data_64 === digest) {
      const originalId = idOf(tenant, reversesId);
      reversed.set(originalId, (reversed.get(originalId) ?? 0n) + reversal.amount);
    }
  }
  let inChain = new Map<bigint, Original>();
  return {
    beginChain() {
      inChain = new Map();
    },
    add(transfer) {
      inChain.set(transfer.id, transfer);
    },
    faultOf(reversal) {
      const originalId = idOf(tenant, normalUuid(reversal.reversesId));
      const original = originalById.get(originalId) ?? inChain.get(originalId);
      if (original === undefined) return CreateTransferStatus.REVERSED_TRANSFER_NOT_FOUND;
      const { phase } = fromTransferFlags(original.flags);
      if (phase !== TransferPhase.UNSPECIFIED && phase !== TransferPhase.POST_PENDING) {
        return CreateTransferStatus.REVERSED_TRANSFER_NOT_POSTED;
      }
      const isMirrored =
        idOf(tenant, normalUuid(reversal.debitAccountId)) === original.credit_account_id &&
        idOf(tenant, normalUuid(reversal.creditAccountId)) === original.debit_account_id;
      if (!isMirrored) return CreateTransferStatus.REVERSAL_MUST_MIRROR_ACCOUNTS;
      const amount = reversal.amount?.minorUnits ?? 0n;
      const sum = (reversed.get(originalId) ?? 0n) + amount;
      if (sum > original.amount) return CreateTransferStatus.EXCEEDS_REVERSED_TRANSFER_AMOUNT;
      reversed.set(originalId, sum);
      return undefined;
    },
  };
}
