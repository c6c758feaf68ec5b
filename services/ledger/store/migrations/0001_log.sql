-- The books as an append-only log with one writer: entries are numbered without gaps over all tenants of the shard,
-- committed in batches that are chained by hash, and everything else is derived from them by number.
-- Times are nanoseconds since the epoch.

create schema old;
--> statement-breakpoint
alter table accounts set schema old;
--> statement-breakpoint
alter table transfers set schema old;
--> statement-breakpoint
alter table failed_transfers set schema old;
--> statement-breakpoint
alter table ledger_clock set schema old;
--> statement-breakpoint
-- Forced row-level security would show their owner, who copies them, no row at all.
alter table old.accounts no force row level security;
--> statement-breakpoint
alter table old.transfers no force row level security;
--> statement-breakpoint
alter table old.failed_transfers no force row level security;
--> statement-breakpoint
alter table old.ledger_clock no force row level security;
--> statement-breakpoint

create table writer (
  is_only boolean primary key default true check (is_only),
  epoch bigint not null,
  last_batch bigint not null,
  last_number bigint not null,
  last_hash bytea not null
);
--> statement-breakpoint
comment on table writer is 'One row: the fencing token of the process that writes, and how far the log has come. Each commit updates it where the token is its own, so a writer that was replaced cannot commit.';
--> statement-breakpoint

create table batches (
  batch bigint primary key,
  epoch bigint not null,
  first_number bigint not null,
  last_number bigint not null,
  hash bytea not null check (length(hash) = 32),
  commit_time timestamptz not null default now(),
  check (last_number >= first_number)
);
--> statement-breakpoint
comment on table batches is 'What was committed together. The hash is the SHA-256 of the hash of the batch before and of the rows as COPY writes them in binary; batch 0 stands for what was there before hashes.';
--> statement-breakpoint

create table tenants (
  tenant_id text collate "C" primary key,
  last_account_time_ns bigint not null,
  last_transfer_time_ns bigint not null
);
--> statement-breakpoint
comment on table tenants is 'The last times given to an account and to a transfer of a tenant.';
--> statement-breakpoint

create table accounts (
  number bigint not null unique,
  tenant_id text collate "C" not null,
  id uuid not null,
  ledger bigint not null check (ledger between 1 and 4294967295),
  currency_code text not null,
  code integer not null check (code between 1 and 65535),
  balance_constraint smallint not null check (balance_constraint between 0 and 2),
  overdraft_limit bigint not null check (overdraft_limit >= 0),
  keeps_history boolean not null,
  made_closed boolean not null,
  is_imported boolean not null,
  create_time_ns bigint not null,
  metadata json,
  debits_posted bigint not null default 0 check (debits_posted >= 0),
  credits_posted bigint not null default 0 check (credits_posted >= 0),
  debits_pending bigint not null default 0 check (debits_pending >= 0),
  credits_pending bigint not null default 0 check (credits_pending >= 0),
  is_closed boolean,
  primary key (tenant_id, id),
  check (overdraft_limit = 0 or balance_constraint <> 0),
  -- Subtracted, not added: a sum could pass 64 bits.
  constraint debits_within_credits check (balance_constraint <> 1 or debits_posted - overdraft_limit <= credits_posted),
  constraint credits_within_debits check (balance_constraint <> 2 or credits_posted - overdraft_limit <= debits_posted)
) with (fillfactor = 80); -- Room for the next version of a row on its own page: balances change often.
--> statement-breakpoint
comment on table accounts is 'Accounts as they were made, and their balances as of positions.checkpoint. The view balances has them as of now.';
--> statement-breakpoint
comment on column accounts.balance_constraint is '0 none, 1 debits must not exceed credits, 2 credits must not exceed debits';
--> statement-breakpoint

