// Examples for the API reference, made from the schemas. A field's name decides which example it gets, unless the contract has one.
import { queryOf, type Route } from '@souk/contracts'
import { fieldsOf, isOptional, mediaOf, type Schema, withoutNull } from './documented-routes.ts'

const someId = '01990a3e-7c1d-7b52-9f6e-2f7d1c0a4b11'
const someTime = '2026-11-22T10:15:00.000Z'

const byName: Record<string, unknown> = {
  sku: 'TEAPOT-BLUE',
  slug: 'blue-teapot',
  formerSlug: 'blue-pot',
  categorySlug: 'teapots',
  parentSlug: 'kitchen',
  title: 'Blue teapot',
  description: 'Hand-thrown, glazed twice.',
  currency: 'EUR',
  language: 'en',
  excluded: 'TEAPOT-BLUE',
  amount: 1999,
  quantity: 2,
  name: 'Ada Lovelace',
  line1: '12 Market Street',
  city: 'Berlin',
  postalCode: '10115',
  country: 'DE',
  password: 'a long and good one',
  currentPassword: 'the one of before',
  newPassword: 'a long and good one',
  provider: 'simulator',
  token: 'tok_ok',
  shippingMethod: 'standard',
  location: 'main',
  reason: 'delivery 4711',
  number: 'S-100042',
  alt: 'A blue teapot',
  url: 'https://shop.example/pay/1',
  q: 'tea',
  category: 'teapots',
  sort: 'newest',
  cursor: undefined,
  carrier: 'DHL',
  trackingNumber: '00340434161094042557',
  trackingUrl: 'https://example.com/track/00340434161094042557',
  subject: 'Your order S-100042',
  accessKey: 'k7Xw2…',
  nextCursor: 'eyJ2IjoxfQ',
  status: undefined,
}

/** Of several allowed words, the examples prefer these: the usual states of a shop that works. */
const telling = new Set<unknown>(['paid', 'published', 'captured', 'succeeded', 'sent', 'ready', 'refunded', 'newest'])

/** A value that fits a schema. Optional fields are left out of `brief` examples. */
export function exampleOf(given: Schema, name = '', brief = false): unknown {
  const schema = withoutNull(given)
  const list = schema.enum as unknown[] | undefined
  if (list) return list.find((word) => telling.has(word)) ?? list[0]
  if (schema.const !== undefined) return schema.const
  const own = schema.examples as unknown[] | undefined
  if (own) return own[0]
  if (schema.type === 'null') return null
  const anyOf = schema.anyOf as Schema[] | undefined
  if (anyOf?.[0]) return exampleOf(anyOf[0], name, brief)
  if (schema.type === 'object') return exampleObject(schema, name, brief)
  if (schema.type === 'array') return [exampleOf(schema.items as Schema, singular(name), brief)]
  const known = byName[name]
  if (known !== undefined && typeof known === (schema.type === 'integer' ? 'number' : schema.type)) return known
  return exampleValue(schema, name)
}

/** Of records, whose names are free. */
const namedExamples: Record<string, unknown> = {
  options: { size: 'M' },
  attributeNames: { material: 'Material' },
  titles: { de: 'Blaue Teekanne' },
  translations: { de: { title: 'Blaue Teekanne' } },
}

function exampleObject(schema: Schema, name: string, brief: boolean) {
  if (schema.patternProperties || typeof schema.additionalProperties === 'object')
    return namedExamples[name] ?? { material: 'clay' }
  const fields = fieldsOf(schema).filter(([field]) => !brief || !isOptional(schema, field))
  return Object.fromEntries(fields.map(([field, inner]) => [field, exampleOf(inner, field, brief)]))
}

function exampleValue(schema: Schema, name: string): unknown {
  if (schema.type === 'boolean') return schema.default ?? false
  if (schema.type === 'integer' || schema.type === 'number')
    return schema.default ?? Math.max(1, (schema.minimum as number | undefined) ?? 1)
  if (schema.format === 'uuid') return someId
  if (schema.format === 'date-time') return someTime
  if (schema.format === 'date') return someTime.slice(0, 10)
  if (schema.format === 'email' || name === 'email') return 'ada@example.com'
  return name === 'attribute' ? 'material:clay' : '…'
}

function singular(name: string): string {
  return name === 'codes' ? 'code' : name.replace(/s$/, '')
}

/** A call that somebody can copy into a shell. */
export function curlOf(route: Route, publicUrl: string): string {
  const parts: string[] = []
  const say = (option: string) => parts.push(option)
  if (route.method !== 'GET') say(`-X ${route.method}`)
  const query = queryOf(
    Object.fromEntries(
      fieldsOf(route.query)
        .filter(([field]) => !isOptional(route.query, field))
        .map(([field, schema]) => [field, exampleOf(schema, field)]),
    ),
  )
  const url = `${publicUrl}${examplePath(route)}${query && `?${query}`}`
  say(quoted(url))
  if (route.access !== 'anyone') say(`-H "authorization: Bearer $TOKEN"`)
  if (route.headers?.includes('order-key')) say(`-H "order-key: $ORDER_KEY"`)
  if (route.idempotencyKey) say(`-H "idempotency-key: $(uuidgen)"`)
  if (mediaOf(route.body) === 'json') {
    say(`-H 'content-type: application/json'`)
    say(`-d ${quoted(JSON.stringify(exampleOf(route.body as Schema, '', true)))}`)
  }
  if (mediaOf(route.body) === 'bytes') say('--data-binary @file')
  return `curl ${parts.join(' \\\n  ')}`
}

function examplePath(route: Route): string {
  const fields = Object.fromEntries(fieldsOf(route.params))
  return route.path.replace(/:(\w+)/g, (_, name: string) => String(exampleOf(fields[name] ?? {}, name)))
}
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
