// For each alert: figures with which it fires, and figures close to them with which it does not. Written in the notation of promtool:
// `0+3x20` begins at 0 and grows by 3 with each of 20 further samples, one each 30 seconds.

/** Series of samples by the metric with its labels. */
export type Series = Record<string, string>
export interface AlertCase {
  alert: string
  /** What the two cases are about, where the name of the alert does not say it. */
  about?: string
  fires: Series
  quiet: Series
  /** At which minute the alert is looked for. */
  minutes: number
}

/** A figure that stays as it is. */
const stays = (value: number, samples = 200) => `${value}+0x${samples}`
/** A counter that grows by so much each 30 seconds. */
const grows = (by: number, samples = 900) => `0+${by}x${samples}`

const day = 86_400
const perSample = 1_000
const two = (fires: Series, quiet: Series) => ({ fires, quiet })
const gauge = (name: string, fires: number, quiet: number) => two({ [name]: stays(fires) }, { [name]: stays(quiet) })

/** The alerts without a budget and the tickets. */
export const plainCases: AlertCase[] = [
  {
    alert: 'InvariantBroken',
    minutes: 4,
    ...gauge('souk_invariant_violations{service="payments",invariant="M5"}', 1, 0),
  },
  { alert: 'MailsStuck', minutes: 1, ...gauge('souk_mails_oldest_seconds', 1_810, 1_790) },
  { alert: 'BackupOld', minutes: 65, ...gauge('souk_backup_last_success_seconds', -1.2 * day, -day) },
  { alert: 'ShopNotMeasured', minutes: 5, ...two({}, { 'souk_build_info{version="1"}': stays(1) }) },
  {
    alert: 'ServiceDown',
    minutes: 5,
    about: 'none of two instances, or one of two',
    ...two(
      {
        'up{job="souk",component="orders",instance="a"}': stays(0),
        'up{job="souk",component="orders",instance="b"}': stays(0),
      },
      {
        'up{job="souk",component="orders",instance="a"}': stays(0),
        'up{job="souk",component="orders",instance="b"}': stays(1),
      },
    ),
  },
  {
    alert: 'ServiceDown',
    about: 'a job of others',
    minutes: 5,
    ...two({ 'up{job="shop/souk",component="users"}': stays(0) }, { 'up{job="node",component="users"}': stays(0) }),
  },
  {
    alert: 'DatabaseDown',
    minutes: 5,
    about: 'for all instances, or for one of two',
    ...two(
      { 'souk_database_up{service="orders",instance="a"}': stays(0) },
      {
        'souk_database_up{service="orders",instance="a"}': stays(0),
        'souk_database_up{service="orders",instance="b"}': stays(1),
      },
    ),
  },
  { alert: 'BusDown', minutes: 5, ...gauge('souk_bus_up', 0, 1) },
  { alert: 'OutboxStuck', minutes: 1, ...gauge('souk_outbox_oldest_seconds{service="orders"}', 130, 110) },
  { alert: 'SagaStuck', minutes: 1, ...gauge('souk_saga_unsettled_oldest_seconds', 610, 590) },
  {
    alert: 'PaymentUnresolved',
    minutes: 1,
    ...gauge('souk_payment_operations_oldest_seconds{service="payments"}', 910, 890),
  },
  { alert: 'MoneyDiffers', minutes: 17, ...gauge('souk_ledger_differences', 1, 0) },
  {
    alert: 'MoneyDiffers',
    about: 'for longer than 15 minutes',
    minutes: 20,
    ...two({ souk_ledger_differences: stays(2) }, { souk_ledger_differences: '1+0x20 0+0x40' }),
  },
  { alert: 'Oversold', minutes: 1, ...gauge('souk_stock_oversold', 1, 0) },
  { alert: 'InstanceDown', minutes: 12, ...gauge('up{job="souk",component="orders",instance="a"}', 0, 1) },
  { alert: 'DeadLetters', minutes: 32, ...gauge('souk_dead_letters{service="inventory"}', 1, 0) },
  {
    alert: 'DeadLetters',
    about: 'retries are over after 22 minutes',
    minutes: 32,
    ...two(
      { 'souk_dead_letters{service="orders"}': stays(3) },
      { 'souk_dead_letters{service="orders"}': '3+0x44 0+0x40' },
    ),
  },
  {
    alert: 'ReconciliationLate',
    minutes: 130,
    ...two(
      { souk_reconciliation_last_success_seconds: stays(0, 300) },
      { souk_reconciliation_last_success_seconds: '0+30x300' },
    ),
  },
  {
    alert: 'ScheduleStopped',
    minutes: 12,
    ...two(
      { 'souk_schedule_last_success_seconds{service="orders",schedule="resume checkouts"}': stays(0) },
      { 'souk_schedule_last_success_seconds{service="orders",schedule="resume checkouts"}': '0+30x200' },
    ),
  },
  {
    alert: 'JobsFailing',
    minutes: 60,
    ...two(
      { 'souk_jobs_total{service="products",job="thumbnails",outcome="failed"}': grows(0.1) },
      { 'souk_jobs_total{service="products",job="thumbnails",outcome="failed"}': grows(0.03) },
    ),
  },
  { alert: 'JobsLate', minutes: 10, ...gauge('souk_jobs_oldest_seconds{service="products"}', 910, 890) },
  {
    alert: 'MailsFailing',
    minutes: 60,
    ...two({ 'souk_mails_total{outcome="failed"}': grows(0.1) }, { 'souk_mails_total{outcome="sent"}': grows(0.1) }),
  },
  { alert: 'CertificateExpires', minutes: 1, ...gauge('souk_certificate_days_left{service="orders"}', 13, 15) },
  {
    alert: 'DatabaseConnectionsHigh',
    minutes: 17,
    ...two(
      {
        'db_client_connections{service="orders",state="used"}': stays(9),
        'db_client_connections{service="orders",state="max"}': stays(10),
      },
      {
        'db_client_connections{service="orders",state="used"}': stays(8),
        'db_client_connections{service="orders",state="max"}': stays(10),
      },
    ),
  },
  { alert: 'EventLoopSlow', minutes: 17, ...gauge('nodejs_eventloop_lag_p99_seconds{instance="a"}', 0.25, 0.15) },
  {
    alert: 'CardTesting',
    about: 'more declines than payments, or fewer',
    minutes: 20,
    ...two(
      { 'souk_payments_total{outcome="declined"}': grows(2), 'souk_payments_total{outcome="captured"}': grows(1) },
      { 'souk_payments_total{outcome="declined"}': grows(2), 'souk_payments_total{outcome="captured"}': grows(3) },
    ),
  },
  {
    alert: 'SignInAttack',
    minutes: 20,
    ...two(
      { 'souk_security_events_total{kind="sign-in-failed"}': grows(11) },
      { 'souk_security_events_total{kind="sign-in-failed"}': grows(9) },
    ),
  },
  {
    alert: 'PodCrashLooping',
    minutes: 17,
    ...two(
      { 'kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff",pod="souk-orders-1"}': stays(1) },
      { 'kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff",pod="other-1"}': stays(1) },
    ),
  },
  {
    alert: 'RolloutStuck',
    minutes: 17,
    ...gauge('kube_deployment_status_condition{condition="Progressing",status="false",deployment="souk-orders"}', 1, 0),
  },
  {
    alert: 'ScaledToTheMax',
    minutes: 17,
    ...two(
      {
        'kube_horizontalpodautoscaler_status_current_replicas{namespace="shop",horizontalpodautoscaler="souk-orders"}':
          stays(8),
        'kube_horizontalpodautoscaler_spec_max_replicas{namespace="shop",horizontalpodautoscaler="souk-orders"}':
          stays(8),
      },
      {
        'kube_horizontalpodautoscaler_status_current_replicas{namespace="shop",horizontalpodautoscaler="souk-orders"}':
          stays(7),
        'kube_horizontalpodautoscaler_spec_max_replicas{namespace="shop",horizontalpodautoscaler="souk-orders"}':
          stays(8),
      },
    ),
  },
  { alert: 'JobFailed', minutes: 3, ...gauge('kube_job_failed{condition="true",job_name="souk-migrate-1"}', 1, 0) },
  {
    alert: 'VolumeFullSoon',
    minutes: 100,
    about: 'full in two days, or in eight',
    ...two(
      {
        'kubelet_volume_stats_available_bytes{persistentvolumeclaim="data-souk-0"}': '140000-24x300',
        'kubelet_volume_stats_capacity_bytes{persistentvolumeclaim="data-souk-0"}': stays(1_000_000, 300),
      },
      {
        'kubelet_volume_stats_available_bytes{persistentvolumeclaim="data-souk-0"}': '140000-6x300',
        'kubelet_volume_stats_capacity_bytes{persistentvolumeclaim="data-souk-0"}': stays(1_000_000, 300),
      },
    ),
  },
  {
    alert: 'RestoreTestOld',
    minutes: 1,
    ...gauge('kube_cronjob_status_last_successful_time{cronjob="souk-restore-test"}', -8 * day, -7 * day),
  },
  {
    alert: 'BackupJobOld',
    minutes: 1,
    ...gauge('kube_cronjob_status_last_successful_time{cronjob="souk-backup"}', -1.2 * day, -day),
  },
  { alert: 'WalArchiveLate', minutes: 1, ...gauge('pg_stat_archiver_last_archive_age{server="a:5432"}', 310, 290) },
  {
    alert: 'WalLarge',
    minutes: 7,
    ...two(
      {
        'pg_wal_size_bytes{instance="a:9187"}': stays(210),
        'node_filesystem_size_bytes{instance="a:9100",mountpoint="/var/lib/postgresql"}': stays(1_000),
      },
      {
        'pg_wal_size_bytes{instance="a:9187"}': stays(190),
        'node_filesystem_size_bytes{instance="a:9100",mountpoint="/var/lib/postgresql"}': stays(1_000),
      },
    ),
  },
  {
    alert: 'ServerConnectionsHigh',
    minutes: 17,
    ...two(
      {
        'pg_stat_activity_count{server="a",state="idle"}': stays(50),
        'pg_stat_activity_count{server="a",state="active"}': stays(31),
        'pg_settings_max_connections{server="a"}': stays(100),
      },
      {
        'pg_stat_activity_count{server="a",state="idle"}': stays(50),
        'pg_stat_activity_count{server="a",state="active"}': stays(29),
        'pg_settings_max_connections{server="a"}': stays(100),
      },
    ),
  },
  {
    alert: 'SliMissing',
    about: 'event-age is missing, or nothing',
    minutes: 40,
    ...two(withoutEvents(), { ...withoutEvents(), ...events(0) }),
  },
]