create table transfers (
  number bigint primary key,
  tenant_id text collate "C" not null,
  id uuid,
  phase smallint not null check (phase between 0 and 4),
  flags smallint not null,
  debit_account_id uuid not null,
  credit_account_id uuid not null,
  amount bigint not null check (amount >= 0),
  currency_code text not null,
  ledger bigint not null,
  code integer not null,
  book_time_ns bigint not null,
  pending_id uuid,
  released bigint,
  timeout_seconds bigint,
  value_date date,
  reverses_id uuid,
  metadata json,
  check (debit_account_id <> credit_account_id)
) with (autovacuum_freeze_min_age = 0);
--> statement-breakpoint
comment on table transfers is 'The log of movements, idempotency record and source of events in one. An expiry has no id of its own.';
--> statement-breakpoint
comment on column transfers.phase is '0 moves at once, 1 pending, 2 posts a pending one, 3 voids one, 4 a pending one expires';
--> statement-breakpoint
comment on column transfers.flags is '1 linked, 2 balancing debit, 4 balancing credit, 8 closing debit, 16 closing credit, 32 imported';
--> statement-breakpoint
comment on column transfers.released is 'Of a post, void or expiry: the pending amount, which is no longer reserved';
--> statement-breakpoint
create unique index transfers_by_id on transfers (tenant_id, id);
--> statement-breakpoint
create index transfers_by_pending on transfers (tenant_id, pending_id) where pending_id is not null;
--> statement-breakpoint
create index transfers_by_reversed on transfers (tenant_id, reverses_id) where reverses_id is not null;
--> statement-breakpoint
create index transfers_by_expiry on transfers ((book_time_ns + timeout_seconds * 1000000000)) where timeout_seconds is not null;
--> statement-breakpoint

create table failed_transfers (
  number bigint not null unique,
  tenant_id text collate "C" not null,
  id uuid not null,
  status text not null,
  primary key (tenant_id, id)
);
--> statement-breakpoint
comment on table failed_transfers is 'Transfer ids spent by a failure that depended on the state of the moment.';
--> statement-breakpoint

create table positions (
  name text primary key,
  number bigint not null,
  stream_epoch text,
  stream_sequence bigint
);
--> statement-breakpoint
comment on table positions is 'How far along the log each thing derived from it is: checkpoint (balances of accounts), history (entries), events (published).';
--> statement-breakpoint

create table entries (
  tenant_id text collate "C" not null,
  account_id uuid not null,
  book_time_ns bigint not null,
  number bigint not null,
  direction smallint not null,
  debits_posted_after bigint,
  credits_posted_after bigint,
  debits_pending_after bigint,
  credits_pending_after bigint,
  primary key (tenant_id, account_id, book_time_ns)
);
--> statement-breakpoint
comment on table entries is 'Transfers as their accounts see them, derived from the log up to positions.history. direction: 0 debit, 1 credit. Balances are kept for accounts that keep history.';
--> statement-breakpoint

create table value_date_sums (
  tenant_id text collate "C" not null,
  account_id uuid not null,
  value_date date not null,
  debits bigint not null,
  credits bigint not null,
  primary key (tenant_id, account_id, value_date)
);
--> statement-breakpoint
comment on table value_date_sums is 'What was posted to accounts that keep history, by value date, up to positions.history.';
--> statement-breakpoint

create table totals (
  tenant_id text collate "C" not null,
  ledger bigint not null,
  currency_code text not null,
  transfer_count bigint not null,
  primary key (tenant_id, ledger, currency_code)
);
--> statement-breakpoint
comment on table totals is 'Transfers booked, up to positions.checkpoint.';
--> statement-breakpoint

insert into accounts (number, tenant_id, id, ledger, currency_code, code, balance_constraint, overdraft_limit, keeps_history, made_closed, is_imported, create_time_ns, metadata)
select row_number() over (order by create_time_ns, tenant_id), tenant_id, id, ledger, currency_code, code,
  case balance_constraint when 'none' then 0 when 'debits_must_not_exceed_credits' then 1 else 2 end,
  overdraft_limit, true, false, false, create_time_ns, nullif(metadata::text, '{}')::json
from old.accounts;
--> statement-breakpoint
insert into failed_transfers (number, tenant_id, id, status)
select (select count(*) from accounts) + row_number() over (order by tenant_id, id), tenant_id, id, status from old.failed_transfers;
--> statement-breakpoint
insert into transfers (number, tenant_id, id, phase, flags, debit_account_id, credit_account_id, amount, currency_code, ledger, code, book_time_ns, metadata)
select (select count(*) from accounts) + (select count(*) from failed_transfers) + row_number() over (order by book_time_ns, tenant_id),
  tenant_id, id, 0, linked::int, debit_account_id, credit_account_id, amount, currency_code, ledger, code, book_time_ns, nullif(metadata::text, '{}')::json
