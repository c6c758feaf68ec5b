create table products (
  tenant_id text not null,
  id text not null,
  display_name text not null,
  region_code text not null,
  currency_code text not null,
  overdraft_limit bigint not null check (overdraft_limit >= 0),
  annual_interest_basis_points integer not null,
  fees jsonb not null,
  limits jsonb not null,
  state text not null check (state in ('active', 'retired')),
  version bigint not null,
  create_time timestamptz not null,
  update_time timestamptz not null,
  primary key (tenant_id, id)
);
--> statement-breakpoint
call bind_to_tenant('products');
--> statement-breakpoint
do $$ begin execute format('grant select, insert, update on products to %I', current_database() || '_app'); end $$;
