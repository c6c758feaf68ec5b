/** Reads what the writer sends as PostgreSQL would: statements, and for each COPY its rows in binary. */
import assert from "node:assert/strict";

/** A field of a row; ids as 16 characters. */
export type Field = bigint | number | string | boolean | null;

/** A row of the log as it was sent. */
export interface SentRow {
  readonly table: string;
  readonly fields: Readonly<Record<string, Field>>;
  readonly bytes: Buffer;
}

/** The arguments of commit_batch. */
export interface CommitCall {
  readonly epoch: number;
  readonly batch: number;
  readonly first: number;
  readonly last: number;
  readonly hash: Buffer;
  readonly tenants: readonly { readonly name: string; readonly accountNs: bigint; readonly transferNs: bigint }[];
}

export interface ParsedBatch {
  readonly rows: readonly SentRow[];
  readonly commit: CommitCall;
}

const TYPES: Readonly<Record<string, string>> = {
  number: "int8",
  tenant_id: "text",
  id: "uuid",
  ledger: "int8",
  currency_code: "text",
  code: "int4",
  balance_constraint: "int2",
  overdraft_limit: "int8",
  keeps_history: "bool",
  made_closed: "bool",
  is_imported: "bool",
  create_time_ns: "int8",
  metadata: "text",
  phase: "int2",
  flags: "int2",
  debit_account_id: "uuid",
  credit_account_id: "uuid",
  amount: "int8",
  book_time_ns: "int8",
  pending_id: "uuid",
  released: "int8",
  timeout_seconds: "int8",
  value_date: "int4",
  reverses_id: "uuid",
  status: "text",
};
const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0", "latin1");
const HEADER_BYTES = SIGNATURE.length + 8;

/** Undefined where the bytes end before everything that the statements ask for is there: then nothing of it happens. */
export function parseBatch(bytes: Buffer): ParsedBatch | undefined {
  const messages = messagesOf(bytes);
  const query = messages[0];
  if (query === undefined) {
    return undefined;
  }
  assert.equal(query.type, "Q", "a batch begins with its statements");
  const text = query.body.subarray(0, -1).toString();
  assert.equal(query.body.at(-1), 0, "statements end with a zero");
  const statements = text.split(";");
  const rows: SentRow[] = [];
  let next = 1;
  for (const statement of statements.slice(0, -1)) {
    const match = /^copy (\w+) \(([\w, ]+)\) from stdin binary$/.exec(statement);
    assert(match !== null, `no COPY: ${statement}`);
    const data: Buffer[] = [];
    for (; messages[next]?.type === "d"; next++) {
      data.push(messages[next]?.body ?? Buffer.alloc(0));
    }
    if (messages[next]?.type !== "c") {
      return undefined;
    }
    next++;
    rows.push(...rowsOf(match[1] ?? "", (match[2] ?? "").split(", "), Buffer.concat(data)));
  }
  assert.equal(next, messages.length, "nothing comes after the rows");
  return { rows, commit: commitOf(statements.at(-1) ?? "") };
}

function messagesOf(bytes: Buffer): { type: string; body: Buffer }[] {
  const messages: { type: string; body: Buffer }[] = [];
  for (let offset = 0; offset + 5 <= bytes.length; ) {
    const length = bytes.readInt32BE(offset + 1);
    if (offset + 1 + length > bytes.length) {
      break;
    }
    messages.push({
      type: String.fromCharCode(bytes[offset] ?? 0),
      body: bytes.subarray(offset + 5, offset + 1 + length),
    });
    offset += 1 + length;
  }
  return messages;
}

function rowsOf(table: string, columns: readonly string[], data: Buffer): SentRow[] {
  assert(data.subarray(0, SIGNATURE.length).equals(SIGNATURE), "rows begin with the signature of COPY");
  const rows: SentRow[] = [];
  let offset = HEADER_BYTES;
  for (;;) {
    const count = data.readInt16BE(offset);
    if (count === -1) {
      assert.equal(offset + 2, data.length, "nothing comes after the last row");
      return rows;
    }
    const start = offset;
    offset += 2;
    assert.equal(count, columns.length, "a row has the columns that were named");
    const fields: Record<string, Field> = {};
    for (const column of columns) {
      const length = data.readInt32BE(offset);
      offset += 4;
      fields[column] = length === -1 ? null : fieldOf(TYPES[column] ?? "", data.subarray(offset, offset + length));
      offset += Math.max(length, 0);
    }
    rows.push({ table, fields, bytes: Buffer.from(data.subarray(start, offset)) });
  }
}

function fieldOf(type: string, bytes: Buffer): Field {
  const sizes: Readonly<Record<string, number>> = { int2: 2, int4: 4, int8: 8, bool: 1, uuid: 16 };
  assert.equal(bytes.length, sizes[type] ?? bytes.length, `incorrect binary data format for ${type}`);
  switch (type) {
    case "int2":
      return bytes.readInt16BE();
    case "int4":
      return bytes.readInt32BE();
    case "int8":
      return bytes.readBigInt64BE();
    case "bool":
      return bytes[0] === 1;
    case "uuid":
      return bytes.toString("latin1");
    case "text":
      assert(Buffer.from(bytes.toString()).equals(bytes), "text is UTF-8");
      return bytes.toString();
    default:
      assert.fail("no such column");
  }
}

function commitOf(statement: string): CommitCall {
  const match =
    /^select commit_batch\((\d+), (\d+), (\d+), (\d+), '\\x([0-9a-f]{64})', array\[(.*)\], array\[([\d,]*)\]::bigint\[\], array\[([\d,]*)\]::bigint\[\]\)$/.exec(
      statement,
    );
  assert(match !== null, `no commit_batch: ${statement}`);
  const [epoch, batch, first, last] = match.slice(1, 5).map(Number);
  const names = [...(match[6] ?? "").matchAll(/'((?:[^']|'')*)'/g)].map(([, name = ""]) => name.replaceAll("''", "'"));
  const accounts = (match[7] ?? "").split(",").map(BigInt);
  const transfers = (match[8] ?? "").split(",").map(BigInt);
  assert(names.length === accounts.length && names.length === transfers.length, "each tenant has its times");
  return {
    epoch: epoch ?? 0,
    batch: batch ?? 0,
    first: first ?? 0,
    last: last ?? 0,
    hash: Buffer.from(match[5] ?? "", "hex"),
    tenants: names.map((name, at) => ({ name, accountNs: accounts[at] ?? 0n, transferNs: transfers[at] ?? 0n })),
  };
}
