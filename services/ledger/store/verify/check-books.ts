/** Checks what the log says: books that balance, balances that follow from it, pending transfers resolved at most once. */
import type postgres from "postgres";

/** The first number that breaks a rule. */
interface Broken {
  number: string;
  why: string;
}

/** Says what is wrong, where anything is. */
export type BooksCheck = (sql: postgres.TransactionSql) => Promise<string | undefined>;

/** Sums of both sides, as of now, are the same for every tenant, ledger and currency; and every transfer stays in its books. */
export const checkBalanced: BooksCheck = async (sql) => {
  const [stray] = await sql<Broken[]>`
    select t.number, 'an account of it is not in its ledger and currency' as why
    from transfers as t
    left join accounts as debit on debit.tenant_id = t.tenant_id and debit.id = t.debit_account_id
    left join accounts as credit on credit.tenant_id = t.tenant_id and credit.id = t.credit_account_id
    where (debit.ledger, debit.currency_code) is distinct from (t.ledger, t.currency_code)
      or (credit.ledger, credit.currency_code) is distinct from (t.ledger, t.currency_code)
    order by t.number limit 1`;
  if (stray !== undefined) {
    return inWords(stray);
  }
  const [line] = await sql<{ tenant_id: string; ledger: string; currency_code: string }[]>`
    select tenant_id, ledger, currency_code from balances group by tenant_id, ledger, currency_code
    having sum(debits_posted) <> sum(credits_posted) or sum(debits_pending) <> sum(credits_pending)
    order by tenant_id, ledger, currency_code limit 1`;
  return line === undefined
    ? undefined
    : `ledger ${line.ledger} of ${line.tenant_id}, ${line.currency_code}: debits are not credits`;
};

/** Balances in the database are the sums of the log up to the checkpoint. */
export const checkBalances: BooksCheck = async (sql) => {
  const [wrong] = await sql<{ number: string; tenant_id: string; id: string }[]>`
    select accounts.number, accounts.tenant_id, accounts.id
    from accounts left join (
      select tenant_id, account_id, sum(debits_posted) as debits_posted, sum(credits_posted) as credits_posted,
        sum(debits_pending) as debits_pending, sum(credits_pending) as credits_pending
      from log_sides where number <= (select number from positions where name = 'checkpoint')
      group by tenant_id, account_id
    ) as log on log.tenant_id = accounts.tenant_id and log.account_id = accounts.id
    where (accounts.debits_posted, accounts.credits_posted, accounts.debits_pending, accounts.credits_pending)
      is distinct from (coalesce(log.debits_posted, 0), coalesce(log.credits_posted, 0),
        coalesce(log.debits_pending, 0), coalesce(log.credits_pending, 0))
    order by accounts.number limit 1`;
  return wrong === undefined
    ? undefined
    : `number ${wrong.number}, account ${wrong.id} of ${wrong.tenant_id}: its balance is not the sum of its transfers`;
};

/** Every post, void and expiry is of a pending transfer before it, which it releases in full, and the only one of it. */
export const checkResolutions: BooksCheck = async (sql) => {
  const [wrong] = await sql<Broken[]>`
    select number, why from (
      select r.number, case
        when p.phase is distinct from 1 then 'what it resolves is no pending transfer'
        when p.number > r.number then 'what it resolves came later'
        when (p.debit_account_id, p.credit_account_id) <> (r.debit_account_id, r.credit_account_id) then 'what it resolves has other accounts'
        when r.released is distinct from p.amount then 'it does not release what was pending'
        when r.phase = 2 and r.amount > p.amount then 'it posts more than was pending'
        when row_number() over (partition by r.tenant_id, r.pending_id order by r.number) > 1 then 'what it resolves was resolved before'
      end as why
      from transfers as r left join transfers as p on p.tenant_id = r.tenant_id and p.id = r.pending_id
      where r.phase >= 2
    ) as resolutions where why is not null order by number limit 1`;
  return wrong === undefined ? undefined : inWords(wrong);
};

function inWords({ number, why }: Broken): string {
  return `number ${number}: ${why}`;
}