from old.transfers;
--> statement-breakpoint
insert into tenants
select tenant_id,
  coalesce((select max(create_time_ns) from accounts where accounts.tenant_id = ledger_clock.tenant_id), 0),
  coalesce((select max(book_time_ns) from transfers where transfers.tenant_id = ledger_clock.tenant_id), 0)
from old.ledger_clock;
--> statement-breakpoint
do $$
begin
  if (select count(*) from accounts) <> (select count(*) from old.accounts)
    or (select count(*) from transfers) <> (select count(*) from old.transfers)
    or (select count(*) from failed_transfers) <> (select count(*) from old.failed_transfers)
  then
    raise exception 'not every row of the books was copied';
  end if;
end $$;
--> statement-breakpoint
insert into writer (epoch, last_batch, last_number, last_hash)
select 0, 0, (select count(*) from accounts) + (select count(*) from failed_transfers) + (select count(*) from transfers), sha256('');
--> statement-breakpoint
insert into batches (batch, epoch, first_number, last_number, hash)
select 0, 0, 1, last_number, last_hash from writer where last_number > 0;
--> statement-breakpoint
-- What was booked before has told its events through the outbox.
insert into positions (name, number)
select name, case name when 'events' then last_number else 0 end from writer, unnest(array['checkpoint', 'history', 'events']) as name;
--> statement-breakpoint
drop schema old cascade;
--> statement-breakpoint

create view log_sides with (security_invoker = true) as
select number, tenant_id, debit_account_id as account_id, 0 as direction, book_time_ns, phase, flags, pending_id, currency_code, ledger,
  case when phase in (0, 2) then amount else 0 end as debits_posted, 0::bigint as credits_posted,
  case phase when 1 then amount else coalesce(-released, 0) end as debits_pending, 0::bigint as credits_pending,
  coalesce(value_date, ('epoch'::timestamp + book_time_ns / 1000000000 * interval '1 second')::date) as value_date
from transfers
union all
select number, tenant_id, credit_account_id, 1, book_time_ns, phase, flags, pending_id, currency_code, ledger,
  0, case when phase in (0, 2) then amount else 0 end,
  0, case phase when 1 then amount else coalesce(-released, 0) end,
  coalesce(value_date, ('epoch'::timestamp + book_time_ns / 1000000000 * interval '1 second')::date)
from transfers;
--> statement-breakpoint
comment on view log_sides is 'Each entry of the log twice, as its two accounts see it, with what it adds to their sums. direction: 0 debit, 1 credit.';
--> statement-breakpoint

create view closings with (security_invoker = true) as
select number, tenant_id, account_id, true as closes from log_sides
where phase = 1 and flags & (case direction when 0 then 8 else 16 end) <> 0
union all
select log_sides.number, log_sides.tenant_id, log_sides.account_id, false
from log_sides join transfers as pending on pending.tenant_id = log_sides.tenant_id and pending.id = log_sides.pending_id
where log_sides.phase in (3, 4) and pending.flags & (case direction when 0 then 8 else 16 end) <> 0;
--> statement-breakpoint
comment on view closings is 'Entries of the log that close an account or open it again.';
--> statement-breakpoint

create view balances with (security_invoker = true) as
select accounts.tenant_id, accounts.id as account_id, ledger, currency_code, code,
  accounts.debits_posted + coalesce(since.debits_posted, 0) as debits_posted,
  accounts.credits_posted + coalesce(since.credits_posted, 0) as credits_posted,
  accounts.debits_pending + coalesce(since.debits_pending, 0) as debits_pending,
  accounts.credits_pending + coalesce(since.credits_pending, 0) as credits_pending
from accounts left join (
  select tenant_id, account_id, sum(debits_posted) as debits_posted, sum(credits_posted) as credits_posted,
    sum(debits_pending) as debits_pending, sum(credits_pending) as credits_pending
  from log_sides where number > (select number from positions where name = 'checkpoint') group by tenant_id, account_id
) as since on since.tenant_id = accounts.tenant_id and since.account_id = accounts.id;
--> statement-breakpoint
comment on view balances is 'Balances as of now: those of the checkpoint and what came since.';
--> statement-breakpoint

