// The drill of a back-up: taken while orders come in, restored into an empty folder, with the provider as it was then and as it is now.
import assert from 'node:assert/strict'
import { randomUUID, randomUUIDv7 } from 'node:crypto'
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import { lastBackupSeconds } from '../../local/backup/last-backup.ts'
import { checkBackup, type Manifest, manifestName } from '../../local/backup/manifest.ts'
import { hashOf, readPacked, writePacked } from '../../local/backup/packed-file.ts'
import { endRecovery, readRecovery, reasonToStayClosed } from '../../local/backup/recovery.ts'
import { type Restored, restoreShop } from '../../local/backup/restore-shop.ts'
import { settleMoney } from '../../local/backup/settle-money.ts'
import { takeBackup } from '../../local/backup/take-backup.ts'
import type { TarEntry } from '../../local/backup/tar.ts'
import { openMachine } from '../../local/machine.ts'
import { removeDataFolder } from '../../local/postgres-home.ts'
import { type MachineShop, openMachineShop } from '../machine-shop.ts'

const env = { SOUK_POSTGRES_PORT: '0' }
const key = 'a key of back-ups for this test'
const wish = { lines: [{ sku: 'THING', quantity: 1 }] }
let root: string
/** Every shop that was opened, to be stopped whatever happens. */
const opened: { stop(): Promise<void> }[] = []
const place = (name: string) => join(root, name)

/** Acknowledged before the back-up began. */
const earlyOrders: string[] = []
let refundedOrder: string
let lateOrders: string[]

before(() => {
  root = mkdtempSync(join(realpathSync(tmpdir()), 'souk-backup-'))
})
after(async () => {
  for (const shop of opened) await shop.stop()
  for (const name of readdirSync(root)) removeDataFolder(place(name))
  rmSync(root, { recursive: true, force: true })
})

async function open(name: string): Promise<MachineShop> {
  const shop = await openMachineShop(place(name))
  opened.push(shop)
  return shop
}

async function restore(from: string, to: string, more: { journal?: string } = {}): Promise<Restored> {
  const restored = await restoreShop({ folder: place(from), dataFolder: place(to), env, key, ...more })
  opened.push(restored.machine)
  return restored
}

async function paid(shop: MachineShop): Promise<string> {
  const orderId = randomUUIDv7()
  const { body } = await shop.buy({ ...wish, orderId })
  assert.equal(body.status, 'paid', JSON.stringify(body))
  return orderId
}

