// Rules, dashboards and run-books fit the shop: every metric, label and label value that they use is in the metrics of a shop in which
// somebody has bought, and every alert leads to a run-book. Grafana cannot be run here, so its JSON is checked piece by piece.
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { productsApi } from '@souk/contracts/products'
import { eventually, staff } from '@souk/service/fixture'
import { measureLastBackup } from '../../local/backup/last-backup.ts'
import { openShop, type Shop } from '../fixture.ts'
import { alerts, dashboards, findsRunbook, type Panel, rules, runbooksOf } from './observability-files.ts'
import { readPromql, type Selector } from './promql.ts'

const certificates = resolve(import.meta.dirname, '..', 'certificates')
/** Metrics of others, in the files for shops that have them: kube-state-metrics and kubelets, postgres_exporter and node_exporter. */
const foreign: Record<string, RegExp> = {
  'kubernetes.yaml': /^kube(let)?_/,
  'postgres.yaml': /^(pg|node)_/,
}
/** Labels that Prometheus adds where it scrapes. */
const targetLabels = ['job', 'instance', 'component', 'process']
/** Values that come only with what they tell of: failed requests, and jobs of Prometheus. */
const comeLater = ['http_response_status_code', 'job']

/** Grafana's variables. */
const dataSource = '$' + '{datasource}'
const runbookFolder = '$' + '{runbooks}/'

/** The label values of each metric. */
type Exposed = Map<string, Map<string, Set<string>>>

describe('metrics', () => {
  let shop: Shop
  let exposed: Exposed
  before(async () => {
    shop = await openShop({
      env: {
        SOUK_TLS_CERT: join(certificates, 'service.pem'),
        SOUK_TLS_KEY: join(certificates, 'service.key'),
        SOUK_TLS_CA: join(certificates, 'authority.pem'),
      },
    })
    await shop.putGoods({ sku: 'MUG-1', cents: 1_990, quantity: 20 })
    const wish = { lines: [{ sku: 'MUG-1', quantity: 1 }], email: 'ann@example.com' }
    assert.equal((await shop.buy(wish)).status, 201)
    assert.equal((await shop.ask('GET', '/v1/products')).status, 200)
    const category = { id: randomUUIDv7(), slug: 'mugs', title: 'Mugs' }
    const catalog = shop.test.as(productsApi, staff)
    await catalog.createCategory({ body: category })
    await catalog.changeCategory({ params: { id: category.id }, body: { title: 'Cups' } }) // Which a job does.
    await eventually('the job has run', async () =>
      /^souk_job_duration_seconds_count/m.test(await shop.test.running.metrics.registry.metrics()),
    )
    await eventually('the mail is there', async () => (await shop.mails('ann@example.com')).length === 1)
    // As the start of a shop on one machine does.
    measureLastBackup(shop.test.running.metrics.registry, tmpdir())
    exposed = readMetrics(await shop.test.running.metrics.registry.metrics())
    for (const { record, labels = {}, expr } of rules)
      if (record) expose(exposed, record, { ...labels, ...slosIn(expr) })
  })
  after(() => shop?.stop())

  for (const { file, alert, record, expr } of rules) {
    test(`${file}: ${alert ?? record}`, () => {
      check(expr, foreign[file])
    })
  }
  for (const { file, panels, templating } of dashboards) {
    for (const { title, targets } of panels.filter((panel) => panel.type !== 'row')) {
      test(`dashboard ${file}: ${title}`, () => {
        for (const { expr } of targets ?? []) check(withoutVariables(expr))
      })
    }
    test(`dashboard ${file}: choices`, () => {
      for (const { type, query } of templating.list) {
        if (type !== 'query') continue
        const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec((query as { query: string }).query) ?? []
        assert.ok(exposed.get(metric ?? '')?.has(label ?? ''), `${metric} has no label ${label}`)
      }
    })
  }

  function check(expr: string, others?: RegExp): void {
    const { selectors, grouping } = readPromql(expr)
    assert.ok(selectors.length > 0 || expr.startsWith('vector('), expr)
    const own = selectors.filter(({ metric }) => metric !== 'up' && !others?.test(metric))
    for (const selector of own) checkSelector(selector, expr)
    const labels = new Set([...targetLabels, ...own.flatMap(({ metric }) => [...(exposed.get(metric)?.keys() ?? [])])])
    if (!others) for (const label of grouping) assert.ok(labels.has(label), `nothing has the label ${label}: ${expr}`)
  }
  function checkSelector({ metric, matchers }: Selector, expr: string): void {
    const labels = exposed.get(metric)
    assert.ok(labels, `The shop has no metric ${metric}: ${expr}`)
    for (const { label, operator, value } of matchers) {
      const values = labels.get(label)
      assert.ok(values || targetLabels.includes(label), `${metric} has no label ${label}: ${expr}`)
      if (!values || comeLater.includes(label) || operator.startsWith('!')) continue
      const isMet: boolean =
        operator === '=' ? values.has(value) : [...values].some((one) => RegExp(`^(${value})$`).test(one))
      assert.ok(isMet, `${metric} has no ${label} ${operator} ${value}, but ${[...values].join(', ')}: ${expr}`)
    }
  }
})

