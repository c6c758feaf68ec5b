create table pots (
  tenant_id text not null,
  id integer not null,
  amount bigint not null,
  primary key (tenant_id, id)
);
--> statement-breakpoint
call bind_to_tenant('pots');
--> statement-breakpoint
do $$ begin execute format('grant select, insert, update on pots to %I', current_database() || '_app'); end $$;
