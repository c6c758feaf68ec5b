create table verifications (
  tenant_id text not null,
  id uuid not null,
  request_id uuid not null,
  party text not null,
  state text not null check (state in ('needs_documents', 'in_review', 'passed', 'failed', 'expired', 'cancelled')),
  steps text not null,
  hits text not null,
  is_monitored boolean not null,
  valid_ms bigint not null check (valid_ms > 0),
  expire_time timestamptz,
  lists_version text not null,
  document_digest bytea,
  version bigint not null check (version > 0),
  create_time timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, request_id),
  check (state not in ('passed', 'expired') or expire_time is not null)
);
--> statement-breakpoint
comment on column verifications.party is 'PII: names, birth date, identifiers and countries, as JSON.';
--> statement-breakpoint
comment on column verifications.hits is 'PII: what the screening found, as JSON.';
--> statement-breakpoint
comment on column verifications.document_digest is 'SHA-256 of the document that was decided on; the document itself is not kept.';
--> statement-breakpoint
create index verifications_to_watch on verifications (tenant_id, id) where is_monitored and state = 'passed';
--> statement-breakpoint
call bind_to_tenant('verifications');
--> statement-breakpoint
call open_to_worker('verifications');
--> statement-breakpoint

create table monitoring_events (
  position bigint generated always as identity primary key,
  tenant_id text not null,
  id uuid not null,
  verification_id uuid not null,
  hits text not null,
  event_time timestamptz not null,
  unique (tenant_id, id),
  foreign key (tenant_id, verification_id) references verifications (tenant_id, id)
);
--> statement-breakpoint
comment on column monitoring_events.hits is 'PII: all that the screening found then, as JSON.';
--> statement-breakpoint
create index monitoring_events_of_tenant on monitoring_events (tenant_id, position);
--> statement-breakpoint
call bind_to_tenant('monitoring_events');
--> statement-breakpoint

do $$
declare
  app text := current_database() || '_app';
  worker text := current_database() || '_worker';
begin
  execute format('grant select, insert, update on verifications to %I', app);
  execute format('grant select, insert on monitoring_events to %I', app);
  execute format('grant select (tenant_id, id, is_monitored, state, expire_time, lists_version) on verifications to %I', worker);
end $$;
