create table templates (
  tenant_id text not null,
  id uuid not null,
  subject text not null,
  state text not null check (state in ('pending', 'active', 'rejected', 'unknown', 'deleting', 'deleted')),
  vendor text,
  reference text,
  sealed_digest bytea,
  rejection text,
  erase_request_id uuid,
  erase_time timestamptz,
  create_time timestamptz not null,
  update_time timestamptz not null,
  resolve_time timestamptz not null,
  resolve_tries integer not null default 0,
  primary key (tenant_id, id),
  check (state not in ('active', 'deleting', 'deleted') or (vendor is not null and reference is not null))
);
--> statement-breakpoint
comment on column templates.reference is 'The vendor''s name for it. No image and no features of a face are kept here.';
--> statement-breakpoint
create unique index templates_reference on templates (tenant_id, vendor, reference);
--> statement-breakpoint
create index templates_unresolved on templates (resolve_time) where state in ('pending', 'unknown', 'deleting');
--> statement-breakpoint
create table challenges (
  tenant_id text not null,
  id uuid not null,
  subject text not null,
  state text not null check (state in ('open', 'passed', 'failed', 'expired', 'unknown')),
  actions jsonb not null,
  nonce text not null,
  expire_time timestamptz not null,
  failure integer not null,
  vendor text not null,
  reference text not null,
  create_time timestamptz not null,
  update_time timestamptz not null,
  resolve_time timestamptz not null,
  resolve_tries integer not null default 0,
  primary key (tenant_id, id)
);
--> statement-breakpoint
create index challenges_unresolved on challenges (resolve_time) where state = 'unknown';
--> statement-breakpoint
call bind_to_tenant('templates');
--> statement-breakpoint
call bind_to_tenant('challenges');
--> statement-breakpoint
call open_to_worker('templates');
--> statement-breakpoint
call open_to_worker('challenges');
--> statement-breakpoint
do $$
declare
  app text := current_database() || '_app';
  worker text := current_database() || '_worker';
begin
  execute format('grant select, insert, update on templates, challenges to %I', app);
  execute format('grant select, update on templates, challenges to %I', worker);
end $$;
