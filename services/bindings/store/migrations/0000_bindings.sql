create table bindings (
  tenant_id text not null,
  capability text not null,
  terms jsonb not null,
  version bigint not null check (version > 0),
  projected_version bigint not null default 0,
  create_time timestamptz not null,
  update_time timestamptz not null,
  primary key (tenant_id, capability)
);
--> statement-breakpoint
comment on column bindings.projected_version is 'Version that was last put on the bus; less than version: still to be put.';
--> statement-breakpoint
create index bindings_unprojected on bindings (update_time) where projected_version < version;
--> statement-breakpoint
create table binding_revisions (
  tenant_id text not null,
  capability text not null,
  version bigint not null,
  terms_before jsonb,
  terms_after jsonb not null,
  principal text not null,
  reason text not null,
  create_time timestamptz not null,
  primary key (tenant_id, capability, version),
  foreign key (tenant_id, capability) references bindings (tenant_id, capability)
);
--> statement-breakpoint
comment on table binding_revisions is 'Who changed which binding from what to what, when and why. Rows are added, never changed.';
--> statement-breakpoint
create table vendors (
  tenant_id text not null check (tenant_id = 'malla'),
  capability text not null,
  vendor text not null,
  address text not null,
  capabilities jsonb not null,
  state text not null check (state in ('active', 'left', 'lost')),
  lease_expire_time timestamptz not null,
  certificate jsonb,
  version bigint not null check (version > 0),
  projected_version bigint not null default 0,
  create_time timestamptz not null,
  update_time timestamptz not null,
  primary key (tenant_id, capability, vendor)
);
--> statement-breakpoint
comment on table vendors is 'Vendors of the mesh: they belong to its own tenant, and every tenant may read them.';
--> statement-breakpoint
create index vendors_unprojected on vendors (update_time) where projected_version < version;
--> statement-breakpoint
create index vendors_leases on vendors (lease_expire_time) where state = 'active';
--> statement-breakpoint
create table vendor_reports (
  tenant_id text not null check (tenant_id = 'malla'),
  service text not null,
  process text not null,
  states jsonb not null,
  report_time timestamptz not null,
  primary key (tenant_id, service, process)
);
--> statement-breakpoint
comment on table vendor_reports is 'How each process saw vendors when it last said so; every tenant may read it.';
--> statement-breakpoint
call bind_to_tenant('bindings');
--> statement-breakpoint
call bind_to_tenant('binding_revisions');
--> statement-breakpoint
call bind_to_tenant('vendors');
--> statement-breakpoint
call bind_to_tenant('vendor_reports');
--> statement-breakpoint
call open_to_worker('bindings');
--> statement-breakpoint
call open_to_worker('vendors');
--> statement-breakpoint
do $$
declare
  app text := current_database() || '_app';
  worker text := current_database() || '_worker';
begin
  execute format('create policy read_by_all on vendors for select to %I using (current_tenant() is not null)', app);
  execute format('create policy read_by_all on vendor_reports for select to %I using (current_tenant() is not null)', app);
  execute format('grant select, insert, update on bindings, vendors to %I', app);
  execute format('grant select, insert on binding_revisions to %I', app);
  execute format('grant select, insert, update, delete on vendor_reports to %I', app);
  execute format('grant select, update on bindings, vendors to %I', worker);
end $$;
