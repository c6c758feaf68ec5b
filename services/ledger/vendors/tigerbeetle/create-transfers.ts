/** Books transfers. Notes go first, so that no transfer is ever without its own; then the cluster decides. */
import type { Transfer } from "#gen/malla/ledger/v1/ledger_pb.js";
import { accountFacts, type Books, ledgerKeys } from "./books.ts";
import { type Chain, chainsOf, runsOf } from "./chains.ts";
import { vendorUnimplemented } from "./errors.ts";
import { idOf, normalUuid } from "./ids.ts";
import { digestOfTransferNote, noteOfTransfer } from "./notes.ts";
import { isResolution, type PreparedTransfer, prepareTransfer, type Surroundings } from "./prepare-transfer.ts";
import { openReversalJudge, type ReversalJudge } from "./reversals.ts";
import type { ReversalNote } from "./side-store.ts";
import { MAX_BATCH } from "./tigerbeetle.ts";
import { type TransferResult, transferResults } from "./transfer-results.ts";

/** Books transfers; one result per transfer, in order. */
export async function createTransfers(books: Books, asked: readonly Transfer[]): Promise<TransferResult[]> {
  const imports = asked[0]?.importTime !== undefined;
  const chains = chainsOf(asked);
  if (chains.some(({ length }) => length > MAX_BATCH)) {
    throw vendorUnimplemented(`a chain of more than ${MAX_BATCH} transfers`);
  }
  const results: TransferResult[] = [];
  for (const run of runsOf(chains)) {
    results.push(...(await bookRun(books, run, imports)));
  }
  return results;
}

/** Chains that TigerBeetle is asked for at once. */
async function bookRun(books: Books, run: readonly Chain[], imports: boolean): Promise<TransferResult[]> {
  await saveNotes(books, run.flat());
  const accounts = await accountFacts(
    books,
    run.flat().flatMap(({ debitAccountId, creditAccountId }) => [debitAccountId, creditAccountId].map(toTbId)),
  );
  const pendingOf = await readPending(books, run);
  const reversesIds = run.flat().flatMap(({ reversesId }) => (reversesId === "" ? [] : [normalUuid(reversesId)]));

  const book = async (notes: readonly ReversalNote[]) => {
    const judge = await openReversalJudge(books, reversesIds, notes);
    const prepared = run.flatMap((chain) =>
      prepareChain(chain, judge, {
        tenant: books.tenant,
        imports,
        accounts,
        pendingOf,
        faultOfReversal: judge.faultOf,
      }),
    );
    return { prepared, answers: await books.cluster.createTransfers(prepared.map(({ transfer }) => transfer)) };
  };
  const { prepared, answers } =
    reversesIds.length === 0 ? await book([]) : await books.side.reversing(reversesIds, book);
  return transferResults(books, run, prepared, answers);

  function toTbId(id: string): bigint {
    return idOf(books.tenant, normalUuid(id));
  }
}

function prepareChain(chain: Chain, judge: ReversalJudge, around: Surroundings): PreparedTransfer[] {
  judge.beginChain();
  return chain.map((asked) => {
    const prepared = prepareTransfer(asked, around);
    judge.add(prepared.transfer);
    return prepared;
  });
}

async function saveNotes({ side }: Books, asked: readonly Transfer[]): Promise<void> {
  const rows = asked
    .map((transfer) => ({ id: normalUuid(transfer.id), note: noteOfTransfer(transfer) }))
    .map((row) => ({ ...row, digest: digestOfTransferNote(row.note) }))
    .filter(({ digest }) => digest !== 0n);
  if (rows.length > 0) {
    await side.saveTransferNotes(rows);
  }
}

/** Pending transfers whose amount or currency a post or void names, in the cluster or in the same chain. */
async function readPending(books: Books, run: readonly Chain[]): Promise<Surroundings["pendingOf"]> {
  const { tenant, cluster } = books;
  const named = run.flat().filter((transfer) => isResolution(transfer) && transfer.amount !== undefined);
  const ids = new Set(named.map(({ pendingId }) => idOf(tenant, normalUuid(pendingId))));
  const found = ids.size === 0 ? [] : await cluster.lookupTransfers(ids);
  const keyOf = await ledgerKeys(
    books,
    found.map(({ ledger }) => ledger),
  );
  const known = new Map(
    found.map(({ id, amount, ledger }) => [id, { amount, currencyCode: keyOf(ledger).currencyCode }]),
  );
  if (named.length > 0) {
    for (const { id, amount } of run.flat()) {
      const tbId = idOf(tenant, normalUuid(id));
      if (amount !== undefined && ids.has(tbId) && !known.has(tbId)) {
        known.set(tbId, { amount: amount.minorUnits, currencyCode: amount.currencyCode });
      }
    }
  }
  return (pendingId) => known.get(idOf(tenant, pendingId));
}
