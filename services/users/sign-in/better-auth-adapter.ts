// The database adapter of better-auth: its operations as SQL on the service's pool. better-auth's own adapter (Kysely) takes 20 MB
// more and expects times as Date objects; our pool reads them as ISO text, so with that adapter sessions would never expire.
import { join, type Sql, type Statement, Verbatim } from '@souk/postgres'
import type { BetterAuthOptions } from 'better-auth'
import { type CleanedWhere, type CustomAdapter, createAdapterFactory, type DBAdapter } from 'better-auth/adapters'
import { APIError } from 'better-auth/api'
import { hashOf } from '../sessions/session-token.ts'
import { inOneTransaction, type Row, type StatementRunner, separately } from './adapter-transactions.ts'
import { requestContext } from './request-scope.ts'

/** The `database` option of better-auth. */
export function databaseAdapter(options: BetterAuthOptions): DBAdapter {
  return adapterOn(separately, options)
}

function adapterOn(runner: StatementRunner, options: BetterAuthOptions): DBAdapter {
  return createAdapterFactory({
    config: {
      adapterId: 'souk',
      supportsDates: false, // Times are ISO text.
      supportsJSON: true,
      supportsBooleans: true,
      transaction: (work) => inOneTransaction((inside) => work(adapterOn(inside, options))),
    },
    adapter: () => operationsOn(runner),
  })(options)
}

const sql: Sql = (strings, ...values) => requestContext().sql(strings, ...values)

function operationsOn({ read, write }: StatementRunner): CustomAdapter {
  return {
    async create({ model, data }) {
      const columns = Object.keys(data)
      const rows = await write(sql`
        insert into ${name(model)} (${join(
          columns.map((column) => sql`${name(column)}`),
          ', ',
        )})
        values (${join(
          columns.map((column) => sql`${storedValue(column, data[column])}`),
          ', ',
        )})
        on conflict do nothing
        returning *`)
      // better-auth then answers a taken e-mail address as it answers a new one.
      if (!rows[0]) throw new APIError('FORBIDDEN', { message: 'This account exists already.' })
      return { ...rows[0], ...data }
    },
    async findOne({ model, where }) {
      const [row] = await read(sql`select * from ${name(model)} ${whereClause(where)} limit 1`)
      return row ? (withToken(row, where) as never) : null
    },
    async findMany({ model, where, limit, sortBy, offset }) {
      const order = sortBy
        ? sql`order by ${name(sortBy.field)} ${new Verbatim(sortBy.direction === 'desc' ? 'desc' : 'asc')}`
        : sql``
      return (await read(sql`
        select * from ${name(model)} ${whereClause(where)} ${order} limit ${limit} offset ${offset ?? 0}`)) as never
    },
    async count({ model, where }) {
      const [row] = await read(sql`select count(*) as count from ${name(model)} ${whereClause(where)}`)
      return Number(row?.count)
    },
    async update({ model, where, update }) {
      const [row] = await write(updateStatement(model, where, update as Row))
      return row ? (withToken(row, where) as never) : null
    },
    async updateMany({ model, where, update }) {
      return (await write(updateStatement(model, where, update))).length
    },
    async delete({ model, where }) {
      await write(sql`delete from ${name(model)} ${whereClause(where)}`)
    },
    async deleteMany({ model, where }) {
      return (await write(sql`delete from ${name(model)} ${whereClause(where)} returning id`)).length
    },
    async consumeOne({ model, where }) {
      const [row] = await write(sql`
        delete from ${name(model)}
        where id = (select id from ${name(model)} ${whereClause(where)} limit 1 for update skip locked)
        returning *`)
      return (row as never) ?? null
    },
  }

  function updateStatement(model: string, where: CleanedWhere[], update: Row): Statement {
    const changes = Object.entries(update).map(
      ([column, value]) => sql`${name(column)} = ${storedValue(column, value)}`,
    )
    return sql`update ${name(model)} set ${join(changes, ', ')} ${whereClause(where)} returning *`
  }
}

const comparisons: Partial<Record<CleanedWhere['operator'], string>> = {
  eq: '=',
  ne: '<>',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
}

function whereClause(where: readonly CleanedWhere[] = []): Statement {
  if (where.length === 0) return sql``
  return sql`where ${join(where.map(condition), ' and ')}`
}

function condition({ field, operator, value, connector }: CleanedWhere): Statement {
  if (connector === 'OR') throw new Error('The adapter combines conditions with AND only.')
  if (value === null && operator === 'eq') return sql`${name(field)} is null`
  if (operator === 'in') return sql`${name(field)} = any(${(value as string[]).map((one) => storedValue(field, one))})`
  const comparison = comparisons[operator]
  if (!comparison) throw new Error(`The adapter does not support the operator ${operator}.`)
  return sql`${name(field)} ${new Verbatim(comparison)} ${storedValue(field, value)}`
}

/** Names come from better-auth's schema, never from a request. */
function name(camel: string): Verbatim {
  return new Verbatim(camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
}
/** A session's token is stored as its hash. */
function storedValue(column: string, value: unknown): unknown {
  return column === 'tokenHash' ? hashOf(String(value)) : value
}
/** The row with the token by which better-auth looked it up: better-auth compares the two. */
function withToken(row: Row, where: readonly CleanedWhere[]): Row {
  const token = where.find((one) => one.field === 'tokenHash' && one.operator === 'eq')
  return token ? { ...row, tokenHash: token.value } : row
}
