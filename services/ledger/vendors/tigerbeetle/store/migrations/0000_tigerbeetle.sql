-- What TigerBeetle has no room for. Balances, accounts and transfers are TigerBeetle's alone.

create table ledger_numbers (
  tenant_id text not null,
  ledger bigint not null check (ledger between 1 and 4294967295),
  currency_code text not null,
  -- The largest 32-bit number is left free: it stands for a ledger that no account is in.
  number bigint not null generated always as identity (minvalue 1 maxvalue 4294967294) unique,
  primary key (tenant_id, ledger, currency_code)
);
--> statement-breakpoint
comment on table ledger_numbers is 'TigerBeetle''s 32-bit ledger of each tenant, ledger and currency: accounts of two of them never meet in a transfer.';
--> statement-breakpoint

create table account_notes (
  tenant_id text not null,
  id uuid not null,
  digest bigint not null,
  metadata jsonb not null,
  overdraft_limit bigint not null check (overdraft_limit >= 0),
  primary key (tenant_id, id, digest)
);
--> statement-breakpoint
comment on table account_notes is 'Written before TigerBeetle is asked, one row per content that was asked for. TigerBeetle keeps the digest, and so says which row is true; the others are of items it refused.';
--> statement-breakpoint

create table transfer_notes (
  tenant_id text not null,
  id uuid not null,
  digest bigint not null,
  metadata jsonb not null,
  reverses_id uuid,
  primary key (tenant_id, id, digest)
);
--> statement-breakpoint
comment on table transfer_notes is 'As account_notes.';
--> statement-breakpoint
create index transfer_notes_reversals on transfer_notes (reverses_id, tenant_id) where reverses_id is not null;
--> statement-breakpoint

create table failed_transfers (
  tenant_id text not null,
  id uuid not null,
  status integer not null,
  primary key (tenant_id, id)
);
--> statement-breakpoint
comment on table failed_transfers is 'First status of ids spent by a failure. TigerBeetle remembers that they failed, but not how.';
--> statement-breakpoint

create table published (
  kind text not null primary key check (kind in ('accounts', 'transfers')),
  timestamp_ns bigint not null check (timestamp_ns >= 0)
);
--> statement-breakpoint
comment on table published is 'Up to which of TigerBeetle''s timestamps events are in the outbox. The row is locked by the process that publishes.';
--> statement-breakpoint
insert into published (kind, timestamp_ns) values ('accounts', 0), ('transfers', 0);
--> statement-breakpoint

create table due_expiries (
  tenant_id text not null,
  id uuid not null,
  due_time_ns bigint not null,
  primary key (tenant_id, id)
);
--> statement-breakpoint
comment on table due_expiries is 'Pending transfers with a timeout whose end was not told yet. TigerBeetle tells nobody of an expiry: it is asked when its time has come.';
--> statement-breakpoint
create index due_expiries_in_order on due_expiries (due_time_ns);
--> statement-breakpoint

call bind_to_tenant('ledger_numbers');
--> statement-breakpoint
call bind_to_tenant('account_notes');
--> statement-breakpoint
call bind_to_tenant('transfer_notes');
--> statement-breakpoint
call bind_to_tenant('failed_transfers');
--> statement-breakpoint
call bind_to_tenant('due_expiries');
--> statement-breakpoint
call open_to_worker('due_expiries');
--> statement-breakpoint
call open_to_worker('ledger_numbers');
--> statement-breakpoint
call open_to_worker('account_notes');
--> statement-breakpoint
call open_to_worker('transfer_notes');
--> statement-breakpoint

do $$
declare
  app text := current_database() || '_app';
  worker text := current_database() || '_worker';
begin
  execute format('grant select, insert on ledger_numbers, account_notes, transfer_notes, failed_transfers to %I', app);
  execute format('grant select on ledger_numbers, account_notes, transfer_notes to %I', worker);
  execute format('grant select, update on published to %I', worker);
  execute format('grant select, insert, delete on due_expiries to %I', worker);
  -- Events of all tenants are added by one task.
  execute format('grant insert on outbox to %I', worker);
end $$;