/** The series of each SLO when this share of its events is bad. */
export const sloSeries: Record<string, (bad: number) => Series> = {
  availability: (bad) => ({
    [request('GET', '/v1/products', '200')]: grows(perSample * (1 - bad)),
    [request('GET', '/v1/products', '503')]: grows(perSample * bad),
  }),
  browsing: (bad) => ({
    [request('GET', '/v1/products', '200')]: grows(perSample),
    [request('GET', '/v1/products', '200', '0.3')]: grows(perSample * (1 - bad)),
  }),
  'checkout-time': (bad) => ({
    [checkout('201')]: grows(perSample),
    [checkout('201', '3')]: grows(perSample * (1 - bad)),
  }),
  'checkout-success': (bad) => ({
    [checkout('201')]: grows(perSample),
    'souk_checkouts_total{outcome="failed"}': grows(perSample * bad),
    'souk_checkouts_total{outcome="declined"}': grows(perSample),
  }),
  'event-age': events,
  'saga-age': (bad) => ({ souk_saga_unsettled_oldest_seconds: cycles(bad, 70, 50) }),
  'order-mail': (bad) => ({
    'souk_mail_age_seconds_count{service="notifications"}': grows(perSample),
    'souk_mail_age_seconds_bucket{service="notifications",le="300"}': grows(perSample * (1 - bad)),
  }),
}

