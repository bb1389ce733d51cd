// A real Prometheus measures a shop of several processes, its rules run, and an alert of a service that hangs reaches a real Alertmanager
// and the address that is to be notified. The configurations are the project's own, with other addresses and with seconds in place of
// minutes; nothing else in them is changed.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUIDv7 } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { json } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import { prepareApart, putGoodsAsStaff, sendShoppers } from '../../local/apart/fixture.ts'
import { openFakeMailServer } from '../../services/notifications/fakes.ts'
import { freePort } from '../fixture.ts'
import { configurations, dashboards, ruleFiles } from './observability-files.ts'
import { installed } from './observability-tools.ts'

interface Notified {
  receiver: string
  status: string
  alerts: { status: string; labels: Record<string, string>; annotations: Record<string, string> }[]
}

const folder = mkdtempSync(join(tmpdir(), 'souk-live-'))
const [prometheusPort, alertmanagerPort] = [await freePort(), await freePort()]
const mails = await openFakeMailServer()
const shop = await prepareApart({ NOTIFICATIONS_SMTP_URL: mails.url })
let bearer = ''
const children: ChildProcess[] = []
const notified: Notified[] = []
const receiver = createServer(async (request, response) => {
  notified.push((await json(request)) as Notified)
  response.end()
})

before(async () => {
  const [prometheus, alertmanager] = [installed('prometheus'), installed('prometheus-alertmanager')]
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done))
  writeConfigurations((receiver.address() as AddressInfo).port)
  await shop.start()
  bearer = await putGoodsAsStaff(shop, ['LAMP'])
  start(alertmanager, [
    `--config.file=${join(folder, 'alertmanager.yaml')}`,
    `--storage.path=${join(folder, 'alertmanager')}`,
    `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
    '--cluster.listen-address=',
  ])
  start(prometheus, [
    `--config.file=${join(folder, 'prometheus.yaml')}`,
    `--storage.tsdb.path=${join(folder, 'prometheus')}`,
    `--web.listen-address=127.0.0.1:${prometheusPort}`,
  ])
  const isReady = () => fetch(`http://127.0.0.1:${prometheusPort}/-/ready`).then(({ ok }) => ok)
  await eventually('Prometheus is ready', () => isReady().catch(() => false), 30)
})
after(async () => {
  for (const child of children) child.kill('SIGKILL')
  receiver.close()
  receiver.closeAllConnections()
  await shop.end('SIGINT').catch(() => undefined) // It may not have started.
  shop.remove()
  await mails.close()
  rmSync(folder, { recursive: true, force: true })
})

test('Prometheus finds all processes of the shop by itself', async () => {
  const names = ['gateway', 'inventory', 'notifications', 'orders', 'payments', 'products', 'storefront', 'users'].map(
    (name) => `${name}.1`,
  )
  await eventually(
    'all are measured',
    async () => {
      const up = await query('up{job="souk"} == 1')
      return (
        up
          .map(({ process }) => process)
          .toSorted()
          .join() === names.join()
      )
    },
    60,
  )
})

test('every panel of every dashboard shows something in a shop that sells', async () => {
  const shoppers = sendShoppers(shop, 'LAMP', 2)
  let empty: string[] = ['none was looked at']
  const until = Date.now() + 60_000
  while (empty.length > 0 && Date.now() < until) {
    await runJob()
    empty = await findEmptyPanels()
  }
  const { failures } = await shoppers.stop()
  assert.deepEqual(empty, [])
  assert.deepEqual(failures, [])
})

test('a shop that is well pages nobody', async () => {
  assert.deepEqual(await query('ALERTS{alertstate="firing",severity="page"}'), [])
  const { data } = (await ask('/api/v1/rules')) as { data: { groups: { rules: { lastError?: string }[] }[] } }
  assert.deepEqual(data.groups.flatMap(({ rules }) => rules.map(({ lastError }) => lastError)).filter(Boolean), [])
})

