// The alert rules on made-up figures, by promtool: each alert fires when it must, and stays quiet close to that.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { type AlertCase, plainCases, type Series, sloSeries } from './alert-cases.ts'
import { alerts, configurations, readTargets, ruleFiles } from './observability-files.ts'
import { installed } from './observability-tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'souk-rules-'))
after(() => rmSync(folder, { recursive: true, force: true }))

interface PromtoolTest {
  interval: string
  input_series: { series: string; values: string }[]
  promql_expr_test: { expr: string; eval_time: string; exp_samples: { labels: string; value: number }[] }[]
}
interface Expectation {
  name: string
  alert: string
  labels?: string
  series: Series
  minutes: number
  fires: boolean
}

const tiers = [
  { alert: 'SloBurnFast', burn: 14.4 },
  { alert: 'SloBurnSlow', burn: 6 },
  { alert: 'SloBurnTicket', burn: 1 },
]

test('promtool and amtool accept all files', () => {
  for (const [tool, ...words] of [
    ['promtool', 'check', 'rules', ...ruleFiles],
    ['promtool', 'check', 'config', configurations.prometheus],
    ['amtool', 'check-config', configurations.alertmanager],
  ] as [string, ...string[]][]) {
    const { status, stdout, stderr } = spawnSync(installed(tool), words, { encoding: 'utf8' })
    assert.equal(status, 0, `${tool} ${words.join(' ')}\n${stdout}${stderr}`)
  }
})

test('each alert has a case in which it fires and one in which it does not', () => {
  const tested = [...plainCases.map(({ alert }) => alert), ...tiers.map(({ alert }) => alert)]
  assert.deepEqual([...new Set(tested)].toSorted(), alerts.map(({ alert }) => alert).toSorted())
  assert.deepEqual(Object.keys(sloSeries).toSorted(), Object.keys(readTargets()).toSorted())
})

describe('alerts without a budget, and tickets', () => {
  for (const one of plainCases) {
    const name = `${one.alert}${one.about ? `: ${one.about}` : ''}`
    test(name, () => run(expectationsOf(one, name)))
  }
})

describe('budgets', () => {
  for (const [slo, target] of Object.entries(readTargets())) {
    for (const { alert, burn } of tiers) {
      // Of saga-age, the bad time comes in whole samples, hours apart when there is little of it.
      const minutes = slo === 'saga-age' ? 400 : 75
      const threshold = burn * (1 - target)
      const labels = `,slo="${slo}"`
      const isNeverFast = slo === 'order-mail' && alert === 'SloBurnFast'
      const common = { alert, labels, minutes }
      const series = (share: number) => sloSeries[slo]?.(share) ?? {}
      test(`${alert} of ${slo}: from ${(threshold * 100).toPrecision(2)} % on${isNeverFast ? ', and never' : ''}`, () =>
        run([
          { ...common, name: 'above', series: series(threshold * 1.3), fires: !isNeverFast },
          { ...common, name: 'below', series: series(threshold * 0.7), fires: false },
        ]))
    }
  }

  test('one failed checkout of eight within an hour pages nobody', () => {
    const series = {
      ...few('souk_checkouts_total{outcome="failed"}', 1),
      ...few(
        'http_server_request_duration_seconds_count{service="gateway",http_request_method="PUT",http_route="/v1/orders/:orderId",http_response_status_code="201"}',
        8,
      ),
    }
    run(tiers.map(({ alert }) => ({ name: alert, alert, series, minutes: 59, fires: false })))
  })

  test('what is over no longer pages: the short window is clean again', () => {
    const series = {
      'http_server_request_duration_seconds_count{service="gateway",http_response_status_code="200"}': '0+900x160',
      'http_server_request_duration_seconds_count{service="gateway",http_response_status_code="503"}':
        '0+100x120 12000+0x40',
    }
    run([
      { name: 'while it lasts', alert: 'SloBurnFast', series, minutes: 60, fires: true },
      { name: 'seven minutes later', alert: 'SloBurnFast', series, minutes: 67, fires: false },
    ])
  })

  test('live streams, which last for minutes, do not count as slow reads', () => {
    const labels = 'service="gateway",http_request_method="GET",http_response_status_code="200"'
    const route = 'http_route="/v1/orders/:orderId/events"'
    const series = {
      ...sloSeries.browsing?.(0),
      [`http_server_request_duration_seconds_count{${labels},${route}}`]: '0+900x160',
      [`http_server_request_duration_seconds_bucket{${labels},${route},le="0.3"}`]: '0+0x160',
    }
    run([{ name: 'streams', alert: 'SloBurnFast', series, minutes: 75, fires: false }])
  })

  test('the alert names its objective, the share and an existing run-book', () => {
    const series = sloSeries.availability?.(0.02) ?? {}
    const check = { alertname: 'SloBurnFast', eval_time: '75m' }
    const expected = {
      exp_labels: { severity: 'page', slo: 'availability', runbook: 'shop-down' },
      exp_annotations: {
        summary: 'SLO availability: 2% bad in the last hour',
        description: 'At this rate the budget of 30 days is spent in two days; 2 % of it went within an hour.',
        runbook_url: 'docs/runbooks/shop-down.md#first-five-minutes',
      },
    }
    promtool([
      { interval: '30s', input_series: inputOf(series), alert_rule_test: [{ ...check, exp_alerts: [expected] }] },
    ])
  })
})

function few(series: string, count: number): Series {
  return {
    [series]: `0+0x20 ${Array.from({ length: count }, (_, index) => `${index + 1}+0x5`).join(' ')} ${count}+0x100`,
  }
}

function expectationsOf({ alert, fires, quiet, minutes }: AlertCase, name: string): Expectation[] {
  return [
    { name: `${name} fires`, alert, series: fires, minutes, fires: true },
    { name: `${name} is quiet`, alert, series: quiet, minutes, fires: false },
  ]
}

function run(expectations: readonly Expectation[]): void {
  promtool(
    expectations.map(({ name, alert, labels = '', series, minutes, fires }): PromtoolTest & { name: string } => ({
      name,
      interval: '30s',
      input_series: inputOf(series),
      promql_expr_test: [
        {
          expr: `count(ALERTS{alertname="${alert}",alertstate="firing"${labels}})`,
          eval_time: `${minutes}m`,
          exp_samples: fires ? [{ labels: '{}', value: 1 }] : [],
        },
      ],
    })),
    expectations[0]?.alert,
  )
}

function inputOf(series: Series): { series: string; values: string }[] {
  return Object.entries(series).map(([name, values]) => ({ series: name, values }))
}

function promtool(tests: readonly object[], alert = 'SloBurnFast'): void {
  const file = join(folder, 'test.yaml')
  const own = alerts.find((one) => one.alert === alert)?.file ?? ''
  // Recorded rates are computed only where they are needed: they take most of the time.
  const needed = own === 'slo.yaml' ? ['recording.yaml', own] : [own]
  const rule_files = ruleFiles.filter((path) => needed.includes(basename(path)))
  writeFileSync(file, JSON.stringify({ rule_files, evaluation_interval: '30s', tests }))
  const { status, stdout, stderr } = spawnSync(installed('promtool'), ['test', 'rules', file], { encoding: 'utf8' })
  assert.equal(status, 0, `${stdout}${stderr}`)
}