create function commit_batch(
  own_epoch bigint, next_batch bigint, first bigint, last bigint, batch_hash bytea,
  tenant_ids text[], account_times bigint[], transfer_times bigint[]
) returns void language plpgsql as $$
begin
  update writer set last_batch = next_batch, last_number = last, last_hash = batch_hash
  where epoch = own_epoch and last_batch = next_batch - 1 and last_number = first - 1;
  if not found then
    raise exception 'batch % of epoch % does not follow the log: another writer has taken over', next_batch, own_epoch
      using errcode = 'ML001';
  end if;
  insert into batches (batch, epoch, first_number, last_number, hash) values (next_batch, own_epoch, first, last, batch_hash);
  insert into tenants (tenant_id, last_account_time_ns, last_transfer_time_ns)
  select * from unnest(tenant_ids, account_times, transfer_times)
  on conflict (tenant_id) do update
    set last_account_time_ns = excluded.last_account_time_ns, last_transfer_time_ns = excluded.last_transfer_time_ns;
end $$;
--> statement-breakpoint
comment on function commit_batch is 'Ends the transaction that adds a batch: checks the fencing token and that the batch follows the log without a gap. ML001 otherwise.';
--> statement-breakpoint

-- A range of the log is joined to few of many rows: by their index, whatever the planner guesses of the range.
create function checkpoint_balances(most bigint) returns bigint language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set work_mem = '64MB' as $$
declare
  since bigint;
  upto bigint;
begin
  select number into since from positions where name = 'checkpoint' for update;
  select least(since + most, last_number) into upto from writer;
  if upto <= since then
    return since;
  end if;
  update accounts set
    debits_posted = accounts.debits_posted + moved.debits_posted, credits_posted = accounts.credits_posted + moved.credits_posted,
    debits_pending = accounts.debits_pending + moved.debits_pending, credits_pending = accounts.credits_pending + moved.credits_pending
  from (
    select tenant_id, account_id, sum(debits_posted)::bigint as debits_posted, sum(credits_posted)::bigint as credits_posted,
      sum(debits_pending)::bigint as debits_pending, sum(credits_pending)::bigint as credits_pending
    from log_sides where number > since and number <= upto group by tenant_id, account_id
  ) as moved
  where accounts.tenant_id = moved.tenant_id and accounts.id = moved.account_id;
  update accounts set is_closed = closing.closes
  from (
    select distinct on (tenant_id, account_id) tenant_id, account_id, closes from closings
    where number > since and number <= upto order by tenant_id, account_id, number desc
  ) as closing
  where accounts.tenant_id = closing.tenant_id and accounts.id = closing.account_id;
  insert into totals (tenant_id, ledger, currency_code, transfer_count)
  select tenant_id, ledger, currency_code, count(*) from transfers
  where number > since and number <= upto and phase <> 4 group by tenant_id, ledger, currency_code
  on conflict (tenant_id, ledger, currency_code) do update set transfer_count = totals.transfer_count + excluded.transfer_count;
  update positions set number = upto where name = 'checkpoint';
  return upto;
end $$;
--> statement-breakpoint
comment on function checkpoint_balances is 'Brings the balances of accounts up to at most so many entries further along the log, and returns how far they are. All of it commits, or nothing.';
--> statement-breakpoint

create function project_history(most bigint) returns bigint language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set work_mem = '64MB' as $$
declare
  since bigint;
  upto bigint;
