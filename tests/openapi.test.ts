// The shop against its own OpenAPI document. Each operation is sent what the document says, and what it does not say; an answer whose
// status, code, body or header is not declared fails. SOUK_SEED repeats a run.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { allRoutes, type Route } from '@souk/contracts'
import type { Shop } from './fixture.ts'
import { fittingValue, type Random, randomFrom, spoiled } from './generated-values.ts'
import {
  checkerOf,
  type Document,
  type Operation,
  operationsOf,
  type Parameter,
  type Schema,
} from './openapi-document.ts'
import { openPopulatedShop, type People } from './populated-shop.ts'
import { nameOf, type Sample, samples, type World } from './routes.ts'

const seed = Number(process.env.SOUK_SEED ?? Math.floor(Math.random() * 2 ** 31))
const requestsEach = 40

let shop: Shop
let world: World
let people: People
let document: Document
let operations: Operation[]
before(async () => {
  const opened = await openPopulatedShop()
  shop = opened.shop
  world = opened.world
  people = opened.people
  document = (await (await fetch(`${shop.url}/openapi.json`)).json()) as Document
  operations = operationsOf(document)
})
after(() => shop.stop())

test('the document names no path twice', () => {
  const shapes = Object.keys(document.paths).map((path) => path.replaceAll(/\{\w+\}/g, '{}'))
  assert.equal(new Set(shapes).size, shapes.length)
  assert.ok(operations.length > 50)
})

test('the document has an example for every parameter, body and reply, and each fits its schema', () => {
  const checker = checkerOf(document)
  const wrong = operations.flatMap(({ operationId, parameters, requestBody, responses }) => {
    const contents = [requestBody, ...Object.values(responses)].flatMap((one) => Object.entries(one?.content ?? {}))
    const json = contents.filter(([type]) => type.endsWith('json')).map(([, media]) => media)
    return ([...parameters, ...json] as Parameter[]).flatMap(({ schema, example, name = '' }) => {
      const misfit = example === undefined ? 'none' : checker.misfit(schema, example)
      return misfit ? [`${operationId} ${name} ${JSON.stringify(example)}: ${misfit}`] : []
    })
  })
  assert.deepEqual(wrong, [])
})

test('every header that a caller may send is described', () => {
  const headers = operations.flatMap((one) => one.parameters.filter((parameter) => parameter.in === 'header'))
  assert.ok(headers.some(({ name }) => name === 'order-key') && headers.some(({ name }) => name === 'if-match'))
  for (const header of headers) assert.ok((header as { description?: string }).description, header.name)
})

test('every answer to generated requests is declared', async () => {
  const random = randomFrom(seed)
  const checker = checkerOf(document)
  const found = new Map<string, string>()
  const seen = new Set<number>()
  const routes = new Map(allRoutes.map((route) => [nameOf(route), route]))
  for (const operation of operations) {
    const route = routes.get(operation.operationId)
    for (let count = 0; count < requestsEach; count++) {
      const request = generate(operation, route, count, random)
      const response = await fetch(shop.url + request.path, { ...request.init, redirect: 'manual' })
      const answer = { status: response.status, headers: response.headers, text: await response.text() }
      seen.add(response.status)
      for (const what of checker.undeclared(operation, answer)) {
        const told = `${request.init.method} ${request.path} ${request.init.body ?? ''} → ${answer.text}`
        found.set(`${operation.operationId}: ${response.status} ${what}`, told.slice(0, 600))
      }
    }
  }
  const list = [...found].map(([what, told]) => `${what}\n    ${told}`)
  assert.equal(list.length, 0, `SOUK_SEED=${seed}\n${list.join('\n')}`)
  for (const status of [200, 201, 204, 400, 401, 403, 404, 409, 415, 422]) assert.ok(seen.has(status), String(status))
})

