// better-auth's view of our database: its few operations as our own SQL, on the service's pool. Not its Kysely adapter: that
// reads times as Date objects where our pool gives ISO text, so that sessions would never expire, and costs 20 MB more.
import { join, type Sql, type Statement, Verbatim } from '@souk/postgres'
import type { BetterAuthOptions } from 'better-auth'
import { type CleanedWhere, type CustomAdapter, createAdapterFactory, type DBAdapter } from 'better-auth/adapters'
import { APIError } from 'better-auth/api'
import { hashOf } from '../sessions/session-token.ts'
import { type Access, currentVisit, direct, inOneTransaction, type Row } from './request-scope.ts'

/** Hand this to better-auth as its database. */
export function authStore(options: BetterAuthOptions): DBAdapter {
  return storeOn(direct, options)
}

function storeOn(access: Access, options: BetterAuthOptions): DBAdapter {
  return createAdapterFactory({
    config: {
      adapterId: 'souk',
      supportsDates: false, // Times travel as ISO text.
      supportsJSON: true,
      supportsBooleans: true,
      transaction: (work) => inOneTransaction((inside) => work(storeOn(inside, options))),
    },
    adapter: () => operationsOn(access),
  })(options)
}

const sql: Sql = (strings, ...values) => currentVisit().context.sql(strings, ...values)

function operationsOn({ read, write }: Access): CustomAdapter {
  return {
    async create({ model, data }) {
      const columns = Object.keys(data)
      const rows = await write(sql`
        insert into ${name(model)} (${join(
          columns.map((column) => sql`${name(column)}`),
          ', ',
        )})
        values (${join(
          columns.map((column) => sql`${stored(column, data[column])}`),
          ', ',
        )})
        on conflict do nothing
        returning *`)
      // better-auth answers a taken e-mail address like a new one when it is told so.
      if (!rows[0]) throw new APIError('FORBIDDEN', { message: 'This account exists.' })
      return { ...rows[0], ...data }
    },
    async findOne({ model, where }) {
      const [row] = await read(sql`select * from ${name(model)} ${matching(where)} limit 1`)
      return row ? (withToken(row, where) as never) : null
    },
    async findMany({ model, where, limit, sortBy, offset }) {
      const order = sortBy
        ? sql`order by ${name(sortBy.field)} ${new Verbatim(sortBy.direction === 'desc' ? 'desc' : 'asc')}`
        : sql``
      return (await read(sql`
        select * from ${name(model)} ${matching(where)} ${order} limit ${limit} offset ${offset ?? 0}`)) as never
    },
    async count({ model, where }) {
      const [row] = await read(sql`select count(*) as count from ${name(model)} ${matching(where)}`)
      return Number(row?.count)
    },
    async update({ model, where, update }) {
      const [row] = await write(changing(model, where, update as Row))
      return row ? (withToken(row, where) as never) : null
    },
    async updateMany({ model, where, update }) {
      return (await write(changing(model, where, update))).length
    },
    async delete({ model, where }) {
      await write(sql`delete from ${name(model)} ${matching(where)}`)
    },
    async deleteMany({ model, where }) {
      return (await write(sql`delete from ${name(model)} ${matching(where)} returning id`)).length
    },
    async consumeOne({ model, where }) {
      const [row] = await write(sql`
        delete from ${name(model)}
        where id = (select id from ${name(model)} ${matching(where)} limit 1 for update skip locked)
        returning *`)
      return (row as never) ?? null
    },
  }

  function changing(model: string, where: CleanedWhere[], update: Row): Statement {
    const changes = Object.entries(update).map(([column, value]) => sql`${name(column)} = ${stored(column, value)}`)
    return sql`update ${name(model)} set ${join(changes, ', ')} ${matching(where)} returning *`
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

function matching(where: readonly CleanedWhere[] = []): Statement {
  if (where.length === 0) return sql``
  return sql`where ${join(where.map(condition), ' and ')}`
}

function condition({ field, operator, value, connector }: CleanedWhere): Statement {
  if (connector === 'OR') throw new Error('This store joins conditions by and only.')
  if (value === null && operator === 'eq') return sql`${name(field)} is null`
  if (operator === 'in') return sql`${name(field)} = any(${(value as string[]).map((one) => stored(field, one))})`
  const comparison = comparisons[operator]
  if (!comparison) throw new Error(`This store cannot compare by ${operator}.`)
  return sql`${name(field)} ${new Verbatim(comparison)} ${stored(field, value)}`
}

/** Names come from better-auth's schema, never from a request. */
function name(camel: string): Verbatim {
  return new Verbatim(camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
}
/** Of a session's token only the hash is stored. */
function stored(column: string, value: unknown): unknown {
  return column === 'tokenHash' ? hashOf(String(value)) : value
}
/** better-auth expects to read the token by which it found a session. */
function withToken(row: Row, where: readonly CleanedWhere[]): Row {
  const asked = where.find((one) => one.field === 'tokenHash' && one.operator === 'eq')
  return asked ? { ...row, tokenHash: asked.value } : row
}
