// Prints the contracts as OpenAPI 3.1. https://spec.openapis.org/oas/v3.1.1.html
import type { Route } from '@souk/contracts'
import { meanings, refusalsOf } from './documented-refusals.ts'
import { chapters, fieldsOf, isOptional, mediaOf, statusesOf } from './documented-routes.ts'
import { usedShapes, withReferences } from './shapes.ts'

const security: Record<string, object[]> = {
  customer: [{ bearer: [] }, { cookie: [] }],
  staff: [{ bearer: [] }, { cookie: [] }],
}
const problem = { $ref: '#/components/schemas/Problem' }

export function openApi(shop: { shopName: string; publicUrl: string; sessionCookie: string }): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const { name, routes } of chapters) {
    for (const route of routes) {
      const path = route.path.replace(/:(\w+)/g, '{$1}')
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, name) }
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

function operation(route: Route, tag: string): object {
  const description = [route.about, route.access === 'staff' ? 'For the shop’s staff.' : undefined]
  return {
    operationId: `${route.service}.${route.name}`,
    tags: [tag],
    summary: route.summary,
    ...(description.some(Boolean) ? { description: description.filter(Boolean).join(' ') } : {}),
    security: security[route.access as string] ?? [],
    parameters: [
      ...fieldsOf(route.params).map(([name, schema]) => ({ name, in: 'path', required: true, schema })),
      ...fieldsOf(route.query).map(([name, schema]) => ({
        name,
        in: 'query',
        required: !isOptional(route.query, name),
        schema,
        ...(schema.type === 'array' ? { style: 'form', explode: true } : {}),
      })),
      ...(route.headers ?? []).map((name) => ({ name, in: 'header', required: false, schema: { type: 'string' } })),
      ...(route.idempotencyKey
        ? [{ name: 'idempotency-key', in: 'header', required: true, schema: { type: 'string', maxLength: 255 } }]
        : []),
    ],
    ...bodyOf(route),
    responses: {
      ...replies(route),
      ...refusals(route),
      default: { description: 'A problem.', content: problemContent() },
    },
  }
}

function bodyOf(route: Route): object {
  const media = mediaOf(route.body)
  if (media === 'nothing') return {}
  const content =
    media === 'json'
      ? { 'application/json': { schema: withReferences(route.body) } }
      : { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
  return { requestBody: { required: true, content } }
}

function replies(route: Route): object {
  const media = mediaOf(route.reply)
  const content =
    media === 'json'
      ? { content: { 'application/json': { schema: withReferences(route.reply) } } }
      : media === 'bytes'
        ? { content: { '*/*': { schema: { type: 'string', format: 'binary' } } } }
        : {}
  return Object.fromEntries(statusesOf(route).map((status) => [status, { description: route.summary, ...content }]))
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
        ...(status === 429 || status === 503
          ? { headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } } }
          : {}),
        content: problemContent(codes),
      },
    ]),
  )
}
function problemContent(codes?: string[]): object {
  const schema = codes ? { allOf: [problem, { properties: { code: { enum: codes } } }] } : problem
  return { 'application/problem+json': { schema } }
}
