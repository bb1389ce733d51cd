// Checks values against contract schemas, with the validator that Fastify uses (Ajv), compiled once. Requests of people are checked by
// all that their contract says. Messages, and requests between services, carry what was stored, perhaps before a rule was made: their
// texts and addresses are taken as they are.
import { isCurrency, type MessageDefinition } from '@souk/contracts'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import formatsPlugin from 'ajv-formats'
import type { TSchema } from 'typebox'
import { addTextKeywords } from './text-keyword.ts'

/** Returns what is wrong with a value, or undefined. Fills in defaults, and in paths and queries converts types, in place. */
export type Check = (value: unknown) => { path: string; message: string }[] | undefined

const addFormats = formatsPlugin as unknown as (ajv: Ajv) => void
const stored = new Ajv({ strict: false, allErrors: false, useDefaults: true })
const strict = new Ajv({ strict: false, allErrors: false, useDefaults: true, verbose: true })
const lenient = new Ajv({ strict: false, allErrors: false, useDefaults: true, coerceTypes: 'array' })
for (const ajv of [stored, strict, lenient]) {
  addFormats(ajv)
  // The plugin's own format also takes urn:uuid:…, which the database refuses: every request in the same batch would fail.
  ajv.addFormat('uuid', /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i)
}
for (const ajv of [strict, lenient]) {
  addTextKeywords(ajv)
  ajv.addKeyword({
    keyword: 'x-currency',
    type: 'string',
    validate: (_schema: unknown, code: string) => isCurrency(code),
    error: { message: 'must be a currency of ISO 4217, such as EUR' },
  })
}

/** A check for JSON bodies: types must be exactly as declared. */
export function checkBody(schema: TSchema): Check {
  return checkWith(strict.compile(schema))
}
/** The same for what other services send: texts and addresses are not checked again. */
export function checkStored(schema: TSchema): Check {
  return checkWith(stored.compile(schema))
}
/** A check for paths and queries, where everything arrives as text: "3" is a number, one value is a list of one. */
export function checkQuery(schema: TSchema): Check {
  const check = checkWith(lenient.compile(schema))
  return (value) => check(value) ?? tooLarge(value as Record<string, unknown>)
}

/** Refuses integers that the database cannot hold, for fields without a maximum in the contract. */
function tooLarge(values: Record<string, unknown>): { path: string; message: string }[] | undefined {
  for (const [path, value] of Object.entries(values)) {
    const isHuge = typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER
    if (isHuge) return [{ path, message: 'is too large' }]
  }
  return undefined
}

function checkWith(validate: ValidateFunction): Check {
  return (value) => (validate(value) ? undefined : (validate.errors ?? []).map(errorOf))
}

function errorOf(error: ErrorObject): { path: string; message: string } {
  const path = error.instancePath.slice(1).replaceAll('/', '.')
  if (error.keyword === 'additionalProperties') {
    return {
      path: [path, error.params.additionalProperty].filter(Boolean).join('.'),
      message: 'is not a field of this request',
    }
  }
  if (error.keyword === 'type' && error.data === null)
    return { path, message: 'must not be null: it cannot be unset; leave the field out to keep it' }
  if (error.keyword === 'required')
    return { path: [path, error.params.missingProperty].filter(Boolean).join('.'), message: 'is required' }
  if (error.keyword === 'enum') return { path, message: `must be one of ${error.params.allowedValues.join(', ')}` }
  return { path, message: error.message ?? 'is not allowed' }
}

const messageChecks = new WeakMap<MessageDefinition, Check>()
/**
 * Returns the error in a message's data, in one line, or undefined. Fields that this release does not know, at any depth, are of a newer
 * one and are ignored.
 */
export function checkMessage(definition: MessageDefinition, data: unknown): string | undefined {
  let check = messageChecks.get(definition)
  if (!check) {
    check = checkStored(open(definition.schema) as TSchema)
    messageChecks.set(definition, check)
  }
  const first = check(data)?.[0]
  return first && `${first.path} ${first.message}`.trim()
}

/** The schema without its prohibitions of other fields. */
function open(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(open)
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).filter(([word, value]) => word !== 'additionalProperties' || value !== false)
  return Object.fromEntries(entries.map(([word, value]) => [word, open(value)]))
}
