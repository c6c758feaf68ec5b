create table cards (
  tenant_id text not null,
  id uuid not null,
  form integer not null,
  customer text not null,
  funding_account text not null,
  currency_code text not null,
  controls jsonb,
  state text not null check (state in ('unknown', 'inactive', 'active', 'frozen', 'closed')),
  close_reason integer not null,
  vendor text,
  vendor_card text,
  bin text not null,
  last_four text not null,
  expiry_year integer not null,
  expiry_month integer not null,
  has_pin boolean not null,
  replaces uuid,
  replaced_by uuid,
  version bigint not null,
  create_time timestamptz not null,
  update_time timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, vendor, vendor_card)
);
--> statement-breakpoint
comment on table cards is 'Cards less their numbers, which are in their vendors'' vaults.';
--> statement-breakpoint
comment on column cards.vendor is 'Who issued it; while unknown, who was asked last.';
--> statement-breakpoint
create index cards_of_customer on cards (tenant_id, customer, id);
--> statement-breakpoint
call bind_to_tenant('cards');
--> statement-breakpoint

create table authorizations (
  tenant_id text not null,
  id uuid not null,
  request_id uuid not null,
  card_id uuid not null,
  vendor text not null,
  vendor_authorization text,
  currency_code text not null,
  requested_currency_code text not null,
  requested bigint not null,
  state text not null check (state in ('unknown', 'approved', 'declined', 'cleared', 'reversed', 'expired')),
  approved bigint not null check (approved >= 0),
  held bigint not null check (held >= 0),
  reversed bigint not null check (reversed >= 0),
  cleared bigint not null check (cleared >= 0),
  refunded bigint not null check (refunded >= 0),
  disputed bigint not null check (disputed >= 0),
  charged_back bigint not null check (charged_back >= 0),
  response_code text not null,
  decline_reason integer not null,
  approval_code text not null,
  merchant jsonb not null,
  expire_time timestamptz,
  version bigint not null,
  create_time timestamptz not null,
  update_time timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, request_id),
  foreign key (tenant_id, card_id) references cards (tenant_id, id)
);
--> statement-breakpoint
create index authorizations_of_card on authorizations (tenant_id, card_id, id);
--> statement-breakpoint
create index authorizations_to_expire on authorizations (expire_time) where state = 'approved';
--> statement-breakpoint
call bind_to_tenant('authorizations');
--> statement-breakpoint
call open_to_worker('authorizations');
--> statement-breakpoint

create table requests (
  tenant_id text not null,
  request_id uuid not null,
  method text not null,
  fingerprint bytea not null,
  card_id uuid not null,
  authorization_id uuid,
  payload bytea not null,
  state text not null check (state in ('open', 'done', 'undoing', 'undone')),
  response bytea,
  create_time timestamptz not null,
  resume_time timestamptz not null,
  resume_tries integer not null default 0,
  primary key (tenant_id, request_id),
  check ((state = 'done') = (response is not null))
);
--> statement-breakpoint
comment on table requests is 'What vendors were asked, by request_id: written before they are, ended when they answered.';
--> statement-breakpoint
comment on column requests.state is 'open: not answered yet; undoing: what it may have held is being given back, whatever it answers.';
--> statement-breakpoint
comment on column requests.payload is 'The request, without PIN blocks.';
--> statement-breakpoint
create index requests_of_authorization on requests (tenant_id, authorization_id) where state in ('open', 'undoing');
--> statement-breakpoint
create index requests_to_resume on requests (resume_time) where state in ('open', 'undoing');
--> statement-breakpoint
call bind_to_tenant('requests');
--> statement-breakpoint
call open_to_worker('requests');
--> statement-breakpoint

do $$
declare
  app text := current_database() || '_app';
  worker text := current_database() || '_worker';
begin
  execute format('grant select, insert, update, delete on cards, authorizations, requests to %I', app);
  execute format('grant select (tenant_id, id, state, expire_time) on authorizations to %I', worker);
  execute format('grant select (tenant_id, request_id, state, resume_time, resume_tries) on requests to %I', worker);
  execute format('grant update (resume_time, resume_tries) on requests to %I', worker);
end $$;
