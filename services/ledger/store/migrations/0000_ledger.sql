-- Accounts, transfers and failed ids of all tenants, and each tenant's clock. Times are nanoseconds since the epoch.
-- No foreign keys from transfers to accounts: the writer has read both under the clock's lock, and nothing deletes them.

create table ledger_clock (
  tenant_id text primary key,
  last_time_ns bigint not null check (last_time_ns >= 0)
);
--> statement-breakpoint
comment on table ledger_clock is 'The last time given to an account or transfer. Its row is locked by whoever writes a tenant''s books, so that writers of all processes take turns.';
--> statement-breakpoint

create table accounts (
  tenant_id text not null,
  id uuid not null,
  ledger bigint not null check (ledger between 1 and 4294967295),
  currency_code text not null,
  code integer not null check (code between 1 and 65535),
  balance_constraint text not null
    check (balance_constraint in ('none', 'debits_must_not_exceed_credits', 'credits_must_not_exceed_debits')),
  overdraft_limit bigint not null check (overdraft_limit >= 0),
  metadata jsonb not null,
  create_time_ns bigint not null,
  debits_posted bigint not null default 0 check (debits_posted >= 0),
  credits_posted bigint not null default 0 check (credits_posted >= 0),
  primary key (tenant_id, id),
  constraint overdraft_limit_needs_constraint check (overdraft_limit = 0 or balance_constraint <> 'none'),
  -- Subtracted, not added: a sum could pass 64 bits.
  constraint debits_within_credits check
    (balance_constraint <> 'debits_must_not_exceed_credits' or debits_posted - overdraft_limit <= credits_posted),
  constraint credits_within_debits check
    (balance_constraint <> 'credits_must_not_exceed_debits' or credits_posted - overdraft_limit <= debits_posted)
) with (fillfactor = 80); -- Room for the next version of a row on its own page: balances change often.
--> statement-breakpoint

create table transfers (
  tenant_id text not null,
  id uuid not null,
  debit_account_id uuid not null,
  credit_account_id uuid not null,
  amount bigint not null check (amount > 0),
  ledger bigint not null,
  currency_code text not null,
  code integer not null check (code between 1 and 65535),
  linked boolean not null,
  metadata jsonb not null,
  book_time_ns bigint not null,
  debit_account_debits_after bigint not null,
  debit_account_credits_after bigint not null,
  credit_account_debits_after bigint not null,
  credit_account_credits_after bigint not null,
  primary key (tenant_id, id),
  check (debit_account_id <> credit_account_id)
);
--> statement-breakpoint
-- The tenant comes second: as first column it would lure the planner, who knows no ids, from the primary key.
create index transfers_by_debit_account on transfers (debit_account_id, tenant_id, book_time_ns);
--> statement-breakpoint
create index transfers_by_credit_account on transfers (credit_account_id, tenant_id, book_time_ns);
--> statement-breakpoint

create table failed_transfers (
  tenant_id text not null,
  id uuid not null,
  status text not null,
  primary key (tenant_id, id)
);
--> statement-breakpoint
comment on table failed_transfers is 'Transfer ids spent by a failure that depended on the state of the moment.';
--> statement-breakpoint

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% of % is refused: the books are only added to', lower(tg_op), tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
--> statement-breakpoint
create trigger transfers_stay before update or delete on transfers for each row execute function refuse_change();
--> statement-breakpoint
create trigger transfers_stay_all before truncate on transfers for each statement execute function refuse_change();
--> statement-breakpoint
create trigger failed_transfers_stay before update or delete on failed_transfers for each row execute function refuse_change();
--> statement-breakpoint
create trigger accounts_stay before delete on accounts for each row execute function refuse_change();
--> statement-breakpoint
create trigger accounts_stay_all before truncate on accounts for each statement execute function refuse_change();
--> statement-breakpoint
create trigger accounts_keep_their_identity
  before update of tenant_id, id, ledger, currency_code, code, balance_constraint, overdraft_limit, metadata, create_time_ns
  on accounts for each row execute function refuse_change();
--> statement-breakpoint

call bind_to_tenant('ledger_clock');
--> statement-breakpoint
call bind_to_tenant('accounts');
--> statement-breakpoint
call bind_to_tenant('transfers');
--> statement-breakpoint
call bind_to_tenant('failed_transfers');
--> statement-breakpoint

do $$
declare
  app text := current_database() || '_app';
begin
  execute format('grant select, insert, update on ledger_clock to %I', app);
  execute format('grant select, insert on accounts, transfers, failed_transfers to %I', app);
  execute format('grant update (debits_posted, credits_posted) on accounts to %I', app);
end $$;
