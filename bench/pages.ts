// Pages of the shop front, as browsers ask for them: those that the gateway keeps, beside a bare Fastify that sends the same bytes, and
// those that are rendered for each request, because nobody has asked for their address before.
import { httpFloor } from './floors.ts'
import { type Client, type Measured, meanOf, measure } from './load.ts'
import { goal, ratio, row } from './report.ts'
import type { BenchShop } from './shop.ts'

interface Slices {
  floor: Measured[]
  kept: Measured[]
  fresh: Measured[]
  /** Not kept, asked for by one visitor, who waits for nobody else. */
  alone: Measured[]
  /** What a page that is not kept costs the shop's process. It hardly depends on what else the machine does. */
  processorMs: number[]
}

const shoppers = 32
const leastShareOfFloor = 0.25
const leastPerSecond = 300
const mostMs = 10
/** V8 compiles the renderer for the last time after some thousand pages. */
const warmUpSeconds = 6
const category = '/en/c/ceramics'

/** Measures product and category pages. `slugs`: of the products that are looked at. */
export async function pages(
  client: Client,
  shop: BenchShop,
  slugs: readonly string[],
  turns: { count: number; seconds: number },
): Promise<void> {
  let number = 0
  const kinds = {
    product: { kept: `/en/p/${slugs[0]}`, fresh: () => `/en/p/${slugs[number++ % slugs.length]}?left=${number}` },
    // Another search each time, which finds the same: all goods cost more than these cents.
    category: { kept: category, fresh: () => `${category}?min=0.01&max=${100_000 + number++}` },
  }
  const isRead = async (path: string) => (await client.get(path)).status === 200
  for (const { fresh } of Object.values(kinds)) await measure(shoppers, 0, () => isRead(fresh()), warmUpSeconds)
  for (const [what, { kept, fresh }] of Object.entries(kinds)) {
    const { body } = await client.get(kept)
    const slices: Slices = { floor: [], kept: [], fresh: [], alone: [], processorMs: [] }
    for (let turn = 0; turn < turns.count; turn++) {
      slices.floor.push(await httpFloor(body, shoppers, turns.seconds))
      slices.kept.push(await measure(shoppers, turns.seconds, () => isRead(kept)))
      const [before, first] = [await processorMs(shop), number]
      slices.fresh.push(await measure(shoppers, turns.seconds, () => isRead(fresh())))
      slices.processorMs.push(((await processorMs(shop)) - before) / (number - first))
      slices.alone.push(await measure(1, turns.seconds, () => isRead(fresh())))
    }
    report(`${what} page`, body.length, slices)
  }
}

async function processorMs(shop: BenchShop): Promise<number> {
  const { user, system } = (await shop.ask('processor')) as NodeJS.CpuUsage
  return (user + system) / 1_000
}

function report(what: string, bytes: number, slices: Slices): void {
  const [floor, kept, fresh] = [meanOf(slices.floor), meanOf(slices.kept), meanOf(slices.fresh)]
  const alone = meanOf(slices.alone)
  const share = ratio(kept.perSecond, floor.perSecond)
  const cost = slices.processorMs.reduce((sum, one) => sum + one, 0) / slices.processorMs.length
  row(`floor: bare Fastify, the same ${(bytes / 1000).toFixed(0)} kB`, shoppers, floor)
  row(`${what}, kept`, shoppers, kept, `${share} of the floor`)
  row(`${what}, not kept`, shoppers, fresh, `${cost.toFixed(1)} ms of processor time each`)
  row(`${what}, not kept`, 1, alone)
  const isNear = kept.perSecond / floor.perSecond >= leastShareOfFloor
  goal(`${what}, kept, at ${leastShareOfFloor} of the HTTP floor`, isNear, share)
  const isMany = fresh.perSecond >= leastPerSecond
  goal(`${leastPerSecond} a second: ${what}, not kept`, isMany, fresh.perSecond.toFixed(0))
  goal(`${what}, not kept, within ${mostMs} ms (p50)`, alone.p50 <= mostMs, `${alone.p50.toFixed(1)} ms`)
}
