// Repeats the rows that a real order left in a table, once for each order of a range: times are moved, ids are new, SKUs are others.

/** A column of a table; generated ones are left out. */
export interface Column {
  name: string
  type: string
}
export interface RepeatedTable {
  table: string
  /** How a row \`x\` belongs to an order \`o\`. */
  belongs: string
  /** What is not moved by its type. By the column's name. */
  columns?: Readonly<Record<string, string>>
  /** Only the orders of so many days are in it; rows of older ones were deleted in time. */
  days?: number
}

/** Keeps the rows of the templates apart, because the table itself has no indexes while it is filled. */
export function keepTemplates({ table, belongs }: RepeatedTable): string {
  return `
    create table if not exists ${templatesOf(table)} as
    select x.*
    from ${table} x
    where exists (
      select from (select t, order_id as old_id, cart_id as old_cart_id from bench_fill.template) as o where ${belongs})`
}

/** The statement for a range of orders, to be put behind \`ordersOfRange\`. */
export function repeatRows({ table, belongs, columns = {} }: RepeatedTable, known: readonly Column[]): string {
  const values = known.map(({ name, type }) => columns[name] ?? movedBy(name, type))
  return `
    insert into ${table} (${known.map(({ name }) => name).join(', ')}) overriding system value
    select ${values.join(', ')}
    from o
    join ${templatesOf(table)} x on ${belongs}`
}

function templatesOf(table: string): string {
  return `bench_fill.rows_of_${table}`
}

function movedBy(name: string, type: string): string {
  if (name === 'order_id') return 'o.id'
  if (name === 'sku') return 'bench_fill.swapped(x.sku, o.old_skus, o.n)'
  if (type.startsWith('timestamp')) return `x.${name} + o.shift`
  if (type === 'uuid') return `case when x.${name} is not null then bench_fill.moved(x.${name}, o.n, o.shift) end`
  if (type === 'json') return `bench_fill.swap(x.${name}::text, o.old_skus, o.n)::json`
  return `x.${name}`
}