describe('alerts', () => {
  for (const alert of alerts) {
    test(`${alert.alert} says what is wrong, how urgent it is, and where to read on`, () => {
      const { summary, description } = alert.annotations ?? {}
      assert.ok(summary && description)
      assert.match(alert.labels?.severity ?? '', /^(page|ticket)$/)
      const lost = runbooksOf(alert).filter((url) => !findsRunbook(url))
      assert.deepEqual(lost, [], 'There is no such run-book or heading.')
    })
  }
})

describe('dashboards', () => {
  test('they have names of their own', () => {
    assert.deepEqual(
      dashboards.map(({ file }) => file),
      ['bus.json', 'saga.json', 'services.json', 'shop.json'],
    )
    assert.equal(new Set(dashboards.map(({ uid }) => uid)).size, dashboards.length)
  })

  for (const { file, panels, templating } of dashboards) {
    test(`${file}: the data source and the run-books can be chosen`, () => {
      const variables = new Map(templating.list.map(({ name, type }) => [name, type]))
      assert.equal(variables.get('datasource'), 'datasource')
      assert.equal(variables.get('runbooks'), 'textbox')
    })

    test(`${file}: each panel has a place of its own, a unit, a description and a query`, () => {
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
      for (const panel of panels) {
        assert.ok(panel.title)
        for (const other of panels)
          if (other.id > panel.id) assert.ok(!overlap(panel, other), `${panel.title}, ${other.title}`)
        if (panel.type === 'row') continue
        assert.ok(panel.description && panel.fieldConfig?.defaults.unit, panel.title)
        assert.equal(panel.datasource?.uid, dataSource, panel.title)
        assert.ok(panel.targets?.length, panel.title)
        for (const { datasource } of panel.targets ?? []) assert.equal(datasource.uid, dataSource, panel.title)
      }
    })

    test(`${file}: links lead to run-books`, () => {
      const links = panels.flatMap((panel) => panel.links ?? [])
      assert.ok(links.length > 0)
      for (const { url } of links) {
        assert.ok(url.startsWith(runbookFolder))
        assert.ok(findsRunbook(`${url.replace(runbookFolder, 'docs/runbooks/')}#first-five-minutes`), url)
      }
    })
  }
})

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

/** What Grafana puts in place of its variables. */
export function withoutVariables(expr: string): string {
  return expr.replaceAll('$__rate_interval', '1m').replaceAll('$service', '.*')
}

/** The label of recorded rates of SLOs that a rule hands on. */
function slosIn(expr: string): Record<string, string[]> {
  const isOfSlos = /souk:sli_\w+:/.test(expr)
  return isOfSlos ? { slo: [...new Set(rules.flatMap(({ labels }) => labels?.slo ?? []))] } : {}
}

function readMetrics(text: string): Exposed {
  const found: Exposed = new Map()
  for (const line of text.split('\n')) {
    const [, name, labels = ''] = /^([a-zA-Z_:]\w*)(?:\{(.*)\})? /.exec(line) ?? []
    if (!name) continue
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, value]) => [label, value])
    expose(found, name, Object.fromEntries(pairs))
  }
  return found
}

function expose(exposed: Exposed, metric: string, labels: Record<string, string | string[]>): void {
  const known = exposed.get(metric) ?? new Map<string, Set<string>>()
  exposed.set(metric, known)
  for (const [label, value] of Object.entries(labels)) {
    const values = known.get(label) ?? new Set()
    for (const one of [value].flat()) values.add(one)
    known.set(label, values)
  }
}