test('a service that hangs pages, with its run-book, and the page ends when it goes on', async () => {
  const { processes } = await shop.health()
  const payments = processes.find(({ service }) => service === 'payments')
  assert.ok(payments)
  process.kill(payments.pid, 'SIGSTOP')
  try {
    const page = await arrives('firing')
    assert.equal(page?.labels.severity, 'page')
    assert.equal(page?.annotations.summary, 'No instance of payments answers')
    assert.equal(page?.annotations.runbook_url, 'docs/runbooks/shop-down.md#first-five-minutes')
  } finally {
    process.kill(payments.pid, 'SIGCONT')
  }
  await arrives('resolved')
})

/** A category gets another name, which a job does. */
async function runJob(): Promise<void> {
  const id = randomUUIDv7()
  const made = await shop.ask('POST', '/v1/categories', { bearer, body: { id, slug: `lamps-${id}`, title: 'Lamps' } })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const changed = await shop.ask('PATCH', `/v1/categories/${id}`, { bearer, body: { title: 'Lanterns' } })
  assert.equal(changed.status, 200, JSON.stringify(changed.body))
}

/** The panels without a figure, with what they ask for. */
async function findEmptyPanels(): Promise<string[]> {
  const asked = dashboards.flatMap(({ file, panels }) =>
    panels.flatMap(({ title, targets }) => (targets ?? []).map(({ expr }) => ({ where: `${file}, ${title}`, expr }))),
  )
  const empty: string[] = []
  for (const { where, expr } of asked) {
    const filled = expr.replaceAll('$__rate_interval', '1m').replaceAll('$service', '.*')
    if ((await query(filled)).length === 0) empty.push(`${where}: ${filled}`)
  }
  return empty
}

async function arrives(status: string) {
  let found: Notified['alerts'][number] | undefined
  await eventually(
    `ServiceDown of payments is ${status}`,
    () => {
      found = notified
        .filter((one) => one.receiver === 'page')
        .flatMap(({ alerts }) => alerts)
        .find(
          ({ labels, ...one }) =>
            labels.alertname === 'ServiceDown' && labels.component === 'payments' && one.status === status,
        )
      return found !== undefined
    },
    60,
  )
  return found
}

/** The project's own, with free ports and with seconds in place of minutes. */
function writeConfigurations(receiverPort: number): void {
  mkdirSync(join(folder, 'rules'))
  const inSeconds = (text: string) => text.replaceAll(/^(\s+(?:for|interval): ).*$/gm, '$11s')
  for (const path of ruleFiles)
    writeFileSync(join(folder, 'rules', basename(path)), inSeconds(readFileSync(path, 'utf8')))
  const prometheus = readFileSync(configurations.prometheus, 'utf8')
    .replaceAll(/(scrape_interval|scrape_timeout|evaluation_interval|refresh_interval): .*/g, '$1: 1s')
    .replace('127.0.0.1:4001', `127.0.0.1:${shop.operationsPort}`)
    .replace('127.0.0.1:9093', `127.0.0.1:${alertmanagerPort}`)
  writeFileSync(join(folder, 'prometheus.yaml'), prometheus)
  const alertmanager = readFileSync(configurations.alertmanager, 'utf8')
    .replaceAll(/(group_wait|group_interval): .*/g, '$1: 1s')
    .replaceAll('127.0.0.1:9095', `127.0.0.1:${receiverPort}`)
  writeFileSync(join(folder, 'alertmanager.yaml'), alertmanager)
}

function start(program: string, words: string[]): void {
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] })
  child.stderr?.resume()
  child.once('exit', (code) => code && assert.fail(`${program} ended with code ${code}.`))
  children.push(child)
}

/** The labels of what an expression gives now, without series that have no figure. */
async function query(expr: string): Promise<Record<string, string>[]> {
  const reply = (await ask(`/api/v1/query?query=${encodeURIComponent(expr)}`)) as {
    status: string
    error?: string
    data: { result: { metric: Record<string, string>; value: [number, string] }[] }
  }
  assert.equal(reply.status, 'success', `${expr}: ${reply.error}`)
  return reply.data.result.filter(({ value }) => value[1] !== 'NaN').map(({ metric }) => metric)
}

async function ask(path: string): Promise<unknown> {
  const reply = await fetch(`http://127.0.0.1:${prometheusPort}${path}`)
  return reply.json()
}
