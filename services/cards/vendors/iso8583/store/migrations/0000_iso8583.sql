create table cards (
  tenant_id text not null,
  id uuid not null,
  pan_sealed bytea not null,
  facts jsonb not null,
  create_time timestamptz not null default now(),
  primary key (tenant_id, id)
);
--> statement-breakpoint
comment on table cards is 'Cards that the host issued: the number sealed, and the rest as the host told it last.';
--> statement-breakpoint
create table authorizations (
  tenant_id text not null,
  id uuid not null,
  facts jsonb not null,
  create_time timestamptz not null default now(),
  primary key (tenant_id, id)
);
--> statement-breakpoint
comment on table authorizations is 'Authorizations, by the request_id that made them, as the host told them last.';
--> statement-breakpoint
create table reversed_unseen (
  tenant_id text not null,
  id uuid not null,
  create_time timestamptz not null default now(),
  primary key (tenant_id, id)
);
--> statement-breakpoint
comment on table reversed_unseen is 'request_ids of authorizations that were reversed before they came: they are declined when they do.';
--> statement-breakpoint
create table exchanges (
  tenant_id text not null,
  id uuid not null,
  purpose text not null,
  fingerprint bytea,
  on_loss text not null check (on_loss in ('reverse', 'repeat')),
  state text not null check (state in ('sending', 'queued', 'lost', 'answered', 'reversed')),
  mti text not null default '',
  stan text not null default '',
  rrn text not null default '',
  transmitted text not null default '',
  card_id uuid,
  fields jsonb not null,
  details jsonb not null,
  reverses_id uuid,
  attempts integer not null default 0,
  due_time timestamptz not null,
  response_code text,
  answer jsonb,
  response bytea,
  create_time timestamptz not null default now(),
  finish_time timestamptz,
  primary key (tenant_id, id),
  check ((state in ('answered', 'reversed')) = (finish_time is not null))
);
--> statement-breakpoint
comment on table exchanges is 'What was sent to the host and what came of it. Written before sending: whatever dies, it is known what may have been seen there.';
--> statement-breakpoint
comment on column exchanges.on_loss is 'What is done when no answer came: reverse it, or repeat it until it is answered.';
--> statement-breakpoint
comment on column exchanges.response is 'What the caller was or will be answered: a message of the contract.';
--> statement-breakpoint
create index exchanges_due on exchanges (due_time) where state in ('sending', 'queued');
--> statement-breakpoint
create sequence stans minvalue 1 maxvalue 999999 cycle;
--> statement-breakpoint
call bind_to_tenant('cards');
--> statement-breakpoint
call bind_to_tenant('authorizations');
--> statement-breakpoint
call bind_to_tenant('reversed_unseen');
--> statement-breakpoint
call bind_to_tenant('exchanges');
--> statement-breakpoint
do $$
declare
  app text := current_database() || '_app';
  worker text := current_database() || '_worker';
begin
  execute format('grant select, insert, update on cards to %I, %I', app, worker);
  execute format('grant select, insert, update on authorizations to %I, %I', app, worker);
  execute format('grant select, insert on reversed_unseen to %I', app);
  execute format('grant select, insert, update, delete on exchanges to %I, %I', app, worker);
  execute format('grant usage on sequence stans to %I', worker);
end $$;
