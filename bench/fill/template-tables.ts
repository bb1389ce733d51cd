// Which orders, messages and products are the templates, as every database is told.
import pg from 'pg'
import { orderTables } from './order-tables.ts'

export interface Templates {
  orders: Record<string, unknown>[]
  /** The messages about these orders. */
  events: { event_id: string; order_id: string }[]
  products: Record<string, unknown>[]
  skus: Record<string, unknown>[]
}

export async function readTemplates(urls: Readonly<Record<string, string>>): Promise<Templates> {
  const read = async <T extends pg.QueryResultRow>(name: string, statement: string, values: unknown[] = []) => {
    const client = new pg.Client({ connectionString: urls[name] as string })
    await client.connect()
    try {
      return (await client.query<T>(statement, values)).rows
    } finally {
      await client.end()
    }
  }
  const orders = await read('orders', templateOrders)
  const ids = orders.map(({ order_id }) => order_id)
  const senders = Object.keys(orderTables).filter((name) => name !== 'notifications')
  const events = await Promise.all(
    senders.map((name) =>
      read<Templates['events'][number]>(
        name,
        'select event_id, key as order_id from outbox_sent where key = any($1::text[])',
        [ids],
      ),
    ),
  )
  const products = await read('products', templateProducts)
  const skus = await read('products', 'select sku, position from variant')
  return { orders, events: events.flat(), products, skus }
}

/** The twelve past orders of the demo are 1 to 12, in their order; those that the bench has bought are 101 to 103. */
const templateOrders = `
  select (case when place <= 12 then place else 88 + place end)::integer as t, id as order_id, cart_id, number, placed_at, email,
    array(select line ->> 'sku' from json_array_elements(lines) as line) as skus
  from (select *, row_number() over (order by number) as place from orders where number < 1000000) as made
  where place <= 15`

const templateProducts = `
  select row_number() over (order by slug)::integer as place, id, substring(slug from '-no-(\\d+)$') as number
  from product
  where slug ~ '-no-\\d+$'
    and exists (select from variant v where v.product_id = product.id and v.position = 0 and v.sku like 'NO%')`

export async function storeTemplates(client: pg.Client, name: string, templates: Templates): Promise<void> {
  const put = (table: string, rows: unknown) =>
    client.query(
      `insert into bench_fill.${table} select (json_populate_record(null::bench_fill.${table}, row)).* from json_array_elements($1::json) as row`,
      [JSON.stringify(rows)],
    )
  await put('template', templates.orders)
  const numberOf = new Map(templates.orders.map(({ order_id, t }) => [order_id, t]))
  await put(
    'template_event',
    templates.events.map(({ event_id, order_id }) => ({ event_id, t: numberOf.get(order_id) })),
  )
  if (!['products', 'orders', 'inventory'].includes(name)) return
  await put('template_product', templates.products)
  await put('template_sku', templates.skus)
}
