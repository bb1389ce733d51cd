-- An event of a provider says which payment something happened to and what kind of thing it was; the provider is then asked how the
-- payment stands. Rows that an older version stored have null in both columns, and the same values in their body.
alter table webhook_event
  add column reference text,
  add column kind text,
  alter column body drop not null;

-- Finds the payment of an event: the operation that a payment begins with usually has the payment's own reference. An index on
-- payment would keep the update of a purchase from staying in its page (docs/decisions/007-cheap-rows.md); the update of an
-- operation changes an indexed column anyway.
create index payment_operation_by_reference on payment_operation (provider_reference)
where provider_reference is not null;