/** The first requests of an operation are good ones; then its parts are generated, and spoiled more often than not. */
function generate(operation: Operation, route: Route | undefined, count: number, random: Random) {
  const sample = route ? samples[nameOf(route)]?.(world) : undefined
  const isGood = count < 3
  const path = pathOf(operation, sample, isGood, random)
  const query = queryOf(operation, sample, isGood, random)
  const media = Object.entries(operation.requestBody?.content ?? {})[0]
  const headers: Record<string, string> = {
    ...headersFor(operation, isGood, random),
    ...callerOf(operation, count, random),
  }
  let body: string | undefined
  if (media) {
    headers['content-type'] =
      isGood || random.number(8) > 0 ? (sample?.raw?.type ?? media[0]) : random.one(['text/plain', 'image/png', 'x'])
    body = bodyOf(media[1].schema, sample, media[1].example, isGood, random)
  }
  return { path: query ? `${path}?${query}` : path, init: { method: operation.method, headers, body } }
}

function pathOf({ path, parameters }: Operation, sample: Sample | undefined, isGood: boolean, random: Random): string {
  const values = Object.values(sample?.params ?? {})
  let index = 0
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const known = values[index++]
    const { schema } = parameters.find((one) => one.name === name) as Parameter
    if (known !== undefined && (isGood || random.number(4) > 0)) return encodeURIComponent(String(known))
    return encodeURIComponent(
      String(random.number(3) ? fittingValue(schema, random, find) : random.one(['x', '..', '0', 'ä', '%'])),
    )
  })
}

function queryOf({ parameters }: Operation, sample: Sample | undefined, isGood: boolean, random: Random): string {
  const query = new URLSearchParams()
  const add = (name: string, value: unknown) => {
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one))
  }
  for (const { name, required, schema, ...rest } of parameters.filter((one) => one.in === 'query')) {
    const known = sample?.query?.[name]
    if (isGood) {
      if (known !== undefined) add(name, known)
    } else if (required ? random.number(8) > 0 : random.number(2) === 0) {
      const fitting = random.number(2) ? (known ?? rest.example) : fittingValue(schema, random, find)
      add(name, random.number(4) ? fitting : spoiled(fitting, random))
    }
  }
  return query.toString()
}

function headersFor({ parameters }: Operation, isGood: boolean, random: Random): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const { name, required } of parameters.filter((one) => one.in === 'header')) {
    if (name === 'idempotency-key') {
      if (isGood || random.number(5) > 0)
        headers[name] = random.one([randomUUID(), 'the same for all', 'x'.repeat(300)].slice(0, isGood ? 1 : 3))
    } else if (!isGood && (required || random.number(2) === 0)) {
      headers[name] = random.one(['"1"', '*', 'W/"1"', '1', 'x', '"', '999999999999', '"1", "2"'])
    }
  }
  if (!isGood && random.number(10) === 0) headers['content-encoding'] = 'gzip'
  if (!isGood && random.number(6) === 0) headers['if-none-match'] = random.one(['*', '"x"', 'W/"x"'])
  return headers
}

function callerOf({ operationId, security }: Operation, count: number, random: Random): Record<string, string> {
  // Signing out would end the sessions of those who still have requests to send.
  if (/signOut|changePassword|users\.end|deleteMe/.test(operationId))
    return count % 2 ? { authorization: 'Bearer gone' } : {}
  const isForStaff = security.length > 0
  const token =
    count === 0
      ? people.a
      : count === 1
        ? people.staff
        : random.one([people.a, people.b, people.staff, isForStaff ? people.staff : ''])
  return token ? { authorization: `Bearer ${token}` } : {}
}

function bodyOf(schema: Schema, sample: Sample | undefined, example: unknown, isGood: boolean, random: Random): string {
  if (sample?.raw) return isGood || random.number(2) ? sample.raw.bytes : String(spoiled(sample.raw.bytes, random))
  const good = sample?.body ?? example
  if (isGood) return JSON.stringify(good)
  if (random.number(12) === 0) return random.one(['', '{', 'x', '[]', 'null', '{"a":'])
  const fitting = random.number(2) ? good : fittingValue(schema, random, find)
  return JSON.stringify(random.number(3) ? spoiled(fitting, random) : fitting)
}

function find(reference: string): Schema {
  return document.components.schemas[reference.split('/').at(-1) as string] as Schema
}
