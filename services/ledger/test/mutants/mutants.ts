/** Small ways to break the ledger. The tests must notice each of them. */

/** One change of one place. */
export interface Mutant {
  readonly name: string;
  /** Below services/ledger. */
  readonly file: string;
  /** Found exactly once. */
  readonly find: string;
  readonly replace: string;
}

const domain = (name: string, file: string, find: string, replace: string): Mutant => ({
  name,
  file: `domain/${file}.ts`,
  find,
  replace,
});
const engine = (name: string, file: string, find: string, replace: string): Mutant => ({
  name,
  file: `engine/${file}.ts`,
  find,
  replace,
});
const store = (name: string, file: string, find: string, replace: string): Mutant => ({
  name,
  file: `store/${file}.ts`,
  find,
  replace,
});

export const MUTANTS: readonly Mutant[] = [
  domain(
    "drops the debit limit",
    "judge-movement",
    'if (debits > debit.creditsPosted + debit.overdraftLimit) return "exceeds_credits";',
    "",
  ),
  domain(
    "drops the credit limit",
    "judge-movement",
    'if (credits > credit.debitsPosted + credit.overdraftLimit) return "exceeds_debits";',
    "",
  ),
  domain(
    "forgets the overdraft",
    "judge-movement",
    "debit.creditsPosted + debit.overdraftLimit",
    "debit.creditsPosted",
  ),
  domain(
    "lets credits overflow",
    "judge-movement",
    "debits > MAX_BALANCE || credits > MAX_BALANCE",
    "debits > MAX_BALANCE",
  ),
  domain(
    "moves to and from closed accounts",
    "judge-movement",
    'if (debit.closed) return "debit_account_already_closed";',
    "",
  ),
  domain("balances below nothing", "judge-movement", "return most > 0n ? most : 0n;", "return most;"),
  domain(
    "takes an import of the last time",
    "judge-movement",
    "bookTimeNs <= books.lastTransferTimeNs",
    "bookTimeNs < books.lastTransferTimeNs",
  ),
  domain("reverses without end", "books", "original.reversed += amount;", ""),
  domain(
    "balances without what is pending",
    "account",
    "- account.debitsPosted - account.debitsPending",
    "- account.debitsPosted",
  ),
  domain(
    "posts twice",
    "judge-resolution",
    'if (pending.state === "posted") return "pending_transfer_already_posted";',
    "",
  ),
  domain("posts what is over by a nanosecond", "judge-resolution", "expiresNs <= timeNs", "expiresNs < timeNs"),
  domain(
    "posts to closed accounts",
    "judge-resolution",
    'if (credit.closed) return refused("credit_account_already_closed");',
    "",
  ),
  domain(
    "releases too little",
    "judge-resolution",
    "released: pending.amount",
    "released: asked.amount ?? pending.amount",
  ),
  domain("voids a part", "judge-resolution", "asked.phase === PHASE.void && transfer.amount < pending.amount", "false"),
  domain("loses the rollback of a chain", "create-transfers", "undo.reverse()", "undo.slice(0, 0)"),
  domain("rolls a chain back in the wrong order", "create-transfers", "undo.reverse()", "undo"),
  domain(
    "spends no id in a chain",
    "create-transfers",
    "      if (isTransient(result.status)) {",
    "      if (result.status === null) {",
  ),
  domain(
    "spends no id alone",
    "create-transfers",
    "  if (isTransient(result.status)) {\n    addFailure",
    "  if (result.status === null) {\n    addFailure",
  ),
  domain(
    "expires before its time",
    "expire",
    "(expiryTimeNs(pending) ?? nowNs) > nowNs",
    "(expiryTimeNs(pending) ?? nowNs) > nowNs + 9_000_000_000n",
  ),
  domain("keeps closed what was voided", "books", "      reopen(pending, debit, credit);\n", ""),
  domain("does not close", "books", "    debit.closed = true;", ""),
  domain("follows a clock that goes back", "books", "return nowNs > last ? nowNs : last + 1n;", "return nowNs;"),
  domain(
    "lets what a chain resolved never expire",
    "books",
    "    if (couldExpire) {",
    "    if (pending.flags === -1) {",
  ),
  domain("forgets what was resolved", "books", "  books.transfers.set(pending.id, pending);\n", ""),
  domain("forgets the largest id", "books", "    books.largestId = id;", ""),
  domain("takes every amount for the same", "judge-existing", "isBalancing || isWholePost ?", "existing.id !== '' ?"),
  domain("takes part of the labels for all", "metadata", "    keys.length === Object.keys(other).length &&\n", ""),
  domain("expires the last first", "timeout-queue", ": one.timeNs > other.timeNs", ": one.timeNs < other.timeNs"),
  domain("forgets what is used", "recent-map", "      this.#current.set(key, older);\n", ""),
  domain(
    "makes an account again",
    "create-accounts",
    "if (existing !== undefined) {",
    "if (existing !== undefined && existing.lastNumber < 0) {",
  ),
  engine("replies before it is durable", "shard", "    lastCommit.then(\n", "    Promise.resolve().then(\n"),
  engine("sends the epoch of another", "shard", "epoch: writer.epoch,", "epoch: 1,"),
  engine(
    "writes over what is being sent",
    "shard",
    "buffers.pop() ?? new CopyBuffer()",
    "buffers[0] ?? new CopyBuffer()",
  ),
  engine("does not note who was debited", "shard", "      entry.debit.lastNumber = own;\n", ""),
  engine(
    "decides by what was forgotten",
    "shard",
    "forgotten === resident.forgotten ? resident.find(job.tenant) : resident.booksFor(job)",
    "resident.find(job.tenant)",
  ),
  engine(
    "loads before there is room, for ever",
    "shard",
    "        ready.push(...jobs.map(",
    "        isLoading = false;\n        ready.push(...jobs.map(",
  ),
  engine(
    "forgets accounts that are newer than the checkpoint",
    "resident",
    "account.lastNumber <= number",
    "account.lastNumber <= Number.MAX_SAFE_INTEGER",
  ),
  engine(
    "forgets accounts of what is pending",
    "resident",
    "[transfer.debitAccountId, transfer.creditAccountId]",
    "[transfer.debitAccountId]",
  ),
  engine("forgets timeouts", "resident", ".books.timeouts.add(transfer);", ".books.timeouts.find(transfer.id);"),
  engine("takes what it forgot for new", "resident", "        tenant.largestForgottenId = id;\n", ""),
  engine("forgets what is not yet durable", "resident", " && number >= decidedAtRotation", ""),
  engine("trusts a read that is old", "resident", "      if (forgotten === before) {", "      if (before >= 0) {"),
  engine(
    "loads accounts over newer ones",
    "resident",
    "if (!books.accounts.has(account.id)) {\n        account",
    "{\n        account",
  ),
  engine(
    "loads transfers over newer ones",
    "resident",
    "      if (findTransfer(books, transfer.id) === undefined) {\n        books",
    "      {\n        books",
  ),
  engine("lets one expiry overtake another", "expiries", "underWay.has(tenant) ? [] : ", ""),
  engine(
    "does not look again for what could not be expired",
    "expiries",
    "          putBack(books.timeouts, due);\n",
    "",
  ),
  engine("does not ask for what is reversed", "native-ledger", "      referred.push(reversesId);\n", ""),
  store(
    "leaves a gap in the numbers",
    "encode-batch",
    "const first = head.before.number + 1;",
    "const first = head.before.number + 2;",
  ),
  store("hashes nothing", "encode-batch", "      hash.update(to.slice(start));\n", ""),
  store(
    "notes the wrong last times",
    "encode-batch",
    "map(([, { lastTransferTimeNs }]) => lastTransferTimeNs)",
    "map(([, { lastAccountTimeNs }]) => lastAccountTimeNs)",
  ),
  store("counts days from the wrong one", "log-rows", "transfer.valueDate - EPOCH_DAYS", "transfer.valueDate"),
  store("forgets reversals on load", "load", "reversed: BigInt(row.reversed ?? 0)", "reversed: 0n"),
];