/** Charges that the journal knows, by order. */
function chargesIn(journal: string): Set<string> {
  const lines = readFileSync(journal, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  return new Set(lines.filter((one) => one.fact === 'opened' && one.captured > 0).map((one) => one.order))
}

async function becomesSound(shop: MachineShop): Promise<void> {
  await eventually('every promise holds', async () => (await shop.findings()).length === 0, 40).catch(async () =>
    assert.deepEqual(await shop.findings(), []),
  )
}

test('a back-up is taken while customers buy, and money moves after it', async () => {
  const shop = await open('shop')
  await shop.putGoods({ sku: 'THING', cents: 1_000, quantity: 10_000 })
  await shop.signUp('ann@example.com')
  for (let count = 0; count < 3; count++) earlyOrders.push(await paid(shop))
  let isOver = false
  const buyers = [1, 2, 3].map(async () => {
    while (!isOver) await paid(shop)
  })
  const taking = [
    takeBackup({ folder: place('copy'), dataFolder: place('shop'), env, key }),
    takeBackup({ folder: place('plain'), dataFolder: place('shop'), env }),
  ]
  const [{ manifest }] = (await Promise.all(taking)) as [Awaited<(typeof taking)[number]>]
  isOver = true
  await Promise.all(buyers)
  assert.ok(manifest.walFiles.length > 0 && manifest.isEncrypted)
  assert.ok(Math.abs(lastBackupSeconds(place('shop')) - Date.now() / 1000) < 60)
  assert.equal(statSync(join(place('copy'), manifestName)).mode & 0o077, 0)
  assert.equal(readdirSync(place('copy')).length, 3)

  refundedOrder = earlyOrders[0] as string
  await shop.staff.refund({
    params: { id: refundedOrder },
    body: { amount: { amount: 100, currency: 'EUR' }, reason: 'A scratch' },
    headers: { 'idempotency-key': randomUUID() },
  })
  lateOrders = [await paid(shop), await paid(shop)]
  await eventually('the refund is done', () => readFileSync(shop.journal, 'utf8').includes('"kind":"refund"'))
  mkdirSync(place('now'))
  copyFileSync(shop.journal, join(place('now'), 'journal.jsonl'))
  await shop.stop()
})

test('restored with the journal of the back-up, the shop knows every order from before, and every promise holds', async () => {
  const { prepared, machine, manifest } = await restore('copy', 'then')
  assert.match(reasonToStayClosed(place('then')) ?? '', /restore -- --finish/)
  assert.ok(prepared.nextOrderNumber > 110_000)
  assert.equal(prepared.sessions, 1)
  // What was between the databases' instant and the journal's: a purchase or two, if any.
  const { consistentAt } = manifest
  await settleMoney(machine, { consistentAt, givesBackLost: true })
  assert.deepEqual(await settleMoney(machine, { consistentAt, givesBackLost: true }), [])
  await machine.stop()
  endRecovery(place('then'))
  const shop = await open('then')
  await becomesSound(shop)
  const orders = await shop.read('orders', (sql) => sql<{ id: string }>`select id from orders where status = 'paid'`)
  assert.deepEqual(
    earlyOrders.filter((id) => !orders.some((order) => order.id === id)),
    [],
  )
  await paid(shop)
  await shop.stop()
})

test('restored with the journal of now, exactly what moved since is named, imported or given back, once', async () => {
  const journal = join(place('now'), 'journal.jsonl')
  const { machine, manifest } = await restore('copy', 'later', { journal })
  const { consistentAt } = manifest
  const named = await settleMoney(machine, { consistentAt, givesBackLost: false })
  await machine.stop()
  const shop = await open('later')
  const orders = await shop.read('orders', (sql) => sql<{ id: string }>`select id from orders`)
  const known = new Set(orders.map(({ id }) => id))
  const lost = [...chargesIn(journal)].filter((id) => !known.has(id)).sort()
  await shop.stop()
  const namedLost = named.filter(({ outcome }) => outcome === 'order-lost').map(({ orderId }) => orderId)
  assert.deepEqual(namedLost.sort(), lost)
  assert.deepEqual(
    lateOrders.filter((id) => !lost.includes(id)),
    [],
  )
  const refunds = named.filter(({ kind }) => kind === 'refund')
  assert.deepEqual(
    refunds.map(({ orderId, amount, outcome }) => ({ orderId, amount, outcome })),
    [{ orderId: refundedOrder, amount: 100, outcome: 'imported' }],
  )

  const again = await openMachine({ dataFolder: place('later'), env })
  opened.push(again)
  const given = await settleMoney(again, { consistentAt, givesBackLost: true })
  assert.deepEqual(given.map(({ orderId }) => orderId).sort(), lost)
  assert.deepEqual(await settleMoney(again, { consistentAt, givesBackLost: true }), [])
  await again.stop()
  const reopened = await open('later')
  await becomesSound(reopened)
  const [order] = await reopened.read(
    'orders',
    (sql) =>
      sql<{ refunded: number }>`select sum(amount)::int as refunded from refund where order_id = ${refundedOrder}`,
  )
  assert.equal(order?.refunded, 100)
  const refundsOf = readFileSync(reopened.journal, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"kind":"refund"'))
  assert.equal(refundsOf.length, 1 + lost.length)
  await reopened.stop()
})

test('what is not a whole back-up is refused, and nothing is left of the attempt', async () => {
  const refused = async (from: string, pattern: RegExp, more: { key?: string } = {}) => {
    const attempt = restoreShop({ folder: place(from), dataFolder: place('refused'), env, ...more })
    await assert.rejects(attempt, (error: Error) => pattern.test(error.message) || assert.fail(error.stack))
    assert.equal(existsSync(place('refused')), false)
  }
  await refused('copy', /is encrypted\. Set SOUK_BACKUP_KEY/)
  await refused('copy', /key does not fit/, { key: 'quite another key of back-ups' })
  await refused('now', /no complete back-up: there is no manifest/)

  cpSync(place('plain'), place('changed'), { recursive: true })
  const archive = join(place('changed'), 'database.tar.zst')
  const bytes = readFileSync(archive)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(archive, bytes)
  await refused('changed', /SHA-256 differs/)

  await without('backup_label', 'unlabeled')
  await refused('unlabeled', /lacks backup_label/)
  await without('pg_wal/', 'no-wal')
  await refused('no-wal', /lacks pg_wal\//)
  await assert.rejects(
    restoreShop({ folder: place('plain'), dataFolder: place('shop'), env }),
    /is not empty, and a restore replaces nothing/,
  )
})

/** A back-up like `plain` whose manifest fits, but without files whose names begin like this. */
async function without(prefix: string, name: string): Promise<void> {
  cpSync(place('plain'), place(name), { recursive: true })
  const entries: TarEntry[] = []
  await readPacked(join(place('plain'), 'database.tar.zst'), undefined, async ({ path, size, content }) => {
    const bytes = Buffer.concat(await Array.fromAsync(content))
    // Tables are not looked at before the rest is there.
    if (path.startsWith(prefix) || path.startsWith('base/')) return
    async function* once() {
      yield bytes
    }
    entries.push({ path, size, content: once() })
  })
  const archive = join(place(name), 'database.tar.zst')
  rmSync(archive)
  async function* all() {
    yield* entries
  }
  await writePacked(archive, all())
  const file = join(place(name), manifestName)
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest
  manifest.files['database.tar.zst'] = await hashOf(archive)
  writeFileSync(file, JSON.stringify(manifest))
}

test('a back-up is only written where nothing can be lost, and an interrupted one is recognized', async () => {
  const take = (folder: string, dataFolder = place('shop')) => takeBackup({ folder, dataFolder, env })
  await assert.rejects(take(join(place('shop'), 'inside')), /inside the shop's own data/)
  assert.equal(existsSync(join(place('shop'), 'inside')), false)
  await assert.rejects(take(place('plain')), /holds a back-up already/)
  await assert.rejects(take(place('now')), /is not empty/)
  await assert.rejects(take(place('elsewhere'), place('nowhere')), /There is no shop in/)
  assert.equal(existsSync(place('nowhere')), false)
  await assert.rejects(take(join(place('no'), 'such', 'folder')), /cannot be made/)
  mkdirSync(place('cut'))
  appendFileSync(join(place('cut'), 'database.tar.zst'), 'half')
  await assert.rejects(take(place('cut')), /is being written to .* or was interrupted/)
  assert.equal(readFileSync(join(place('cut'), 'database.tar.zst'), 'utf8'), 'half')
})

test('of two back-ups into one folder, one is complete and the other touches nothing', async () => {
  const machine = await openMachine({ dataFolder: place('shop'), env })
  opened.push(machine)
  machine.announce('http://127.0.0.1:1', undefined)
  mkdirSync(place('both'))
  const take = () => takeBackup({ folder: place('both'), dataFolder: place('shop'), env })
  const results = await Promise.allSettled([take(), take()])
  await machine.stop()
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  const reason = results.find((one) => one.status === 'rejected')?.reason
  assert.match(String(reason), /Another back-up is being written to/)
  await checkBackup(place('both'))
})

test('a shop that does not run is backed up, too; one whose database stops leaves nothing', async () => {
  const { bytes } = await takeBackup({ folder: place('quiet'), dataFolder: place('shop'), env })
  assert.ok(bytes > 1_000_000)
  const machine = await openMachine({ dataFolder: place('shop'), env })
  opened.push(machine)
  machine.announce('http://127.0.0.1:1', undefined)
  const taking = takeBackup({ folder: place('stopped'), dataFolder: place('shop'), env })
  const failing = assert.rejects(taking, /The database was stopped during the back-up/)
  await eventually('it has begun', () => existsSync(join(place('stopped'), 'database.tar.zst')))
  await machine.stop()
  await failing
  assert.equal(existsSync(place('stopped')), false)
  assert.equal(readRecovery(place('shop')), undefined)
})
