// The tables that an order leaves rows in, by service, and what of them does not follow from the type of the column.
import type { RepeatedTable } from './repeat-rows.ts'

const ofOrder = 'x.order_id = o.old_id'
const replaced = (column: string) =>
  `replace(replace(replace(bench_fill.swap(x.${column}::text, o.old_skus, o.n), o.old_id::text, o.id::text), o.old_email, o.email), '"' || o.old_name || '"', '"' || o.name || '"')::json`
const reference = (column: string) =>
  `'sim_' || replace(bench_fill.moved(substr(x.${column}, 5, 32)::uuid, o.n, o.shift)::text, '-', '')`

const sentMessages: RepeatedTable = {
  table: 'outbox_sent',
  belongs: 'x.key = o.old_id::text',
  columns: { id: '-o.n', key: 'o.id::text', envelope: replaced('envelope') },
  days: 14,
}
const inbox: RepeatedTable = {
  table: 'inbox',
  belongs: 'exists (select from bench_fill.template_event e where e.event_id = x.event_id and e.t = o.t)',
  days: 30,
}

export const orderTables: Readonly<Record<string, readonly RepeatedTable[]>> = {
  orders: [
    {
      table: 'orders',
      belongs: 'x.id = o.old_id',
      columns: {
        id: 'o.id',
        number: 'o.number',
        cart_id: 'o.cart_id',
        customer_id: 'bench_fill.user_id(o.customer)',
        email: 'o.email',
      },
    },
    { table: 'order_event', belongs: ofOrder },
    { table: 'shipment', belongs: ofOrder },
    { table: 'refund', belongs: ofOrder },
    {
      table: 'cart',
      belongs: 'x.id = o.old_cart_id',
      columns: { id: 'o.cart_id', customer_id: 'bench_fill.user_id(o.customer)', body: replaced('body') },
      days: 30,
    },
    sentMessages,
    inbox,
  ],
  payments: [
    { table: 'payment', belongs: ofOrder, columns: { provider_reference: reference('provider_reference') } },
    {
      table: 'payment_operation',
      belongs: ofOrder,
      columns: {
        provider_reference: `${reference('provider_reference')} || case when x.kind = 'refund'
          then '_' || right(bench_fill.moved(x.id, o.n, o.shift)::text, 6) else '' end`,
      },
    },
    { table: 'ledger_transfer', belongs: ofOrder },
    {
      table: 'webhook_event',
      belongs: ofOrder,
      columns: {
        event_id: `'evt_' || bench_fill.moved(substr(x.event_id, 5, 36)::uuid, o.n, o.shift) || substr(x.event_id, 41)`,
        reference: reference('reference'),
      },
      days: 7,
    },
    sentMessages,
    inbox,
  ],
  inventory: [
    { table: 'reservation', belongs: ofOrder },
    { table: 'reservation_line', belongs: ofOrder, columns: { location: `'main'` } },
    {
      table: 'stock_movement',
      belongs: 'x.reference = o.old_id',
      columns: { location: `'main'`, reference: 'o.id' },
    },
    sentMessages,
    inbox,
  ],
  notifications: [
    {
      table: 'notification',
      belongs: ofOrder,
      columns: {
        recipient: 'o.email',
        subject: 'replace(x.subject, o.old_name, o.name)',
        content: `case when o.number > $3::bigint then ${replaced('content')} end`,
        message_id: `'<' || bench_fill.moved(x.cause, o.n, o.shift) || '.' || x.kind || substr(x.message_id, position('@' in x.message_id))`,
      },
    },
    inbox,
  ],
}
