// Compares today's contracts with those that were last published (published.json), and lists what would break a client or a
// service that relies on a published one.
import type { TSchema } from 'typebox'
import { allMessages, allRoutes } from './apis.ts'
import type { Access, Route } from './define.ts'

type Schema = Record<string, unknown>
export interface PublishedRoute {
  method: string
  path: string
  access: Access
  statuses: readonly number[]
  idempotencyKey?: true | 'optional'
  refusals: Readonly<Record<string, number>>
  params?: Schema
  query?: Schema
  body?: Schema
  reply: Schema
}
export interface Published {
  /** By service.name. */
  routes: Record<string, PublishedRoute>
  /** By type. */
  messages: Record<string, { keyField: string; schema: Schema }>
}
export interface Break {
  /** A route or a message. */
  of: string
  what: string
}

/** Today's contracts as plain data. */
export function todaysContracts(): Published {
  const routes = allRoutes.map((route) => [`${route.service}.${route.name}`, published(route)])
  const messages = [...allMessages].map(([type, { keyField, schema }]) => [type, { keyField, schema }])
  return JSON.parse(JSON.stringify({ routes: Object.fromEntries(routes), messages: Object.fromEntries(messages) }))
}
function published(route: Route) {
  const { method, path, access, idempotencyKey, refusals = {}, params, query, body, reply } = route
  const statuses = [route.status ?? 200, ...(route.otherStatuses ?? [])]
  return { method, path, access, statuses, idempotencyKey, refusals, params, query, body, reply }
}

/** Everything that was promised before and does not hold now. */
export function brokenPromises(before: Published, now: Published): Break[] {
  const breaks: Break[] = []
  for (const [of, promised] of Object.entries(before.routes)) {
    const route = now.routes[of]
    const told = route ? brokenInRoute(promised, route) : ['is gone']
    breaks.push(...told.map((what) => ({ of, what })))
  }
  for (const [of, promised] of Object.entries(before.messages)) {
    const message = now.messages[of]
    const told = message ? brokenInMessage(promised, message) : ['is gone']
    breaks.push(...told.map((what) => ({ of, what })))
  }
  return breaks
}

function brokenInRoute(before: PublishedRoute, now: PublishedRoute): string[] {
  const told: string[] = []
  if (before.method !== now.method || before.path !== now.path)
    told.push(`was ${before.method} ${before.path} and is ${now.method} ${now.path}`)
  if (isNarrower(before.access, now.access)) told.push('may no longer be called by all who could')
  if (before.statuses[0] !== now.statuses[0]) told.push(`answered ${before.statuses[0]} and answers ${now.statuses[0]}`)
  if (now.idempotencyKey === true && before.idempotencyKey !== true) told.push('now needs an Idempotency-Key')
  for (const [code, status] of Object.entries(before.refusals)) {
    if (now.refusals[code] === undefined) told.push(`no longer refuses with ${code}`)
    else if (now.refusals[code] !== status) told.push(`refuses with ${code} as ${now.refusals[code]}, not ${status}`)
  }
  for (const part of ['params', 'query', 'body'] as const) told.push(...brokenInput(part, before[part], now[part]))
  told.push(...brokenOutput('reply', before.reply, now.reply))
  return told
}

function isNarrower(before: Access, now: Access): boolean {
  if (typeof before === 'object')
    return typeof now !== 'object' || before.services.some((one) => !now.services.includes(one))
  const order: Access[] = ['anyone', 'customer', 'staff']
  return typeof now === 'object' || order.indexOf(now) > order.indexOf(before)
}

/** Older versions of services read a message and write it, too. */
function brokenInMessage(before: Published['messages'][string], now: Published['messages'][string]): string[] {
  const told = brokenOutput('data', before.schema, now.schema)
  if (before.keyField !== now.keyField) told.push(`has another key: ${now.keyField}, not ${before.keyField}`)
  for (const field of required(now.schema)) {
    if (!required(before.schema).includes(field))
      told.push(`data.${field} became required: messages on their way lack it`)
  }
  return told
}

/** Requests of older clients must still be accepted. */
function brokenInput(path: string, before: Schema | undefined, now: Schema | undefined): string[] {
  if (before === undefined)
    return now === undefined ? [] : required(now).map((field) => `${path}.${field} became required`)
  if (now === undefined) return [`${path} is no longer taken`]
  if (mayBeNull(before) && !mayBeNull(now)) return [`${path} can no longer be unset`]
  const told = differentKind(path, withoutNull(before), withoutNull(now))
  if (told.length > 0) return told
  for (const word of (before.enum as string[] | undefined) ?? []) {
    if (now.enum && !(now.enum as string[]).includes(word)) told.push(`${path} no longer takes "${word}"`)
  }
  if (now.pattern !== before.pattern && now.pattern !== undefined) told.push(`${path} must match another pattern`)
  for (const limit of ['maxLength', 'maxItems', 'maximum', 'maxProperties']) {
    if (numberIn(now, limit, Number.POSITIVE_INFINITY) < numberIn(before, limit, Number.POSITIVE_INFINITY))
      told.push(`${path} takes less: ${limit} ${now[limit]}`)
  }
  for (const limit of ['minLength', 'minItems', 'minimum', 'minProperties']) {
    if (numberIn(now, limit, Number.NEGATIVE_INFINITY) > numberIn(before, limit, Number.NEGATIVE_INFINITY))
      told.push(`${path} takes less: ${limit} ${now[limit]}`)
  }
  for (const [field, schema] of Object.entries(fields(before))) {
    const inner = fields(now)[field]
    told.push(...(inner ? brokenInput(`${path}.${field}`, schema, inner) : [`${path}.${field} is no longer taken`]))
  }
  for (const field of required(now)) {
    if (!required(before).includes(field)) told.push(`${path}.${field} became required`)
  }
  if (before.items) told.push(...brokenInput(`${path}[]`, before.items as Schema, now.items as Schema))
  return told
}

/** Fields that older clients read must still be there. */
function brokenOutput(path: string, before: Schema, now: Schema): string[] {
  const told = differentKind(path, before, now)
  if (told.length > 0) return told
  for (const [field, schema] of Object.entries(fields(before))) {
    const inner = fields(now)[field]
    if (!inner) {
      told.push(`${path}.${field} is gone`)
      continue
    }
    if (required(before).includes(field) && !required(now).includes(field)) told.push(`${path}.${field} may be missing`)
    told.push(...brokenOutput(`${path}.${field}`, schema, inner))
  }
  if (before.items) told.push(...brokenOutput(`${path}[]`, before.items as Schema, now.items as Schema))
  return told
}

function differentKind(path: string, before: Schema, now: Schema): string[] {
  const kind = (schema: Schema) =>
    ['x-bytes', 'x-nothing'].find((mark) => mark in schema) ??
    [schema.type ?? 'anything', schema.format].filter(Boolean).join(' ')
  return kind(before) === kind(now) ? [] : [`${path} was ${kind(before)} and is ${kind(now)}`]
}
function mayBeNull({ type }: Schema): boolean {
  return Array.isArray(type) && type.includes('null')
}
function withoutNull(schema: Schema): Schema {
  return mayBeNull(schema) ? { ...schema, type: (schema.type as string[]).find((one) => one !== 'null') } : schema
}
function fields(schema: Schema): Record<string, Schema> {
  return (schema.properties as Record<string, Schema> | undefined) ?? {}
}
function required(schema: Schema | TSchema): string[] {
  return ((schema as Schema).required as string[] | undefined) ?? []
}
function numberIn(schema: Schema, name: string, otherwise: number): number {
  return (schema[name] as number | undefined) ?? otherwise
}
