create table accounts (
  tenant_id text not null,
  id text collate "C" not null,
  customer_id text not null,
  product_id text not null,
  currency_code text not null,
  overdraft_limit bigint not null check (overdraft_limit >= 0),
  ledger_account_id uuid not null,
  state text not null check (state in ('opening', 'open', 'blocked', 'closed')),
  opening_request_id uuid not null,
  create_time timestamptz not null,
  update_time timestamptz not null,
  resume_time timestamptz not null,
  resume_tries integer not null default 0,
  primary key (tenant_id, id),
  unique (tenant_id, opening_request_id)
);
--> statement-breakpoint
comment on column accounts.state is 'opening: decided, the ledger''s account not yet sure to exist; nobody sees it yet.';
--> statement-breakpoint
create index accounts_of_customer on accounts (tenant_id, customer_id, id);
--> statement-breakpoint
create index accounts_opening on accounts (resume_time) where state = 'opening';
--> statement-breakpoint
call bind_to_tenant('accounts');
--> statement-breakpoint
call open_to_worker('accounts');
--> statement-breakpoint

create table operations (
  tenant_id text not null,
  id uuid not null,
  kind text not null check (kind in ('deposit', 'withdrawal', 'transfer')),
  account_id text collate "C" not null,
  creditor_account_id text collate "C",
  customer_id text not null,
  creditor_customer_id text,
  currency_code text not null,
  amount bigint not null check (amount > 0),
  fee bigint not null check (fee >= 0),
  legs jsonb not null,
  description text not null,
  state text not null check (state in ('pending', 'posted', 'refused')),
  book_time_ns bigint,
  refusal text,
  refusal_metadata jsonb,
  create_time timestamptz not null,
  resume_time timestamptz not null,
  resume_tries integer not null default 0,
  primary key (tenant_id, id),
  check ((kind = 'transfer') = (creditor_account_id is not null)),
  check ((creditor_account_id is null) = (creditor_customer_id is null)),
  check ((state = 'posted') = (book_time_ns is not null)),
  check ((state = 'refused') = (refusal is not null and refusal_metadata is not null))
);
--> statement-breakpoint
comment on table operations is 'Decided operations by request_id. Written before the ledger is asked, ended after it answered.';
--> statement-breakpoint
comment on column operations.book_time_ns is 'Nanoseconds since the epoch, as exact as the ledger says.';
--> statement-breakpoint
create index operations_of_day on operations (tenant_id, account_id, kind, create_time) include (amount)
  where state <> 'refused';
--> statement-breakpoint
create index operations_under_way on operations (tenant_id, account_id) where state = 'pending';
--> statement-breakpoint
create index operations_under_way_of_creditor on operations (tenant_id, creditor_account_id) where state = 'pending';
--> statement-breakpoint
create index operations_to_resume on operations (resume_time) where state = 'pending';
--> statement-breakpoint
call bind_to_tenant('operations');
--> statement-breakpoint
call open_to_worker('operations');
--> statement-breakpoint

do $$
declare
  app text := current_database() || '_app';
  worker text := current_database() || '_worker';
begin
  execute format('grant select, insert, update on accounts, operations to %I', app);
  execute format('grant select (tenant_id, id, state, resume_time, resume_tries) on accounts, operations to %I', worker);
  execute format('grant update (resume_time, resume_tries) on accounts, operations to %I', worker);
end $$;
