-- Ends paid orders of which nothing is left to send. Until now such an order waited for the rest of its money to go back, and when
-- that refund failed, nothing could be sent and nothing ended it. From now on an order ends when its last unit is refunded.
with finished as (
  update orders o
  set status = 'canceled', version = version + 1, cancel_reason = 'refunded', updated_at = clock_timestamp(),
    cancel_detail = '{ "message": "Nothing is left to send." }'
  where status = 'paid'
    and filed_under = 'paid'
    and not exists (select from shipment s where s.order_id = o.id)
    and (select sum((line ->> 'quantity')::bigint) from json_array_elements(o.lines) as line) <= (
      select sum((line ->> 'unshipped')::bigint)
      from refund r, json_array_elements(r.lines) as line
      where r.order_id = o.id and r.status = 'refunded')
  returning *
), entry as (
  insert into order_event (order_id, version, at, status, type, message)
  select id, version, updated_at, status, 'canceled', 'The order is canceled: nothing is left to send.' from finished
), message as (
  select uuidv7() as event_id, finished.*,
    (
      select json_agg(json_strip_nulls(json_build_object(
        'sku', line -> 'sku', 'title', line -> 'title', 'quantity', line -> 'quantity', 'unitPrice', line -> 'unitPrice',
        'lineTotal', line -> 'lineTotal', 'image', line -> 'image')))
      from json_array_elements(lines) as line
    ) as sold
  from finished
)
insert into outbox (event_id, type, key, envelope)
select event_id, 'orders.order-canceled', id::text, json_build_object(
  'specversion', '1.0', 'id', event_id, 'source', '/souk/orders', 'type', 'orders.order-canceled', 'subject', id,
  'time', to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'datacontenttype', 'application/json',
  'traceparent', '00-' || replace(id::text, '-', '') || '-' || right(replace(id::text, '-', ''), 16) || '-01',
  'data', json_strip_nulls(json_build_object(
    'orderId', id, 'number', 'S-' || number, 'email', email, 'customerId', customer_id, 'reason', 'refunded', 'wasPaid', true,
    'goingBack', json_build_object('amount', 0, 'currency', currency), 'lines', sold,
    'totals', json_build_object(
      'subtotal', json_build_object('amount', subtotal_amount, 'currency', currency),
      'discount', json_build_object('amount', discount_amount, 'currency', currency),
      'shipping', json_build_object('amount', shipping_amount, 'currency', currency),
      'tax', json_build_object('amount', tax_amount, 'currency', currency),
      'total', json_build_object('amount', total_amount, 'currency', currency),
      'taxIncluded', tax_included))))
from message;
