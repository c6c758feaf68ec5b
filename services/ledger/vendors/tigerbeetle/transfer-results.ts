/** Reads TigerBeetle's answers to transfers as the contract's results. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import type { CreateTransferResultSchema } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { meshError } from "#platform/errors/mesh-errors.ts";
import type { Books } from "./books.ts";
import type { Chain } from "./chains.ts";
import { normalUuid } from "./ids.ts";
import { fromTimeNs } from "./mapping.ts";
import type { PreparedTransfer } from "./prepare-transfer.ts";
import { type NotedTransfer, noteTransfers } from "./read-transfers.ts";
import { compareTransfer } from "./same-transfer.ts";
import { type TbTransferStatus, TRANSIENT, toTransferStatus, transferStatusName } from "./statuses.ts";
import type { TbResult } from "./tigerbeetle.ts";

/** What became of one transfer. */
export type TransferResult = MessageInitShape<typeof CreateTransferResultSchema>;

interface Answered extends PreparedTransfer {
  readonly name: TbTransferStatus;
  readonly timestamp: bigint;
}

/** What became of each transfer of a run, in order. Remembers how ids were spent. */
export async function transferResults(
  books: Books,
  run: readonly Chain[],
  prepared: readonly PreparedTransfer[],
  answers: readonly TbResult[],
): Promise<TransferResult[]> {
  const answered = prepared.map((item, index): Answered => {
    const answer = answers[index];
    if (answer === undefined) {
      throw new Error("TigerBeetle answers every item");
    }
    return { ...item, name: transferStatusName(answer.status), timestamp: answer.timestamp };
  });
  let start = 0;
  const chains = run.map(({ length }) => {
    start += length;
    return answered.slice(start - length, start);
  });
  const existing = await readExisting(books, chains);
  const firstStatuses = await readFirstStatuses(books, answered);
  const results = chains.flatMap((chain) => {
    const replay = replayOf(chain, existing);
    return replay ?? chain.map((item) => resultOf(item, existing, firstStatuses));
  });
  const failures = results.flatMap(({ status = CreateTransferStatus.UNSPECIFIED }, index) => {
    const id = answered[index]?.asked.id;
    return id !== undefined && TRANSIENT.has(status) ? [{ id: normalUuid(id), status }] : [];
  });
  if (failures.length > 0) {
    await books.side.saveFailures(failures);
  }
  return results;
}

function resultOf(
  { asked, transfer, name, timestamp, faults, lacksAccount }: Answered,
  existing: ReadonlyMap<bigint, NotedTransfer>,
  firstStatuses: ReadonlyMap<string, CreateTransferStatus>,
): TransferResult {
  const known = existing.get(transfer.id);
  if (name.startsWith("exists") && known !== undefined) {
    const status = compareTransfer(known, asked);
    return status === CreateTransferStatus.EXISTS
      ? { status, bookTime: fromTimeNs(known.transfer.timestamp) }
      : { status };
  }
  if (lacksAccount && name === "transfer_must_have_the_same_ledger_as_accounts") {
    // The account was made meanwhile. Nothing was booked of this one, and the id is not spent.
    throw meshError("DEPENDENCY_UNAVAILABLE", { message: "an account was being made; send again" });
  }
  const status = faults[name] ?? toTransferStatus(name);
  if (status === CreateTransferStatus.CREATED) {
    return { status, bookTime: fromTimeNs(timestamp) };
  }
  const firstStatus = status === CreateTransferStatus.ID_ALREADY_FAILED && firstStatuses.get(normalUuid(asked.id));
  return firstStatus ? { status, firstStatus } : { status };
}

/** A chain that was booked before and is sent again whole: to TigerBeetle, its first member exists and fails the others. */
function replayOf(
  chain: readonly Answered[],
  existing: ReadonlyMap<bigint, NotedTransfer>,
): TransferResult[] | undefined {
  const results = chain.map(({ asked, transfer }) => {
    const known = existing.get(transfer.id);
    const isSame = known !== undefined && compareTransfer(known, asked) === CreateTransferStatus.EXISTS;
    return isSame ? { status: CreateTransferStatus.EXISTS, bookTime: fromTimeNs(known.transfer.timestamp) } : undefined;
  });
  const isWhole = chain.at(-1)?.asked.linked === false && chain[0]?.name.startsWith("exists") === true;
  const replayed = results.filter((result) => result !== undefined);
  return isWhole && replayed.length === chain.length ? replayed : undefined;
}

/** Everything of chains in which TigerBeetle found an id taken. */
async function readExisting(
  books: Books,
  chains: readonly (readonly Answered[])[],
): Promise<Map<bigint, NotedTransfer>> {
  const ids = chains
    .filter((chain) => chain.some(({ name }) => name.startsWith("exists")))
    .flatMap((chain) => chain.map(({ transfer }) => transfer.id));
  const found = ids.length === 0 ? [] : await books.cluster.lookupTransfers(new Set(ids));
  return new Map((await noteTransfers(books, found)).map((noted) => [noted.transfer.id, noted]));
}

async function readFirstStatuses(
  { side }: Books,
  answered: readonly Answered[],
): Promise<Map<string, CreateTransferStatus>> {
  const ids = answered.filter(({ name }) => name === "id_already_failed").map(({ asked }) => normalUuid(asked.id));
  return ids.length === 0 ? new Map() : side.failuresOf(ids);
}
