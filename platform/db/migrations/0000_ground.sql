-- The tables that the ground needs in every service's database.
-- Roles: <database>_app is bound to one tenant per transaction, <database>_worker works across tenants.

create function current_tenant() returns text language sql stable parallel safe
  return nullif(current_setting('malla.tenant', true), '');
--> statement-breakpoint
comment on function current_tenant is 'Tenant of this transaction; null outside one, which row-level security lets see nothing.';
--> statement-breakpoint
create procedure bind_to_tenant(target regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy tenant_only on %s to %I using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())',
    target, current_database() || '_app');
end $$;
--> statement-breakpoint
comment on procedure bind_to_tenant is 'Makes a table with a tenant_id visible to the app role one tenant at a time. Grants are up to the migration.';
--> statement-breakpoint
create procedure open_to_worker(target regclass) language plpgsql as $$
begin
  execute format('create policy worker on %s to %I using (true) with check (true)', target, current_database() || '_worker');
end $$;
--> statement-breakpoint
comment on procedure open_to_worker is 'Makes the rows of all tenants visible to the worker role. Grants are up to the migration.';
--> statement-breakpoint

create table outbox (
  position bigint generated always as identity primary key,
  event_id uuid not null,
  tenant_id text not null,
  subject text not null,
  payload bytea not null,
  create_time timestamptz not null default now(),
  stream_epoch text,
  stream_sequence bigint,
  unique (tenant_id, event_id)
);
--> statement-breakpoint
comment on table outbox is 'Events, written in the transaction of the change they tell of, and kept after sending so that a stream that lost them can be refilled.';
--> statement-breakpoint
create index outbox_unsent on outbox (position) where stream_sequence is null;
--> statement-breakpoint
create index outbox_sent on outbox (stream_sequence) where stream_sequence is not null;
--> statement-breakpoint
create index outbox_age on outbox (create_time);
--> statement-breakpoint
call bind_to_tenant('outbox');
--> statement-breakpoint
call open_to_worker('outbox');
--> statement-breakpoint

create table inbox (
  consumer text not null,
  event_id uuid not null,
  tenant_id text not null,
  handle_time timestamptz not null default now(),
  primary key (tenant_id, consumer, event_id)
);
--> statement-breakpoint
comment on table inbox is 'Events handled, written in the transaction of their effect: what makes an effect happen once.';
--> statement-breakpoint
create index inbox_age on inbox (handle_time);
--> statement-breakpoint
call bind_to_tenant('inbox');
--> statement-breakpoint
call open_to_worker('inbox');
--> statement-breakpoint

create table dead_letters (
  consumer text not null,
  stream text not null,
  stream_sequence bigint not null,
  payload bytea not null,
  error text not null,
  create_time timestamptz not null default now(),
  primary key (consumer, stream, stream_sequence, create_time)
);
--> statement-breakpoint
comment on table dead_letters is 'Events that a consumer could not handle after all tries; for a person to look at.';
--> statement-breakpoint

create table idempotency (
  tenant_id text not null,
  request_id uuid not null,
  method text not null,
  fingerprint bytea not null,
  response bytea not null,
  create_time timestamptz not null default now(),
  primary key (tenant_id, request_id)
);
--> statement-breakpoint
comment on table idempotency is 'First answers by request_id, written in the transaction of the change.';
--> statement-breakpoint
call bind_to_tenant('idempotency');
--> statement-breakpoint

do $$
declare
  app text := current_database() || '_app';
  worker text := current_database() || '_worker';
begin
  execute format('grant usage on schema public to %I, %I', app, worker);
  execute format('grant insert on outbox to %I', app);
  execute format('grant select, update, delete on outbox to %I', worker);
  execute format('grant select, insert on inbox to %I', app);
  execute format('grant select, delete on inbox to %I', worker);
  execute format('grant select, insert on dead_letters to %I', worker);
  execute format('grant select, insert on idempotency to %I', app);
end $$;
