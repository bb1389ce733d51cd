// Values made from JSON Schemas, fitting and not, by a seed: the same seed makes the same values.

export interface Random {
  /** From 0 to `below`, exclusive. */
  number(below: number): number
  one<T>(list: readonly T[]): T
}

/** mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const number = (below: number) => Math.floor(next() * below)
  return { number, one: (list) => list[number(list.length)] as (typeof list)[number] }
}

type Schema = Record<string, unknown>
const texts = ['Ada', 'x', 'Straße 1', '北京', 'a-b', '0', 'null', "O'Neil", '<b>', '100 %', 'ünï', 'x'.repeat(40)]
const wrong: unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  '',
  ' ',
  '\u0000',
  '\u202e',
  'x'.repeat(5_000),
  [],
  [[]],
  {},
  { a: 1 },
  [null],
  '\ud800',
]

/** A value that fits the schema, as far as its keywords tell; `find` gives the schema of a reference. */
export function fittingValue(schema: Schema, random: Random, find: (reference: string) => Schema): unknown {
  const again = (inner: unknown) => fittingValue(inner as Schema, random, find)
  if (schema.$ref) return again(find(String(schema.$ref)))
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return random.one(schema.enum as unknown[])
  if (schema.anyOf) return again(random.one(schema.anyOf as unknown[]))
  const {
    minimum = 0,
    maximum = 1_000_000,
    minItems = 0,
    maxItems = 4,
    minLength = 0,
    maxLength = 60,
  } = schema as Record<string, number>
  switch (schema.type) {
    case 'object': {
      const required = (schema.required ?? []) as string[]
      const entries = Object.entries((schema.properties ?? {}) as Record<string, unknown>)
      return Object.fromEntries(
        entries
          .filter(([name]) => required.includes(name) || random.number(2) === 0)
          .map(([name, inner]) => [name, again(inner)]),
      )
    }
    case 'array':
      return Array.from({ length: Math.min(maxItems, Math.max(minItems, random.number(4))) }, () => again(schema.items))
    case 'integer':
    case 'number':
      return random.one([
        minimum,
        maximum,
        Math.min(maximum, minimum + 1),
        Math.min(maximum, minimum + random.number(1_000)),
      ])
    case 'boolean':
      return random.number(2) === 0
    case 'string':
      return fittingText(schema, random, minLength, maxLength)
    default:
      return null
  }
}

function fittingText(schema: Schema, random: Random, minLength: number, maxLength: number): string {
  const digits = () =>
    random
      .number(16 ** 6)
      .toString(16)
      .padStart(12, '0')
  if (schema.format === 'uuid') return `01990a3e-7c1d-7b52-9f6e-${digits()}`
  if (schema.format === 'date-time') return new Date(1_700_000_000_000 + random.number(1e9)).toISOString()
  if (schema.format === 'email') return `g${random.number(1e6)}@example.com`
  const pattern = String(schema.pattern ?? '')
  const candidates = [
    'EUR',
    'DE',
    'THING',
    'good-thing',
    'main',
    'https://example.com/track',
    'a',
    'material:clay',
    ...texts,
  ]
  const fits = (text: string) =>
    text.length >= minLength && text.length <= maxLength && new RegExp(pattern, 'u').test(text)
  return random.one(candidates.filter(fits).concat(candidates.some(fits) ? [] : ['x'.repeat(Math.max(1, minLength))]))
}

/** The value with one of its parts, or the whole, put out of shape. */
export function spoiled(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.number(6) === 0) return random.one(wrong)
  if (Array.isArray(value)) {
    if (value.length === 0 || random.number(3) === 0) return [...value, ...value, random.one(wrong)]
    const at = random.number(value.length)
    return value.map((one, index) => (index === at ? spoiled(one, random) : one))
  }
  const names = Object.keys(value)
  const name = random.one(['nobodyKnowsThis', ...names])
  const { [name]: part, ...rest } = value as Record<string, unknown>
  if (random.number(4) === 0) return rest
  return { ...rest, [name]: spoiled(part, random) }
}
