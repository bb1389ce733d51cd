// Pages of the shop front, as browsers ask for them: those that the gateway keeps, beside a bare Fastify that sends the same bytes, and
// those that are rendered for each request, because nobody has asked for their address before.
import { httpFloor } from './floors.ts'
import { type Client, type Measured, meanOf, measure } from './load.ts'
import { goal, ms, ratio, row } from './report.ts'

const shoppers = 32
const leastShareOfFloor = 0.25
const leastPerSecond = 300
const mostMs = 10
/** V8 has compiled the renderer for good after some thousand pages. */
const warmUpSeconds = 6
/** The goods of this category come from `npm run seed`. */
const category = '/en/c/ceramics'

/** Measures product and category pages. `slugs`: of the products that are looked at. */
export async function pages(
  client: Client,
  slugs: readonly string[],
  turns: { count: number; seconds: number },
): Promise<void> {
  let fresh = 0
  const kinds = {
    product: { kept: `/en/p/${slugs[0]}`, fresh: () => `/en/p/${slugs[fresh++ % slugs.length]}?left=${fresh}` },
    // The price filter makes a new search each time, too. All goods cost more.
    category: { kept: category, fresh: () => `${category}?min=${(fresh++ / 100_000).toFixed(5)}` },
  }
  const isRead = async (path: string) => (await client.get(path)).status === 200
  for (const { fresh } of Object.values(kinds)) await measure(shoppers, 0, () => isRead(fresh()), warmUpSeconds)
  for (const [what, kind] of Object.entries(kinds)) {
    const { body } = await client.get(kind.kept)
    const slices: Record<'floor' | 'kept' | 'fresh' | 'alone', Measured[]> = {
      floor: [],
      kept: [],
      fresh: [],
      alone: [],
    }
    for (let turn = 0; turn < turns.count; turn++) {
      slices.floor.push(await httpFloor(body, shoppers, turns.seconds))
      slices.kept.push(await measure(shoppers, turns.seconds, () => isRead(kind.kept)))
      slices.fresh.push(await measure(shoppers, turns.seconds, () => isRead(kind.fresh())))
      slices.alone.push(await measure(1, turns.seconds, () => isRead(kind.fresh())))
    }
    report(`${what} page`, body.length, slices)
  }
}

function report(what: string, bytes: number, slices: Record<'floor' | 'kept' | 'fresh' | 'alone', Measured[]>): void {
  const [floor, kept, fresh] = [meanOf(slices.floor), meanOf(slices.kept), meanOf(slices.fresh)]
  const alone = meanOf(slices.alone)
  row(`floor: bare Fastify, the same ${(bytes / 1000).toFixed(0)} kB`, shoppers, floor)
  row(`${what}, kept`, shoppers, kept, `${ratio(kept.perSecond, floor.perSecond)} of the floor`)
  row(`${what}, not kept`, shoppers, fresh)
  row(`${what}, not kept`, 1, alone)
  const share = ratio(kept.perSecond, floor.perSecond)
  goal(
    `${what}, kept, at ${leastShareOfFloor} of the HTTP floor`,
    kept.perSecond / floor.perSecond >= leastShareOfFloor,
    share,
  )
  goal(`${leastPerSecond} a second: ${what}, not kept`, fresh.perSecond >= leastPerSecond, fresh.perSecond.toFixed(0))
  goal(`${what}, not kept, within ${mostMs} ms (p50)`, alone.p50 <= mostMs, ms(alone.p50))
}
