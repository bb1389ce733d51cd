// Fills each service's database, two at a time. Each transaction notes what it has done.
import pg from 'pg'
import { say } from '../report.ts'
import { firstNumber, functionsFor, ordersOfRange } from './functions.ts'
import { customerStatements, keepProductTemplates, productStatements, productTemplates, receiveGoods } from './goods.ts'
import { orderTables } from './order-tables.ts'
import { chunksOf, type FillPlan, firstOrderWithin } from './plan.ts'
import { type Column, keepTemplates, type RepeatedTable, repeatRows } from './repeat-rows.ts'
import { dropIndexes, makeIndexes } from './tables.ts'
import { readTemplates, storeTemplates, type Templates } from './template-tables.ts'

const ordersAtOnce = 50_000
const goodsAtOnce = 20_000
/** Letters keep their content, with names and addresses, for so many days. */
const contentDays = 90
const services = ['orders', 'inventory', 'payments', 'notifications', 'products', 'users'] as const
const indexesFirst: Readonly<Record<string, readonly string[]>> = {
  users: ['shop_user', 'credential', 'address', 'session'],
  products: [],
  orders: ['orders', 'order_event', 'shipment', 'refund', 'cart', 'price_list', 'product_heard'],
  payments: ['payment', 'payment_operation', 'ledger_transfer', 'webhook_event'],
  inventory: ['reservation', 'reservation_line', 'stock_movement', 'stock', 'for_sale', 'product_heard'],
  notifications: ['notification'],
}

/** `urls` of the services' databases, as superuser. */
export async function fillDatabases(urls: Readonly<Record<string, string>>, plan: FillPlan): Promise<void> {
  const templates = await readTemplates(urls)
  const waiting = [...services]
  const work = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift())
      await withClient(urls[name] as string, (client) => fillOne(name, client, plan, templates))
  }
  await Promise.all([work(), work()])
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

async function fillOne(name: string, client: pg.Client, plan: FillPlan, templates: Templates): Promise<void> {
  const step = makeStep(name, client)
  await client.query(`set session_replication_role = replica`)
  await client.query(`set synchronous_commit = off; set maintenance_work_mem = '512MB'; set work_mem = '128MB'`)
  await client.query(`alter system set max_wal_size = '6GB'`)
  await client.query('select pg_reload_conf()')
  await client.query(functionsFor(plan))
  await step('templates', 0, () => storeTemplates(client, name, templates))
  await dropIndexes(client, await notYetDropped(client, indexesFirst[name] ?? []))
  for (const table of productTemplates[name] ?? []) await client.query(keepProductTemplates(table))
  for (const [place, statement] of (productStatements[name] ?? []).entries())
    await inChunks(step, `goods ${place}`, plan.products, goodsAtOnce, (range) => client.query(statement, range))
  if (name === 'users')
    for (const [place, statement] of customerStatements.entries())
      await inChunks(step, `customers ${place}`, plan.customers, ordersAtOnce, (range) =>
        client.query(statement, range),
      )
  await fillOrders(name, client, plan, step)
  if (name === 'inventory') await step('stock', 0, () => client.query(receiveGoods))
  say(`${name}: indexes`)
  await makeIndexes(client)
  if (name === 'orders') await client.query(`select setval('order_number', ${firstNumber + plan.orders + 1})`)
  await client.query(`alter system reset max_wal_size`)
  say(`${name}: vacuum`)
  await client.query('vacuum (analyze, freeze)')
}

type Step = ReturnType<typeof makeStep>

/** Does something once, together with the note that it is done. */
function makeStep(name: string, client: pg.Client) {
  let told = 0
  return async (step: string, chunk: number, work: () => Promise<unknown>): Promise<void> => {
    await client.query('begin')
    const { rowCount } = await client.query(
      'insert into bench_fill.done (step, chunk) values ($1, $2) on conflict do nothing',
      [step, chunk],
    )
    if (rowCount === 1) await work()
    await client.query('commit')
    if (rowCount !== 1 || Date.now() - told < 10_000) return
    told = Date.now()
    say(`${name}: ${step}, chunk ${chunk + 1}`)
  }
}

async function inChunks(
  step: Step,
  name: string,
  count: number,
  size: number,
  work: (range: [number, number]) => Promise<unknown>,
): Promise<void> {
  for (const [chunk, range] of chunksOf(count, size).entries()) await step(name, chunk, () => work(range))
}

async function fillOrders(name: string, client: pg.Client, plan: FillPlan, step: Step): Promise<void> {
  const tables = orderTables[name] ?? []
  for (const table of tables) await client.query(keepTemplates(table))
  if (tables.some(({ table }) => table === 'outbox_sent')) await client.query(partitionsOfSent)
  const statements = new Map<RepeatedTable, string>()
  for (const table of tables)
    statements.set(table, ordersOfRange + repeatRows(table, await columnsOf(client, table.table)))
  const contentFrom = firstNumber + firstOrderWithin(contentDays, plan)
  for (const [table, statement] of statements) {
    const first = table.days ? firstOrderWithin(table.days, plan) : 1
    await inChunks(step, table.table, plan.orders, ordersAtOnce, async ([from, to]) => {
      if (to < first) return
      const values = [Math.max(first, from), to, ...(statement.includes('$3') ? [contentFrom] : [])]
      await client.query(statement, values)
    })
  }
}

/** A shop that has run for days has a partition for each. */
const partitionsOfSent = `
  do $$
  begin
    for age in 1..14 loop
      if to_regclass('outbox_sent_' || to_char(current_date - age, 'YYYYMMDD')) is null then
        execute format('create table %I partition of outbox_sent for values from (%L) to (%L)',
          'outbox_sent_' || to_char(current_date - age, 'YYYYMMDD'), current_date - age, current_date - age + 1);
      end if;
    end loop;
  end $$`

async function columnsOf(client: pg.Client, table: string): Promise<Column[]> {
  const { rows } = await client.query<Column>(
    `select column_name as name, data_type as type
     from information_schema.columns
     where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'
     order by ordinal_position`,
    [table],
  )
  return rows
}

/** Dropped once: after an interruption, those that were made again stay. */
async function notYetDropped(client: pg.Client, tables: readonly string[]): Promise<readonly string[]> {
  const { rowCount } = await client.query(
    `insert into bench_fill.done (step, chunk) values ('indexes dropped', 0) on conflict do nothing`,
  )
  return rowCount === 1 ? tables : []
}