begin
  select number into since from positions where name = 'history' for update;
  select least(since + most, last_number) into upto from writer;
  if upto <= since then
    return since;
  end if;
  with sides as materialized (
    select log_sides.*, accounts.keeps_history
    from log_sides join accounts on accounts.tenant_id = log_sides.tenant_id and accounts.id = log_sides.account_id
    where log_sides.number > since and log_sides.number <= upto
  ), plain_entries as (
    insert into entries (tenant_id, account_id, book_time_ns, number, direction)
    select tenant_id, account_id, book_time_ns, number, direction from sides where not keeps_history
  ), before as (
    select known.tenant_id, known.account_id, latest.*
    from (select distinct tenant_id, account_id from sides where keeps_history) as known, lateral (
      select debits_posted_after, credits_posted_after, debits_pending_after, credits_pending_after from entries
      where entries.tenant_id = known.tenant_id and entries.account_id = known.account_id
      order by entries.book_time_ns desc limit 1
    ) as latest
  ), sums as (
    select tenant_id, account_id, book_time_ns, number, direction,
      sum(debits_posted) over so_far as debits_posted, sum(credits_posted) over so_far as credits_posted,
      sum(debits_pending) over so_far as debits_pending, sum(credits_pending) over so_far as credits_pending
    from sides where keeps_history
    window so_far as (partition by tenant_id, account_id order by number)
  ), entries_with_balances as (
    insert into entries
    select tenant_id, account_id, book_time_ns, number, direction,
      coalesce(debits_posted_after, 0) + debits_posted, coalesce(credits_posted_after, 0) + credits_posted,
      coalesce(debits_pending_after, 0) + debits_pending, coalesce(credits_pending_after, 0) + credits_pending
    from sums left join before using (tenant_id, account_id)
  )
  insert into value_date_sums as known (tenant_id, account_id, value_date, debits, credits)
  select tenant_id, account_id, value_date, sum(debits_posted), sum(credits_posted)
  from sides where keeps_history and phase in (0, 2) group by tenant_id, account_id, value_date
  order by tenant_id, account_id, value_date
  on conflict (tenant_id, account_id, value_date)
    do update set debits = known.debits + excluded.debits, credits = known.credits + excluded.credits;
  update positions set number = upto where name = 'history';
  return upto;
end $$;
--> statement-breakpoint
comment on function project_history is 'Derives entries and sums by value date from at most so many further entries of the log, and returns how far they are. All of it commits, or nothing.';
--> statement-breakpoint

create trigger transfers_stay before update or delete on transfers for each row execute function refuse_change();
--> statement-breakpoint
create trigger transfers_stay_all before truncate on transfers for each statement execute function refuse_change();
--> statement-breakpoint
create trigger failed_transfers_stay before update or delete on failed_transfers for each row execute function refuse_change();
--> statement-breakpoint
create trigger failed_transfers_stay_all before truncate on failed_transfers for each statement execute function refuse_change();
--> statement-breakpoint
create trigger batches_stay before update or delete on batches for each row execute function refuse_change();
--> statement-breakpoint
create trigger batches_stay_all before truncate on batches for each statement execute function refuse_change();
--> statement-breakpoint
create trigger accounts_stay before delete on accounts for each row execute function refuse_change();
--> statement-breakpoint
create trigger accounts_stay_all before truncate on accounts for each statement execute function refuse_change();
--> statement-breakpoint
create trigger accounts_keep_their_identity
  before update of number, tenant_id, id, ledger, currency_code, code, balance_constraint, overdraft_limit, keeps_history,
    made_closed, is_imported, create_time_ns, metadata
  on accounts for each row execute function refuse_change();
--> statement-breakpoint

call bind_to_tenant('accounts');
--> statement-breakpoint
call bind_to_tenant('transfers');
--> statement-breakpoint
call bind_to_tenant('failed_transfers');
--> statement-breakpoint
call bind_to_tenant('tenants');
--> statement-breakpoint
call bind_to_tenant('entries');
--> statement-breakpoint
call bind_to_tenant('value_date_sums');
--> statement-breakpoint
call bind_to_tenant('totals');
--> statement-breakpoint

do $$
declare
  app text := current_database() || '_app';
  worker text := current_database() || '_worker';
begin
  execute format('grant select on accounts, transfers, failed_transfers, tenants, entries, value_date_sums, totals, positions, writer, log_sides, closings, balances to %I', app);
  execute format('grant select, insert on accounts, transfers, failed_transfers, batches, entries to %I', worker);
  execute format('grant update (debits_posted, credits_posted, debits_pending, credits_pending, is_closed) on accounts to %I', worker);
  execute format('grant select, insert, update on tenants, value_date_sums, totals to %I', worker);
  execute format('grant select, update on writer, positions to %I', worker);
  execute format('grant select on log_sides, closings, balances to %I', worker);
end $$;
