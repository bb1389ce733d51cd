// Prints the contracts as OpenAPI 3.1. https://spec.openapis.org/oas/v3.1.1.html
import type { Route } from '@souk/contracts'
import { problemOf, Refusal } from '@souk/service'
import { meanings, refusalsOf } from './documented-refusals.ts'
import { chapters, fieldsOf, headersOf, isOptional, mediaOf, type Schema, statusesOf } from './documented-routes.ts'
import { exampleOf } from './examples.ts'
import { usedShapes, withReferences } from './shapes.ts'

const security: Record<string, object[]> = {
  customer: [{ bearer: [] }, { cookie: [] }],
  staff: [{ bearer: [] }, { cookie: [] }],
}
const problem = { $ref: '#/components/schemas/Problem' }

export function openApi(shop: { shopName: string; publicUrl: string; sessionCookie: string }): object {
  const nameInPath = namesInPaths(chapters.flatMap(({ routes }) => routes.map((route) => route.path)))
  const paths: Record<string, Record<string, object>> = {}
  for (const { name, routes } of chapters) {
    for (const route of routes) {
      const path = route.path.replace(/:(\w+)/g, (_, field: string) => `{${nameInPath(route.path, field)}}`)
      const described = operation(route, name, (field) => nameInPath(route.path, field))
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: described }
    }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: `${shop.shopName} API`,
      version: '1',
      description: 'The public API of the shop. Errors are RFC 9457 problems; programs decide by their code.',
    },
    servers: [{ url: shop.publicUrl }],
    tags: chapters.map(({ name, about }) => ({ name, description: about })),
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'The set-auth-token of a sign-in.' },
        cookie: { type: 'apiKey', in: 'cookie', name: shop.sessionCookie },
      },
      schemas: usedShapes([paths, problem]),
    },
  }
}

/**
 * OpenAPI takes paths that differ only in the names of their fields for one path, so these get one name: `slug` and `id` become
 * `slugOrId`, `id` and `orderId` become `orderId`.
 */
function namesInPaths(paths: readonly string[]): (path: string, field: string) => string {
  const namesAt = new Map<string, Set<string>>()
  const placeOf = (path: string, field: string) => path.slice(0, path.indexOf(`:${field}`)).replace(/:\w+/g, ':')
  for (const path of paths) {
    for (const [, field = ''] of path.matchAll(/:(\w+)/g)) {
      const place = placeOf(path, field)
      namesAt.set(place, (namesAt.get(place) ?? new Set()).add(field))
    }
  }
  return (path, field) => {
    const names = [...(namesAt.get(placeOf(path, field)) ?? [field])].sort((a, b) => b.length - a.length)
    return names
      .filter((name, index) => !names.some((other, place) => place < index && other.endsWith(capitalized(name))))
      .map((name, index) => (index === 0 ? name : `Or${capitalized(name)}`))
      .join('')
  }
}
function capitalized(name: string): string {
  return `${name[0]?.toUpperCase()}${name.slice(1)}`
}

function operation(route: Route, tag: string, nameInPath: (field: string) => string): object {
  const description = [route.about, route.access === 'staff' ? 'For the shop’s staff.' : undefined]
  return {
    operationId: `${route.service}.${route.name}`,
    tags: [tag],
    summary: route.summary,
    ...(description.some(Boolean) ? { description: description.filter(Boolean).join(' ') } : {}),
    security: security[route.access as string] ?? [],
    parameters: [
      ...fieldsOf(route.params).map(([name, schema]) => ({
        name: nameInPath(name),
        in: 'path',
        required: true,
        schema,
        example: exampleOf(schema, name),
      })),
      ...fieldsOf(route.query).map(([name, schema]) => ({
        name,
        in: 'query',
        required: !isOptional(route.query, name),
        schema,
        ...exampleIn(schema, name),
        ...(schema.type === 'array' ? { style: 'form', explode: true } : {}),
      })),
      ...headersOf(route).map(({ name, isNeeded, note, example }) => ({
        name,
        in: 'header',
        required: isNeeded,
        description: note,
        schema: { type: 'string' },
        example,
      })),
    ],
    ...bodyOf(route),
    responses: {
      ...replies(route),
      ...refusals(route),
    },
  }
}

function bodyOf(route: Route): object {
  const media = mediaOf(route.body)
  if (media === 'nothing') return {}
  const content =
    media === 'json'
      ? { 'application/json': { schema: withReferences(route.body), ...exampleIn(route.body) } }
      : { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
  return { requestBody: { required: true, content } }
}

function replies(route: Route): object {
  const media = mediaOf(route.reply)
  const content =
    media === 'json'
      ? { content: { 'application/json': { schema: withReferences(route.reply), ...exampleIn(route.reply) } } }
      : media === 'bytes'
        ? { content: { '*/*': { schema: { type: 'string', format: 'binary' } } } }
        : {}
  const headers = headersOfReply(route)
  const reply = { description: route.summary, ...(Object.keys(headers).length > 0 ? { headers } : {}), ...content }
  const unchanged = {
    304: { description: 'Unchanged since the ETag in If-None-Match.', headers: { ETag: replyHeaders.ETag } },
  }
  return {
    ...Object.fromEntries(statusesOf(route).map((status) => [status, reply])),
    ...(isTagged(route) && route.method === 'GET' ? unchanged : {}),
  }
}

const text = (description: string) => ({ description, schema: { type: 'string' } })
const replyHeaders = {
  ETag: text('The version of the reply, for If-None-Match.'),
  'Idempotent-Replayed': text('true: the reply of the first request with this key.'),
  'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } },
}
/** What refusals of a status say beside the problem. */
const refusalHeaders: Record<number, object> = {
  401: { 'WWW-Authenticate': text('How to sign in.') },
  415: { Accept: text('What could be read.'), 'Accept-Encoding': text('The content coding that could be read.') },
  429: { 'Retry-After': replyHeaders['Retry-After'] },
  503: { 'Retry-After': replyHeaders['Retry-After'] },
}

function headersOfReply(route: Route): object {
  return {
    ...(isTagged(route) ? { ETag: replyHeaders.ETag } : {}),
    ...(route.idempotencyKey ? { 'Idempotent-Replayed': replyHeaders['Idempotent-Replayed'] } : {}),
    ...Object.fromEntries(Object.entries(route.replyHeaders ?? {}).map(([name, about]) => [name, text(about)])),
  }
}

/** Replies that the gateway keeps have an ETag, and those of routes that compare it. */
function isTagged(route: Route): boolean {
  return (
    route.cache !== undefined ||
    route.sameForEverybody === true ||
    (route.headers ?? []).some((name) => name === 'if-match' || name === 'if-none-match')
  )
}

function exampleIn(schema: unknown, name = ''): object {
  const example = exampleOf(schema as Schema, name)
  return example === undefined ? {} : { example }
}

/** One response per status; its codes are listed, since programs decide by them. */
function refusals(route: Route): object {
  const byStatus = new Map<number, string[]>()
  for (const [code, status] of refusalsOf(route)) byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => (meanings[code] ? `${code}: ${meanings[code]}` : code)).join(' '),
        ...(refusalHeaders[status] ? { headers: refusalHeaders[status] } : {}),
        content: problemContent(status, codes),
      },
    ]),
  )
}

function problemContent(status: number, codes: string[]): object {
  const refusal = new Refusal(codes[0] as string, status, meanings[codes[0] as string] ?? '')
  return {
    'application/problem+json': {
      schema: { allOf: [problem, { properties: { code: { enum: codes } } }] },
      example: problemOf(refusal, '4bf92f3577b34da6a3ce929d0e0e4736'),
    },
  }
}
