create table notifications (
  tenant_id text not null,
  id uuid not null,
  customer text not null,
  account text not null,
  kind text not null check (kind in ('deposit', 'withdrawal', 'transfer_sent', 'transfer_received')),
  currency_code text not null,
  amount_minor bigint not null,
  operation text not null,
  event_id uuid not null,
  create_time timestamptz not null,
  primary key (tenant_id, id),
  -- The inbox keeps an event from being handled twice; this would show if it ever failed to.
  unique (tenant_id, event_id, kind)
);
--> statement-breakpoint
create index notifications_customer on notifications (tenant_id, customer, id desc);
--> statement-breakpoint
create index notifications_account on notifications (tenant_id, account, id desc);
--> statement-breakpoint
call bind_to_tenant('notifications');
--> statement-breakpoint
do $$ begin execute format('grant select, insert on notifications to %I', current_database() || '_app'); end $$;
