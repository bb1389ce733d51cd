// Schemas in words, for the API reference: what a field is, what it may hold, and what is inside it.
import { type Html, html } from '@souk/html'
import { fieldsOf, isOptional, mayBeNull, type Schema, withoutNull } from './documented-routes.ts'
import { shapeName } from './shapes.ts'

/** Of requests the reference says which fields are required, of replies which may be missing. */
export type Direction = 'in' | 'out'

/** The fields of an object, with what is inside them; shapes that have a name are linked instead. */
export function fieldList(schema: object | undefined, direction: Direction): Html | undefined {
  const fields = fieldsOf(schema)
  if (fields.length === 0) return undefined
  const items = fields.map(([name, field]) => fieldItem(name, field, isOptional(schema, name), direction))
  return html`<ul class="fields">${items}</ul>`
}

function fieldItem(name: string, given: Schema, isFree: boolean, direction: Direction): Html {
  const schema = withoutNull(given)
  const note = noteOn(schema)
  const mark =
    direction === 'in'
      ? !isFree && html`<span class="must">required</span>`
      : isFree && html`<span class="may">may be missing</span>`
  return html`<li><code>${name}</code> <span class="type">${typeInWords(schema)}${mayBeNull(given) && ', or null'}</span> ${mark}${note && html`<span class="note">${note}</span>`}${insideOf(schema, direction)}</li>`
}
/** The description, unless the type says it already. */
function noteOn(schema: Schema): string | undefined {
  const says = formats[schema.format as string] ?? (schema.type === 'object' ? shapeName(schema) : undefined)
  return says ? undefined : (schema.description as string | undefined)
}
function insideOf(schema: Schema, direction: Direction): Html | undefined {
  if (schema.type === 'array') return insideOf(schema.items as Schema, direction)
  return schema.type === 'object' && !shapeName(schema) ? fieldList(schema, direction) : undefined
}

/** `list of OrderLine`, `text, at most 40 characters`, `one of standard, express`. */
export function typeInWords(schema: object | undefined): Html {
  const it = (schema ?? {}) as Schema
  const name = it.type === 'object' ? shapeName(it) : undefined
  if (name) return html`<a href="#shape-${name}">${name}</a>`
  if (it.enum) return html`one of ${(it.enum as string[]).map((word, at) => html`${at > 0 && ', '}<b>${word}</b>`)}`
  switch (it.type) {
    case 'array':
      return html`list of ${typeInWords(it.items as Schema)}${limits(it, 'minItems', 'maxItems', ' of them')}`
    case 'object':
      return fieldsOf(it).length > 0 ? html`object` : html`object of texts`
    case 'integer':
    case 'number':
      return html`${it.type === 'integer' ? 'whole number' : 'number'}${limits(it, 'minimum', 'maximum', '')}${it.default !== undefined && html`, else ${String(it.default)}`}`
    case 'boolean':
      return html`yes or no${it.default !== undefined && html`, else ${it.default ? 'yes' : 'no'}`}`
    default:
      return text(it)
  }
}

const formats: Record<string, string> = { uuid: 'UUID', 'date-time': 'time (ISO 8601, UTC)', email: 'e-mail address' }
function text(it: Schema): Html {
  const known = formats[it.format as string]
  if (known) return html`${known}`
  return html`text${limits(it, 'minLength', 'maxLength', ' characters')}`
}

function limits(it: Schema, least: string, most: string, unit: string): string {
  const from = it[least] as number | undefined
  const to = it[most] as number | undefined
  if (to !== undefined && Math.abs(to) >= 1e10) return from === undefined || from < 0 ? '' : `, from ${from}`
  if (from !== undefined && from > 1 && to !== undefined) return `, ${number(from)} to ${number(to)}${unit}`
  if (from !== undefined && to !== undefined && unit === '') return `, ${number(from)} to ${number(to)}`
  if (to !== undefined) return `, at most ${number(to)}${unit}`
  return from !== undefined && from > 1 ? `, at least ${number(from)}${unit}` : ''
}
function number(value: number): string {
  return value.toLocaleString('en')
}
