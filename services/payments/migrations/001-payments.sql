-- What money moved. A payment belongs to one order; operations are what we asked its provider to do; the ledger is what
-- was really done; webhook_event is what providers told us.

-- One per order. A row in currency XXX is a mark: the order was canceled before it was ever paid, and never will be.
create table payment (
  order_id uuid primary key,
  amount bigint not null check (amount >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  provider text not null,
  status text not null default 'processing' check (
    status in (
      'processing', 'action-required', 'authorized', 'captured', 'partially-refunded', 'refunded', 'declined', 'voided'
    )
  ),
  -- What the succeeded operations moved. Differs from the amount only where a provider took the wrong one.
  captured bigint not null default 0 check (captured >= 0),
  refunded bigint not null default 0,
  -- The provider's own name for it; null until the provider has answered.
  provider_reference text,
  next_action json,
  decline json,
  -- Whatever is taken from now on is given back.
  cancel_requested boolean not null default false,
  -- Token, return URL and mail address: kept only until the provider has answered, to ask again with the same words.
  request json,
  -- A chargeback was opened. Recorded, and for people to decide.
  disputed_at timestamptz,
  -- Grows with every change to the payment or to its operations; who writes says which one it has read.
  version integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint never_refund_more_than_was_captured check (refunded between 0 and captured)
) with (fillfactor = 70, autovacuum_analyze_threshold = 50000);
create index payment_newest on payment (created_at, order_id);

-- Something that we asked, or are about to ask, of a provider. Committed before the provider is called; its id is the
-- provider's idempotency key, so however often it is asked, it is done once.
create table payment_operation (
  id uuid not null,
  -- Written only together with its payment, so a foreign key would but lock the payment's row once more.
  order_id uuid not null,
  -- A payment begins with one 'capture' that covers the authorization; it turns into 'authorize' when the customer must act.
  kind text not null check (kind in ('authorize', 'capture', 'void', 'refund')),
  amount bigint not null check (amount >= 0),
  -- unknown: asked, and no answer came.
  status text not null default 'pending' check (status in ('pending', 'unknown', 'succeeded', 'failed')),
  -- Whoever wants a refund names it: the same name again is the same refund.
  refund_id uuid,
  provider_reference text,
  -- Why it was wanted, or why it failed.
  reason text,
  attempts integer not null default 0,
  -- When the resolver looks after it; null once it has succeeded or failed.
  next_check_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (order_id, id),
  check ((status in ('pending', 'unknown')) = (next_check_at is not null))
) with (autovacuum_analyze_threshold = 50000);
create unique index one_operation_per_refund on payment_operation (refund_id) where refund_id is not null;
create unique index one_capture_per_payment on payment_operation (order_id) where kind = 'capture' and status <> 'failed';
create index payment_operation_open on payment_operation (next_check_at) where next_check_at is not null;

-- Double entry, a transfer a row: what one account gets, another gives, so a transfer cannot be out of balance. Its id is that of
-- the operation that moved the money. Never changed, never deleted.
create table ledger_transfer (
  id uuid primary key,
  debit text not null,
  credit text not null,
  amount bigint not null,
  currency text not null,
  order_id uuid not null,
  at timestamptz not null,
  constraint transfer_is_between_two check (amount >= 0 and debit <> credit)
) with (autovacuum_analyze_threshold = 50000);
create index ledger_transfer_of_order on ledger_transfer (order_id);

-- The same as bookkeepers read it: two entries a transaction.
create view ledger_entry as
select id as transaction_id, debit as account, currency, amount, order_id, at from ledger_transfer
union all
select id, credit, currency, -amount, order_id, at from ledger_transfer;

-- What providers told us, each event once. The body is a hint that is merged into what we know.
create table webhook_event (
  provider text not null,
  event_id text not null,
  order_id uuid,
  body text not null,
  received_at timestamptz not null,
  -- Null until it has been merged, or told nothing new.
  processed_at timestamptz,
  next_try_at timestamptz not null,
  primary key (provider, event_id)
) with (autovacuum_analyze_threshold = 50000);
create index webhook_event_open on webhook_event (next_try_at) where processed_at is null;
create index webhook_event_age on webhook_event using brin (received_at);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '%', tg_argv[0] using errcode = 'check_violation';
end $$;

create trigger amount_never_changes before update on payment
  for each row when (old.amount <> new.amount or old.currency <> new.currency)
  execute function refuse_change('The amount of a payment never changes.');
create trigger captured_stays_captured before update on payment
  for each row when (
    old.status in ('captured', 'partially-refunded', 'refunded')
    and new.status not in ('captured', 'partially-refunded', 'refunded')
  )
  execute function refuse_change('A captured payment can only be refunded.');
create trigger ledger_is_append_only before update or delete or truncate on ledger_transfer
  for each statement execute function refuse_change('The ledger is only written to, never changed.');
