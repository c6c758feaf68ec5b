alter table exchanges add column secret_sealed bytea;
--> statement-breakpoint
comment on column exchanges.secret_sealed is 'A PIN block, sealed, while it may have to be sent again; gone once answered.';
--> statement-breakpoint
create table tokens (
  tenant_id text not null,
  id uuid not null,
  card_id uuid not null,
  requestor text not null,
  last_four text not null,
  create_time timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, card_id) references cards (tenant_id, id)
);
--> statement-breakpoint
comment on table tokens is 'What stands for a card in a wallet or at a merchant. The host knows nothing of it: it is asked with the card''s number.';
--> statement-breakpoint
create index tokens_card on tokens (tenant_id, card_id);
--> statement-breakpoint
create table reveal_links (
  tenant_id text not null,
  token_digest bytea not null,
  card_id uuid not null,
  scopes jsonb not null,
  expire_time timestamptz not null,
  use_time timestamptz,
  create_time timestamptz not null default now(),
  primary key (tenant_id, token_digest),
  foreign key (tenant_id, card_id) references cards (tenant_id, id)
);
--> statement-breakpoint
comment on table reveal_links is 'Links that show a card''s data once, by the digest of their token.';
--> statement-breakpoint
create index reveal_links_card on reveal_links (tenant_id, card_id);
--> statement-breakpoint
call bind_to_tenant('tokens');
--> statement-breakpoint
call bind_to_tenant('reveal_links');
--> statement-breakpoint
do $$
declare
  app text := current_database() || '_app';
begin
  execute format('grant select, insert on tokens to %I', app);
  execute format('grant select, insert, update on reveal_links to %I', app);
end $$;
