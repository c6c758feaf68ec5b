create table customers (
  tenant_id text not null,
  id uuid not null,
  person jsonb not null,
  email text not null,
  phone_number text not null,
  state text not null check (state in ('active', 'closed')),
  version bigint not null,
  create_time timestamptz not null,
  update_time timestamptz not null,
  primary key (tenant_id, id)
);
--> statement-breakpoint
create table tax_identifiers (
  tenant_id text not null,
  type text not null,
  value text not null,
  customer_id uuid not null,
  primary key (tenant_id, type, value),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
--> statement-breakpoint
comment on table tax_identifiers is 'Who holds which number: within a tenant a number belongs to one customer.';
--> statement-breakpoint
create index tax_identifiers_customer on tax_identifiers (tenant_id, customer_id);
--> statement-breakpoint
call bind_to_tenant('customers');
--> statement-breakpoint
call bind_to_tenant('tax_identifiers');
--> statement-breakpoint
do $$
declare app text := current_database() || '_app';
begin
  execute format('grant select, insert, update on customers to %I', app);
  execute format('grant select, insert on tax_identifiers to %I', app);
end $$;
