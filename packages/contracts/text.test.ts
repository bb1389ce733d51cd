// Every text that somebody can send is of a kind that is checked: no route takes just any string.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allRoutes, isPublic } from './apis.ts'
import { authBodies } from './users.ts'

interface Field {
  type?: string | string[]
  format?: string
  pattern?: string
  enum?: unknown[]
  properties?: Record<string, Field>
  patternProperties?: Record<string, Field>
  items?: Field
  anyOf?: Field[]
  'x-text'?: string
  'x-names'?: number
}

test('every text in a request is human text, or of a format, a pattern or a list of words', () => {
  const requests = [
    ...allRoutes
      .filter(isPublic)
      .flatMap(({ service, name, params, query, body }) =>
        [params, query, body].flatMap((part) => (part ? [[`${service}.${name}`, part as Field] as const] : [])),
      ),
    ...Object.entries(authBodies).map(([path, body]) => [path, body as Field] as const),
  ]
  const found = requests.flatMap(([name, part]) => textsIn(part, name))
  assert.ok(found.length > 120, `${found.length} texts`)
  const plain = found.filter(({ field }) => !field['x-text'] && !field.format && !field.pattern && !field.enum)
  assert.deepEqual(
    plain.map(({ path }) => path),
    [],
    'Declare them with a function of text.ts.',
  )
})

test('names that people give inside a record are human text, too', () => {
  const records = allRoutes.filter(isPublic).flatMap(({ body }) => (body ? recordsIn(body as Field) : []))
  assert.ok(records.length >= 4)
  for (const { patternProperties, 'x-names': names } of records)
    assert.ok(
      names !== undefined || !Object.keys(patternProperties ?? {}).includes('^.*$'),
      JSON.stringify(patternProperties),
    )
})

function textsIn(field: Field, path: string): { path: string; field: Field }[] {
  if ([field.type].flat().includes('string')) return [{ path, field }]
  const inner = Object.entries({ ...field.properties, ...field.patternProperties }).flatMap(([name, one]) =>
    textsIn(one, `${path}.${name}`),
  )
  return [...inner, ...(field.items ? textsIn(field.items, `${path}[]`) : [])]
}
function recordsIn(field: Field): Field[] {
  const inner = [...Object.values(field.properties ?? {}), ...(field.items ? [field.items] : [])].flatMap(recordsIn)
  return field.patternProperties ? [field, ...inner] : inner
}