function events(bad: number): Series {
  return {
    'souk_event_age_seconds_count{service="inventory",type="orders.order-placed"}': grows(perSample),
    'souk_event_age_seconds_bucket{service="inventory",type="orders.order-placed",le="30"}': grows(
      perSample * (1 - bad),
    ),
  }
}
/** All SLOs are measured but that of events. */
function withoutEvents(): Series {
  return {
    [request('GET', '/v1/products', '200')]: grows(perSample),
    [request('GET', '/v1/products', '200', '0.3')]: grows(perSample),
    [checkout('201')]: grows(perSample),
    souk_saga_unsettled_oldest_seconds: stays(0),
    'souk_mail_age_seconds_count{service="notifications"}': grows(perSample),
  }
}
function request(method: string, route: string, status: string, le?: string): string {
  const labels = `service="gateway",http_request_method="${method}",http_route="${route}",http_response_status_code="${status}"`
  return `http_server_request_duration_seconds_${le ? `bucket{${labels},le="${le}"}` : `count{${labels}}`}`
}
function checkout(status: string, le?: string): string {
  return request('PUT', '/v1/orders/:orderId', status, le)
}
/** Samples of which this share has the first value, spread evenly. */
function cycles(share: number, first: number, others: number, samples = 900): string {
  return Array.from({ length: samples }, (_, index) =>
    Math.floor((index + 1) * share) > Math.floor(index * share) ? first : others,
  ).join(' ')
}
