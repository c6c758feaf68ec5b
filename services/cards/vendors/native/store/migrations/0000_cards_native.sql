create table cards (
  tenant_id text not null,
  id uuid not null,
  form text not null check (form in ('physical', 'virtual', 'single_use')),
  state text not null check (state in ('inactive', 'active', 'frozen', 'closed')),
  close_reason text,
  bin text not null,
  last_four text not null,
  expiry_year integer not null,
  expiry_month integer not null,
  currency_code text not null,
  funding_account uuid not null,
  controls jsonb,
  has_pin boolean not null,
  wrong_pins integer not null,
  replaces uuid,
  version bigint not null,
  number_sealed bytea not null,
  number_fingerprint bytea not null unique,
  pin_value bytea,
  primary key (tenant_id, id),
  check ((state = 'closed') = (close_reason is not null)),
  check (has_pin = (pin_value is not null))
);
--> statement-breakpoint
comment on column cards.number_sealed is 'The number, under a key of its own that is wrapped under the vault''s.';
--> statement-breakpoint
comment on column cards.number_fingerprint is 'HMAC of the number: no number is issued twice, to whatever tenant.';
--> statement-breakpoint
call bind_to_tenant('cards');
--> statement-breakpoint

create table tokens (
  tenant_id text not null,
  id uuid not null,
  card_id uuid not null,
  requestor text not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, card_id) references cards (tenant_id, id)
);
--> statement-breakpoint
call bind_to_tenant('tokens');
--> statement-breakpoint

create table reveal_links (
  tenant_id text not null,
  request_id uuid not null,
  fingerprint bytea not null,
  token_hash bytea not null,
  card_id uuid not null,
  scopes integer[] not null,
  expire_time timestamptz not null,
  is_used boolean not null default false,
  primary key (tenant_id, request_id),
  unique (tenant_id, token_hash),
  foreign key (tenant_id, card_id) references cards (tenant_id, id)
);
--> statement-breakpoint
comment on column reveal_links.token_hash is 'SHA-256 of the token: who reads the table cannot use the link.';
--> statement-breakpoint
call bind_to_tenant('reveal_links');
--> statement-breakpoint

create table authorizations (
  tenant_id text not null,
  id uuid not null,
  request_id uuid not null,
  card_id uuid,
  funding_account uuid,
  currency_code text not null,
  requested_currency_code text not null,
  requested bigint not null,
  state text not null check (state in ('deciding', 'approved', 'declined', 'cleared', 'reversed', 'expired')),
  approved bigint not null check (approved >= 0),
  held bigint not null check (held >= 0),
  reversed bigint not null check (reversed >= 0),
  cleared bigint not null check (cleared >= 0),
  refunded bigint not null check (refunded >= 0),
  disputed bigint not null check (disputed >= 0),
  charged_back bigint not null check (charged_back >= 0),
  hold uuid,
  approval_code text not null,
  expire_time timestamptz not null,
  create_time timestamptz not null,
  version bigint not null,
  primary key (tenant_id, id),
  unique (tenant_id, request_id),
  check (refunded + disputed + charged_back <= cleared)
);
--> statement-breakpoint
comment on column authorizations.hold is 'The ledger''s pending transfer that holds, or held last.';
--> statement-breakpoint
create index authorizations_of_card on authorizations (tenant_id, card_id, create_time) where state not in ('declined', 'reversed');
--> statement-breakpoint
create index authorizations_to_expire on authorizations (expire_time) where state = 'approved';
--> statement-breakpoint
call bind_to_tenant('authorizations');
--> statement-breakpoint
call open_to_worker('authorizations');
--> statement-breakpoint

create table moves (
  tenant_id text not null,
  request_id uuid not null,
  fingerprint bytea not null,
  authorization_id uuid,
  plan jsonb,
  answer bytea,
  resume_time timestamptz not null,
  primary key (tenant_id, request_id),
  check ((plan is null) = (answer is not null))
);
--> statement-breakpoint
comment on table moves is 'Moves of authorizations by request_id: a plan while the ledger is asked, an answer from then on.';
--> statement-breakpoint
create index moves_under_way on moves (tenant_id, authorization_id) where answer is null;
--> statement-breakpoint
create index moves_to_resume on moves (resume_time) where answer is null;
--> statement-breakpoint
call bind_to_tenant('moves');
--> statement-breakpoint
call open_to_worker('moves');
--> statement-breakpoint

create table reversed_unseen (
  tenant_id text not null,
  request_id uuid not null,
  primary key (tenant_id, request_id)
);
--> statement-breakpoint
comment on table reversed_unseen is 'Requests that were reversed before they came: when they come they hold nothing.';
--> statement-breakpoint
call bind_to_tenant('reversed_unseen');
--> statement-breakpoint

do $$
declare
  app text := current_database() || '_app';
  worker text := current_database() || '_worker';
begin
  execute format('grant select, insert, update on cards, tokens, reveal_links, authorizations, moves to %I', app);
  execute format('grant select, insert on reversed_unseen to %I', app);
  execute format('grant select (tenant_id, id, state, expire_time) on authorizations to %I', worker);
  execute format('grant select (tenant_id, request_id, answer, resume_time) on moves to %I', worker);
  execute format('grant update (resume_time) on moves to %I', worker);
end $$;
