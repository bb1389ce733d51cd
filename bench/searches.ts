// Searches, as many customers ask them: the same ones again, which the gateway answers from its cache, and ones that nobody has asked
// before, with words, filters and sizes at random.
import { type Client, meanOf, measure } from './load.ts'
import { goal, ms, row } from './report.ts'

const shoppers = 8
/** What the 99th percentile of a search that no cache has may take in a shop of 250,000 products. */
const mostMs = { plain: 60, withFacets: 150 }

type Draw = () => number
interface Kind {
  what: string
  most?: number
  path(words: readonly string[], draw: Draw): string
}

const kinds: Kind[] = [
  {
    what: 'search, two words',
    most: mostMs.plain,
    path: (words, draw) => `/v1/products?q=${pick(words, draw)}+${pick(words, draw)}${size(draw)}`,
  },
  {
    what: 'search, one word and a price range',
    most: mostMs.plain,
    path: (words, draw) => `/v1/products?q=${pick(words, draw)}${prices(draw)}${size(draw)}`,
  },
  {
    what: 'search, a typing error',
    most: mostMs.plain,
    path: (words, draw) => `/v1/products?q=${mistyped(pick(words, draw), draw)}+${pick(words, draw)}${size(draw)}`,
  },
  {
    what: 'search with facets, one word and a price range',
    most: mostMs.withFacets,
    path: (words, draw) => `/v1/products?facets=true&q=${pick(words, draw)}${prices(draw)}${size(draw)}`,
  },
  {
    what: 'suggestions',
    most: mostMs.plain,
    path: (words, draw) =>
      `/v1/suggest?q=${pick(words, draw)}+${pick(words, draw).slice(0, 2 + Math.floor(draw() * 3))}`,
  },
]

/** Measures every kind of search, repeated and at random; with `hasGoals`, what is asked of a shop of 250,000 products. */
export async function searches(
  client: Client,
  note: string,
  options: { turns: number; seconds: number; hasGoals?: boolean },
): Promise<void> {
  const words = await wordsOf(client)
  for (const { what, most, path } of kinds) {
    const draw = randomNumbers(what.length)
    const asked = new Set<string>()
    const fresh = () => {
      for (let tries = 0; ; tries++) {
        const one = path(words, draw)
        // A shop with few words runs out of new searches.
        if (asked.has(one) && tries < 100) continue
        asked.add(one)
        return one
      }
    }
    const repeated = fresh()
    const slices = { kept: [], random: [] } as Record<'kept' | 'random', Awaited<ReturnType<typeof measure>>[]>
    for (let turn = 0; turn < options.turns; turn++) {
      const isRead = async (one: string) => (await client.get(one)).status === 200
      slices.kept.push(await measure(shoppers, options.seconds, () => isRead(repeated)))
      slices.random.push(await measure(shoppers, options.seconds, () => isRead(fresh())))
    }
    row(`${what}${note}, from the cache`, shoppers, meanOf(slices.kept))
    const random = meanOf(slices.random)
    row(`${what}${note}, never asked before`, shoppers, random)
    if (options.hasGoals && most !== undefined)
      goal(`${what}${note}: p99 of at most ${most} ms`, random.p99 <= most, ms(random.p99))
  }
}

/** Words of titles. */
async function wordsOf(client: Client): Promise<string[]> {
  const words = new Set<string>()
  let cursor = ''
  for (let page = 0; page < 10; page++) {
    const { items, nextCursor } = JSON.parse((await client.get(`/v1/products?limit=100${cursor}`)).body.toString())
    for (const { title } of items as { title: string }[])
      for (const [word] of title.toLowerCase().matchAll(/[a-z]{3,}/g)) words.add(word)
    if (!nextCursor) break
    cursor = `&cursor=${encodeURIComponent(nextCursor)}`
  }
  return [...words]
}

function pick(words: readonly string[], draw: Draw): string {
  return words[Math.floor(draw() * words.length)] as string
}
function size(draw: Draw): string {
  return `&limit=${10 + Math.floor(draw() * 11)}`
}
function prices(draw: Draw): string {
  return `&minPrice=${Math.floor(draw() * 3_000)}&maxPrice=${3_000 + Math.floor(draw() * 20_000)}`
}
function mistyped(word: string, draw: Draw): string {
  const place = 1 + Math.floor(draw() * (word.length - 1))
  return `${word.slice(0, place)}${'qxzk'[Math.floor(draw() * 4)]}${word.slice(place + 1)}`
}

/** The same numbers from 0 to 1 for the same seed. */
function randomNumbers(seed: number): Draw {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x80000000
  }
}
