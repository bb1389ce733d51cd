// `npm run bench -- --fill orders=10000000,products=1000000 [--folder FOLDER] [--only-fill]`: the main routes and all schedules in a
// filled shop and in one of 1,000 products without orders, in turns. A folder that is named is kept and is not filled a second time.
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from '../local/brokers/broker.ts'
import { removeDataFolder } from '../local/postgres-home.ts'
import { fillShop } from './fill/fill.ts'
import { fewestOf, planOf } from './fill/plan.ts'
import { staffHeaders } from './fill/templates.ts'
import { type Measured, meanOf, measure, openClient } from './load.ts'
import { goal, print, ratio, say } from './report.ts'
import { type RouteShop, routesToMeasure, seeShop } from './routes.ts'
import { startShop } from './shop.ts'

const turns = 6
const seconds = 1
const mostRatio = 1.5
/** Below this, the difference between two shops is that of two measurements on a shared machine. */
const alwaysFineMs = 2
/** A schedule keeps nobody waiting. */
const fineForScheduleMs = 10
const schedulesTimes = 3

type Opened = RouteShop & { ask: Awaited<ReturnType<typeof startShop>>['ask']; startedMs: number }

export async function benchBigShop(): Promise<void> {
  const words = process.argv.slice(2)
  const after = (name: string) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined)
  const given = after('--folder')
  if (words.includes('--folder') && !given) return stopWith('--folder needs the name of a folder.')
  const own = given ? undefined : mkdtempSync(join(tmpdir(), 'souk-bench-'))
  const folder = own ? join(own, 'big') : resolve(given as string)
  const smallFolder = `${folder}-small`
  const opened: Opened[] = []
  try {
    await fillShop(folder, planOf(after('--fill'), new Date()), await freePort())
    if (words.includes('--only-fill')) return
    for (const one of [smallFolder, folder]) opened.push(await openShop(one))
    const [small, big] = opened as [Opened, Opened]
    say(`the filled shop starts in ${big.startedMs.toFixed(0)} ms, the small one in ${small.startedMs.toFixed(0)} ms`)
    await compareRoutes(small, big)
    await compareSchedules(small, big)
    print()
  } catch (error) {
    if (!(error instanceof Error) || opened.length > 0) throw error
    stopWith(error.message)
  } finally {
    for (const shop of opened) await shop.client.close()
    for (const shop of opened) await shop.ask('stop')
    removeDataFolder(smallFolder)
    if (own) removeDataFolder(own)
  }
}

function stopWith(sentence: string): void {
  process.stderr.write(`\n  ${sentence}\n`)
  process.exitCode = 1
}

async function openShop(folder: string): Promise<Opened> {
  mkdirSync(folder, { recursive: true })
  const shop = await startShop(folder, await freePort())
  await shop.ask('seed')
  if (folder.endsWith('-small')) await shop.ask('seed many', fewestOf.products)
  await shop.ask('settle')
  const client = openClient(shop.url)
  return {
    ...(await seeShop(client, await staffHeaders(client, folder), folder, (goods) => shop.ask('stock', goods))),
    ask: shop.ask,
    startedMs: shop.startedMs,
  }
}

async function compareRoutes(small: Opened, big: Opened): Promise<void> {
  for (const { what, shoppers = 2, ask } of routesToMeasure) {
    const measured: { small: Measured[]; big: Measured[] } = { small: [], big: [] }
    // The disk answers the first read of each row, in the small shop too.
    for (const shop of [small, big]) await measure(shoppers, seconds, (one, turn) => ask(shop, one, turn), 0)
    for (let turn = 0; turn < turns; turn++) {
      measured.small.push(await measure(shoppers, seconds, (one, count) => ask(small, one, count)))
      measured.big.push(await measure(shoppers, seconds, (one, count) => ask(big, one, count)))
    }
    const [one, many] = [meanOf(measured.small), meanOf(measured.big)]
    const failed = one.failures + many.failures > 0 ? `, ${one.failures + many.failures} failed` : ''
    const seen = `p50 ${pair(one.p50, many.p50)}, p99 ${pair(one.p99, many.p99)}: ${ratio(many.p99, one.p99)}${failed}`
    const isMet = many.p99 / one.p99 <= mostRatio || many.p99 - one.p99 <= alwaysFineMs
    goal(what, isMet && failed === '', seen)
    say(`${what}: ${seen}`)
  }
}

function pair(small: number, big: number): string {
  return `${small.toFixed(1)} → ${big.toFixed(1)} ms`
}

type Ran = { name: string; ms: number }[]

/** The first run does what has become due until now, such as deleting what is old. The others are what a schedule costs always. */
async function compareSchedules(small: Opened, big: Opened): Promise<void> {
  const runs: { small: Ran; big: Ran }[] = []
  for (let turn = 0; turn < schedulesTimes; turn++)
    runs.push({ small: (await small.ask('schedules')) as Ran, big: (await big.ask('schedules')) as Ran })
  for (const [place, { name }] of (runs[0]?.big ?? []).entries()) {
    const least = (size: 'small' | 'big') => Math.min(...runs.map((run) => run[size][place]?.ms ?? Number.NaN))
    const first = runs[0]?.big[place]?.ms ?? Number.NaN
    const [one, many] = [least('small'), least('big')]
    const isMet = many / one <= mostRatio || many - one <= fineForScheduleMs
    goal(`schedule ${name}`, isMet, `${pair(one, many)}; its first run ${first.toFixed(0)} ms`)
  }
}
