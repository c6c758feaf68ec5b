create table verifications (
  tenant_id text not null,
  id uuid not null,
  request_id uuid not null,
  state text not null check (state in ('in_review', 'passed', 'expired', 'cancelled')),
  hits text not null,
  expire_time timestamptz,
  version bigint not null check (version > 0),
  create_time timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, request_id),
  check (state not in ('passed', 'expired') or expire_time is not null)
);
--> statement-breakpoint
comment on column verifications.hits is 'PII: what the screening found, as JSON. Of the party itself nothing is kept.';
--> statement-breakpoint
call bind_to_tenant('verifications');
--> statement-breakpoint
do $$
declare app text := current_database() || '_app';
begin
  execute format('grant select, insert, update on verifications to %I', app);
end $$;
