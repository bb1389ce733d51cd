-- souk: no transaction
-- The payments that wait for their customer: among millions of others, a list of them read the whole table. A payment that is
-- captured at once never has a next action, so its update still stays in its page (docs/decisions/007-cheap-rows.md).
create index concurrently if not exists payment_waiting on payment (created_at, order_id) where next_action is not null;
