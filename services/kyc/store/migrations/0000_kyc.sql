create table verifications (
  tenant_id text not null,
  id uuid not null,
  request_id uuid not null,
  fingerprint bytea not null,
  state text not null check (state in ('pending', 'needs_documents', 'processing', 'in_review', 'passed', 'failed',
    'expired', 'cancelled', 'unknown')),
  vendor text,
  reference text,
  version bigint not null,
  customer text not null,
  is_monitored boolean not null,
  valid_seconds bigint not null,
  steps jsonb not null,
  hits jsonb not null,
  needed_documents jsonb not null,
  is_accepted boolean,
  decided_by text,
  decision_reason text,
  decide_time timestamptz,
  create_time timestamptz not null,
  update_time timestamptz not null,
  expire_time timestamptz,
  resolve_time timestamptz not null,
  resolve_tries integer not null default 0,
  primary key (tenant_id, id),
  unique (tenant_id, request_id),
  unique (tenant_id, vendor, reference)
);
--> statement-breakpoint
comment on table verifications is 'The party itself is not here: its vendor has it.';
--> statement-breakpoint
comment on column verifications.vendor is 'Who began it; while unknown, who was asked last.';
--> statement-breakpoint
create index verifications_of_customer on verifications (tenant_id, customer, id);
--> statement-breakpoint
create index verifications_unresolved on verifications (resolve_time)
  where state in ('pending', 'processing', 'unknown');
--> statement-breakpoint
create index verifications_expiring on verifications (expire_time) where state = 'passed';
--> statement-breakpoint
create table monitoring (
  tenant_id text not null,
  vendor text not null,
  cursor text not null,
  poll_time timestamptz not null,
  primary key (tenant_id, vendor)
);
--> statement-breakpoint
comment on table monitoring is 'How far the news of each vendor were heard.';
--> statement-breakpoint
call bind_to_tenant('verifications');
--> statement-breakpoint
call bind_to_tenant('monitoring');
--> statement-breakpoint
call open_to_worker('verifications');
--> statement-breakpoint
call open_to_worker('monitoring');
--> statement-breakpoint
do $$
declare
  app text := current_database() || '_app';
  worker text := current_database() || '_worker';
begin
  execute format('grant select, insert, update, delete on verifications to %I', app);
  execute format('grant select, insert, update on monitoring to %I', app);
  execute format('grant select, update on verifications, monitoring to %I', worker);
end $$;
