// Which content coding an answer should have, by the Accept-Encoding header of its request (RFC 9110, 12.5.3).

/** The codings that the gateway makes; the first one makes smaller answers. */
export type Coding = 'br' | 'gzip'
const ours: readonly Coding[] = ['br', 'gzip']

// Browsers send few different headers. The size is bounded, because a client can send any.
const remembered = new Map<string, Coding | undefined>()
const mostRemembered = 100

/** The coding that the client prefers among ours; undefined when it wants the answer as it is, or says nothing. */
export function acceptedCoding(header: string | string[] | undefined): Coding | undefined {
  if (header === undefined) return undefined
  const text = String(header)
  if (remembered.has(text)) return remembered.get(text)
  const coding = preferred(text)
  if (remembered.size < mostRemembered) remembered.set(text, coding)
  return coding
}

function preferred(header: string): Coding | undefined {
  const weights = new Map<string, number>()
  for (const part of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((word) => word.trim())
    if (name !== '') weights.set(name === 'x-gzip' ? 'gzip' : name, weightIn(parameters))
  }
  const weightOf = (name: string) => weights.get(name) ?? weights.get('*') ?? 0
  // Without a word about identity it is acceptable, and preferred to nothing.
  let best: { coding: Coding | undefined; weight: number } = { coding: undefined, weight: weights.get('identity') ?? 0 }
  for (const coding of ours) {
    const weight = weightOf(coding)
    if (weight > best.weight || (weight > 0 && weight === best.weight && best.coding === undefined))
      best = { coding, weight }
  }
  return best.coding
}

/** The q value among parameters, from 0 to 1; what is none counts as 0. */
function weightIn(parameters: readonly string[]): number {
  const q = parameters.find((one) => one.startsWith('q='))
  if (q === undefined) return 1
  return /^q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(q) ? Number(q.slice(2)) : 0
}
