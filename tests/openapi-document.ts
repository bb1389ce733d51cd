// Holds answers of the shop against its own OpenAPI document: status, media type, code, body and headers must be declared there.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formatsPlugin from 'ajv-formats'

export type Schema = Record<string, unknown>
interface Media {
  schema: Schema
  example?: unknown
}
export interface Response {
  headers?: Record<string, unknown>
  content?: Record<string, Media>
}
export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  schema: Schema
  example?: unknown
}
export interface Operation {
  operationId: string
  path: string
  method: string
  security: object[]
  parameters: Parameter[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, Response>
}
export interface Document {
  paths: Record<string, Record<string, Omit<Operation, 'path' | 'method'>>>
  components: { schemas: Record<string, Schema> }
}

/** Every answer may have these: HTTP itself, caching, and what protects browsers. */
const common = new Set(
  `date connection keep-alive content-length content-type content-encoding transfer-encoding cache-control vary x-request-id
  content-security-policy strict-transport-security x-content-type-options x-frame-options referrer-policy permissions-policy
  cross-origin-opener-policy cross-origin-resource-policy cross-origin-embedder-policy origin-agent-cluster x-dns-prefetch-control
  x-download-options x-permitted-cross-domain-policies x-xss-protection`.split(/\s+/),
)

export function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method: method.toUpperCase() })),
  )
}

export interface Checker {
  /** What of an answer the document does not declare; empty when all is declared. */
  undeclared(operation: Operation, answer: Answer): string[]
  /** What is wrong with a value, in one text, or undefined. */
  misfit(schema: Schema, value: unknown): string | undefined
}
export interface Answer {
  status: number
  headers: Headers
  text: string
}

export function checkerOf(document: Document): Checker {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateSchema: false })
  ;(formatsPlugin as unknown as (ajv: Ajv2020) => void)(ajv)
  ajv.addSchema({ $id: 'document', components: document.components } as object)
  const compiled = new Map<string, ValidateFunction>()

  function misfit(schema: Schema, value: unknown): string | undefined {
    const text = JSON.stringify(schema).replaceAll('"#/components', '"document#/components')
    const fits = compiled.get(text) ?? ajv.compile(JSON.parse(text) as Schema)
    compiled.set(text, fits)
    return fits(value) ? undefined : ajv.errorsText(fits.errors)
  }

  return {
    misfit,
    undeclared({ responses }, { status, headers, text }) {
      const declared = responses[status]
      if (!declared) return [`status ${status}`]
      const found: string[] = []
      for (const [name] of headers) {
        const isDeclared = Object.keys(declared.headers ?? {}).some((one) => one.toLowerCase() === name)
        if (!isDeclared && !common.has(name) && !name.startsWith('access-control-')) found.push(`header ${name}`)
      }
      const type = (headers.get('content-type') ?? '').split(';')[0] as string
      if (text === '') return declared.content ? [...found, 'an empty body'] : found
      const media = declared.content?.[type] ?? declared.content?.['*/*']
      if (!media) return [...found, `media type ${type}`]
      if (!type.endsWith('json')) return found
      const wrong = misfit(media.schema, JSON.parse(text))
      return wrong ? [...found, `body: ${wrong}`] : found
    },
  }
}
