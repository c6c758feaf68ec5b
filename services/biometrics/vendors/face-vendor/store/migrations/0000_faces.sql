create table templates (
  tenant_id text not null,
  id uuid not null,
  sealed bytea,
  sealed_digest bytea not null,
  create_time timestamptz not null,
  erase_time timestamptz,
  primary key (tenant_id, id),
  check ((sealed is null) = (erase_time is not null))
);
--> statement-breakpoint
comment on column templates.sealed is 'Features of a face, AES-256-GCM under the tenant''s key; null once erased. What is left is the receipt.';
--> statement-breakpoint
create index templates_present on templates (tenant_id, create_time) where sealed is not null;
--> statement-breakpoint
create table challenges (
  tenant_id text not null,
  id uuid not null,
  actions text[] not null,
  nonce text not null,
  open_time timestamptz not null,
  expire_time timestamptz not null,
  answer_time timestamptz,
  state text not null check (state in ('open', 'passed', 'failed', 'expired')),
  failure text,
  primary key (tenant_id, id)
);
--> statement-breakpoint
create table frames (
  tenant_id text not null,
  digest bytea not null,
  challenge_id uuid not null,
  primary key (tenant_id, digest)
);
--> statement-breakpoint
comment on table frames is 'SHA-256 of the pixels of every frame that answered a challenge: a frame answers once.';
--> statement-breakpoint
call bind_to_tenant('templates');
--> statement-breakpoint
call bind_to_tenant('challenges');
--> statement-breakpoint
call bind_to_tenant('frames');
--> statement-breakpoint
do $$
declare app text := current_database() || '_app';
begin
  execute format('grant select, insert, update on templates to %I', app);
  execute format('grant select, insert, update on challenges to %I', app);
  execute format('grant select, insert on frames to %I', app);
end $$;
