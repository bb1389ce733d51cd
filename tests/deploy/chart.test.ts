// The Helm chart: every way to install it is rendered and checked by helm, by the definitions of Kubernetes' own API, by kube-score,
// and by what the shop itself knows of its services and settings.
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { listKeysOf, processSpec, sharedSecretSpec, sharedSpec, stopSpec, usesBus, variableOf } from '@souk/service'
import { parse } from 'yaml'
import { busVariables } from '../../local/bus.ts'
import { databaseVariable } from '../../local/environment.ts'
import { allServices } from '../../services/all-services.ts'
import {
  type Case,
  chart,
  type Manifest,
  ofTheSite,
  podOf,
  project,
  render,
  runTool,
  type Tree,
  template,
  wordsOf,
} from './chart-rendering.ts'

const httpRoute = {
  httpRoute: { enabled: true, parentRefs: [{ name: 'edge', namespace: 'gateways' }], hostnames: ['shop.example'] },
}
const ingress = { ingress: { enabled: true, className: 'nginx', host: 'shop.example', tlsSecret: 'shop-tls' } }
const postgresBus = { kind: 'postgres', existingSecret: 'bus', ownerSecret: 'bus-owner', port: 5432 }
const everything = {
  ...ingress,
  tracing: { endpoint: 'http://collector.observability:4318', sampleRatio: 0.1 },
  metrics: { podMonitor: { enabled: true, labels: { release: 'prometheus' } }, rules: { enabled: true } },
  redis: { enabled: true, existingSecret: 'redis' },
  cronJobs: { verify: { enabled: true } },
  image: { pullSecrets: ['registry'] },
  defaults: {
    env: { SOUK_SHOP_NAME: 'Bazaar', SOUK_LOG_LEVEL: 'warn' },
    scheduling: {
      priorityClassName: 'shop',
      nodeSelector: { pool: 'shop' },
      tolerations: [{ key: 'shop', operator: 'Exists' }],
      podLabels: { team: 'shop' },
    },
  },
  services: { notifications: { egress: [{ to: [{ ipBlock: { cidr: '10.9.0.1/32' } }], ports: [{ port: 25 }] }] } },
}
const withoutPolicies = { networkPolicy: { enabled: false } }
const cases: Record<string, Case> = {
  one: { file: 'one' },
  'one behind an ingress, with secrets': { file: 'one', values: { ...ingress, together: { existingSecret: 'trial' } } },
  small: { file: 'small' },
  large: { file: 'large' },
  'large with everything': { file: 'large', values: everything },
  'small with a route of the Gateway API': { file: 'small', values: httpRoute },
  'small, migrated by a hook': { file: 'small', values: { migrations: { mode: 'hook' } } },
  'small, migrated by others': {
    file: 'small',
    values: { migrations: { mode: 'external' }, database: { ownerSecret: '' } },
  },
  'small with autoscaling': {
    file: 'small',
    values: { defaults: { autoscaling: { enabled: true } }, database: { maxConnections: 1000 } },
  },
  'small with one pod each': { file: 'small', values: { defaults: { replicas: 1 } } },
  'small on RabbitMQ': {
    file: 'small',
    values: { broker: { kind: 'rabbitmq', port: 5671, caSecret: 'ca', hasClientCertificate: true } },
  },
  'small on Kafka': { file: 'small', values: { broker: { kind: 'kafka', port: 9093 } } },
  'small on the bus in PostgreSQL': {
    file: 'small',
    values: { broker: postgresBus, database: { maxConnections: 700 } },
  },
  'large without notifications': { file: 'large', values: { services: { notifications: { enabled: false } } } },
  'small without network policies': { file: 'small', values: withoutPolicies },
}
function containerOf(manifest: Manifest): Tree {
  return podOf(manifest)?.spec.containers?.[0] as Tree
}
const schemas = join(import.meta.dirname, 'schemas', '{{.ResourceKind}}{{.KindSuffix}}.json')
/** Defined by others; their definitions are not among those of Kubernetes. */
const ofOperators = ['PodMonitor', 'PrometheusRule', 'HTTPRoute']

for (const [name, one] of Object.entries(cases)) {
  test(`${name}: helm finds nothing to say, Kubernetes knows every field, and kube-score finds nothing critical`, () => {
    const linted = runTool('helm', ['lint', '--strict', ...wordsOf(one)])
    assert.equal(linted.status, 0, linted.stdout + linted.stderr)
    const { status, stdout, stderr } = template(one)
    assert.equal(status, 0, stderr)
    const known = runTool(
      'kubeconform',
      ['-strict', '-skip', ofOperators.join(), '-schema-location', schemas, '-'],
      stdout,
    )
    assert.equal(known.status, 0, known.stdout + known.stderr)
    // No limit of the CPU, on purpose: it slows pods down while their node is idle.
    const scored = runTool(
      'kube-score',
      ['score', '--kubernetes-version', 'v1.30', '--ignore-container-cpu-limit', '--output-format', 'ci', '-'],
      stdout,
    )
    const critical = scored.stdout.split('\n').filter((line) => line.startsWith('[CRITICAL]'))
    // Without policies, that they are missing is all there is to say.
    assert.deepEqual(
      one.values === withoutPolicies ? critical.filter((line) => !line.includes('NetworkPolicy')) : critical,
      [],
    )
    assert.match(scored.stdout, /^\[OK\]/m, scored.stderr)
  })

  test(`${name}: two renders are the same, each pod is restricted, and nothing of a Secret is in it`, () => {
    assert.equal(template(one).stdout, template(one).stdout)
    const manifests = render(one)
    const pods = manifests.flatMap((manifest) => podOf(manifest)?.spec ?? [])
    assert.ok(pods.length > 0)
    for (const pod of pods) assertRestricted(pod)
    assert.ok(!manifests.some(({ kind }) => kind === 'Secret'))
    const variables = manifests.flatMap(({ kind, data }) => (kind === 'ConfigMap' ? Object.keys(data ?? {}) : []))
    assert.deepEqual(
      variables.filter((variable) =>
        /SECRET$|(?<!TLS)_KEYS?$|PASSWORD|DATABASE_URL|BUS_URL|REDIS_URL|SMTP_URL|MIGRATIONS_URL/.test(variable),
      ),
      [],
    )
  })
}

/** The restricted profile (https://kubernetes.io/docs/concepts/security/pod-security-standards/) and what we ask for besides. */
function assertRestricted(pod: Tree): void {
  const { securityContext: own } = pod as unknown as { securityContext: Record<string, unknown> }
  assert.deepEqual([own.runAsNonRoot, own.runAsUser, own.seccompProfile], [true, 10001, { type: 'RuntimeDefault' }])
  assert.deepEqual(
    [pod.automountServiceAccountToken, pod.enableServiceLinks, pod.hostNetwork],
    [false, false, undefined],
  )
  for (const { securityContext, resources, image, volumeMounts } of pod.containers as Tree[]) {
    const expected = {
      runAsNonRoot: true,
      runAsUser: 10001,
      runAsGroup: 10001,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      privileged: false,
      capabilities: { drop: ['ALL'] },
    }
    assert.deepEqual(securityContext, expected)
    assert.equal(resources?.limits?.memory, resources?.requests?.memory)
    assert.ok(resources?.requests?.cpu && !resources.limits?.cpu)
    assert.match(String(image), /@sha256:/)
    assert.ok((volumeMounts as Tree[]).some(({ mountPath }) => String(mountPath) === '/tmp'))
  }
  const kinds = (pod.volumes as Tree[]).flatMap((volume) => Object.keys(volume)).filter((key) => key !== 'name')
  assert.deepEqual(
    kinds.filter((kind) => !['emptyDir', 'projected', 'secret'].includes(kind)),
    [],
  )
  for (const { emptyDir } of pod.volumes as Tree[]) if (emptyDir) assert.ok(emptyDir.sizeLimit)
}

const refused: [string, Case, RegExp][] = [
  [
    'an unknown key',
    { file: 'small', values: { replicaCount: 3 } },
    /additional properties 'replicaCount' not allowed/,
  ],
  [
    'a misspelled key of a service',
    { file: 'small', values: { services: { orders: { autoscale: {} } } } },
    /'autoscale' not allowed/,
  ],
  [
    'a misspelled service',
    { file: 'small', values: { services: { order: { replicas: 3 } } } },
    /'\/services\/order': missing property 'calls'/,
  ],
  ['a wrong type', { file: 'small', values: { defaults: { replicas: '3' } } }, /\/defaults\/replicas.*want integer/],
  [
    'a variable that is none',
    { file: 'small', values: { defaults: { env: { 'souk-name': 'x' } } } },
    /'souk-name' not allowed/,
  ],
  ['a digest that is none', { file: 'small', values: { image: { digest: 'latest' } } }, /does not match pattern/],
  ['production by tag', { file: 'small', values: { image: { digest: '', tag: '1.0.0' } } }, /named by its digest/],
  [
    'production without TLS',
    { file: 'small', values: { publicUrl: 'http://shop.example' } },
    /publicUrl begins with https/,
  ],
  ['a trial in production', { file: 'one', values: { profile: 'production' } }, /topology together is a trial/],
  [
    'no shared secret',
    { file: 'small', values: { secrets: { shared: '' } } },
    /Set secrets\.shared, or services\.\w+\.existingSecret/,
  ],
  [
    'no mail server',
    { file: 'small', values: { services: { notifications: { existingSecret: '' } } } },
    /services\.notifications\.existingSecret to a Secret that holds NOTIFICATIONS_SMTP_URL/,
  ],
  ['no database', { file: 'small', values: { database: { existingSecret: '' } } }, /Set database\.existingSecret/],
  ['no owner of the tables', { file: 'small', values: { database: { ownerSecret: '' } } }, /Set database\.ownerSecret/],
  ['no broker', { file: 'small', values: { broker: { existingSecret: '' } } }, /Set broker\.existingSecret/],
  ['no owner of the bus', { file: 'small', values: { broker: { kind: 'postgres' } } }, /Set broker\.ownerSecret/],
  ['no Redis', { file: 'small', values: { redis: { enabled: true } } }, /Set redis\.existingSecret/],
  [
    'nobody who may reach it',
    { file: 'small', values: { networkPolicy: { ingressFrom: [] } } },
    /Set networkPolicy\.ingressFrom/,
  ],
  [
    'no way to the databases',
    { file: 'small', values: { networkPolicy: { databases: { to: [] } } } },
    /Set networkPolicy\.databases\.to/,
  ],
  [
    'no way to Redis',
    { file: 'large', values: { networkPolicy: { redis: { to: [] } } } },
    /Set networkPolicy\.redis\.to/,
  ],
  ['two doors', { file: 'small', values: { ...ingress, ...httpRoute } }, /ingress or httpRoute, not both/],
  [
    'a call to nobody',
    { file: 'small', values: { services: { orders: { calls: ['inventories'] } } } },
    /inventories, which is no service/,
  ],
  [
    'too little time to stop',
    { file: 'small', values: { defaults: { shutdown: { graceSeconds: 30 } } } },
    /graceSeconds must hold/,
  ],
  [
    'more pods than one server has connections',
    { file: 'small', values: { defaults: { replicas: 8 } } },
    /the database server needs \d+ connections, and only 380 of its 400/,
  ],
  [
    'more pods than one server has connections, with those to the bus',
    { file: 'small', values: { broker: postgresBus } },
    /the database server needs 554 connections, and only 380/,
  ],
  [
    'more pods than the bus has connections',
    { file: 'large', values: { broker: postgresBus } },
    /the database of the bus needs \d+ connections, and only 480/,
  ],
  [
    'more pods than a database has connections',
    { file: 'large', values: { services: { orders: { autoscaling: { max: 60 } } } } },
    /the database of orders needs 978 connections, and only 480 of its 500/,
  ],
]
for (const [what, one, sentence] of refused) {
  test(`${what} is refused with a sentence`, () => {
    const { status, stderr } = template(one)
    assert.equal(status, 1)
    assert.match(stderr, sentence)
  })
}

test('a database may be used up to 20 connections below its limit, and one pod more is refused', () => {
  // 17 pods and one more in a roll-out, of 16 connections each, and 2 of the migrator: 290.
  const withLimit = (maxConnections: number) =>
    template({
      file: 'large',
      values: { services: { users: { autoscaling: { max: 17 }, database: { maxConnections } } } },
    })
  assert.equal(withLimit(310).status, 0)
  assert.equal(withLimit(309).status, 1)
})

test('without image or address nothing is rendered', () => {
  assert.match(template({ file: 'small' }, {}).stderr, /Set image\.repository/)
})

const small = () => render({ file: 'small' })
const large = () => render({ file: 'large' })
const named = (manifests: Manifest[], kind: string, component: string) =>
  manifests.find(
    (one) => one.kind === kind && one.metadata.labels['app.kubernetes.io/component'] === component,
  ) as Manifest

test('every service of the shop is deployed, and only those', () => {
  const deployed = large()
    .filter(({ kind }) => kind === 'Deployment')
    .map(({ metadata }) => metadata.labels['app.kubernetes.io/component'])
  assert.deepEqual(deployed.toSorted(), allServices.map(({ name }) => name).toSorted())
  for (const service of allServices) {
    const { data } = named(large(), 'ConfigMap', service.name)
    assert.equal(data?.SOUK_SERVICES, service.name)
    const mounted = JSON.stringify(podOf(named(small(), 'Deployment', service.name))?.spec.volumes)
    assert.equal(mounted.includes(databaseVariable(service.name)), service.migrations !== undefined)
    assert.equal(mounted.includes('BUS_URL'), usesBus(service), `${service.name}: the address of the broker`)
    assert.ok(!mounted.includes('MIGRATIONS_URL'), 'Only the migrator knows the owner.')
  }
})

test('a service reaches those that it calls, by address and through the network policies, and nobody else', () => {
  const manifests = large()
  for (const service of allServices) {
    const keys = listKeysOf(service, allServices, { of: () => [Buffer.alloc(32)] })
    const calls = allServices
      .filter(({ name }) => keys.includes(`${service.name}>${name}=`))
      .map(({ name }) => name)
      .toSorted()
    const callers = allServices
      .filter(({ name }) => keys.includes(`${name}>${service.name}=`))
      .map(({ name }) => name)
      .toSorted()
    const addresses = Object.keys(named(manifests, 'ConfigMap', service.name).data ?? {}).filter((variable) =>
      allServices.some(({ name }) => variable === `${name.toUpperCase()}_URL`),
    )
    assert.deepEqual(addresses.toSorted(), calls.map((name) => `${name.toUpperCase()}_URL`).toSorted(), service.name)
    const { ingress, egress } = named(manifests, 'NetworkPolicy', service.name).spec as unknown as {
      ingress?: Rule[]
      egress: Rule[]
    }
    assert.deepEqual(componentsIn(egress, 'to'), calls, service.name)
    assert.deepEqual(componentsIn(ingress ?? [], 'from'), callers, service.name)
    assert.equal(JSON.stringify(egress).includes('"10.20.1.0/24"'), usesBus(service), `${service.name}: the broker`)
    const dns = egress.find(({ ports }) => ports.some(({ port }) => port === 53))
    assert.deepEqual(
      dns?.ports
        .filter(({ port }) => port === 53)
        .map(({ protocol }) => protocol)
        .toSorted(),
      ['TCP', 'UDP'],
    )
    for (const rule of egress)
      assert.ok(rule.to && rule.to.length > 0 && rule.ports.length > 0, 'Nothing is open to everybody.')
  }
})

interface Rule {
  to?: Peer[]
  from?: Peer[]
  ports: { port: number | string; protocol: string }[]
}
interface Peer {
  podSelector?: { matchLabels: Record<string, string> }
  ipBlock?: { cidr: string; except?: string[] }
}
function componentsIn(rules: Rule[], side: 'to' | 'from'): string[] {
  return rules
    .flatMap((rule) => rule[side] ?? [])
    .flatMap(({ podSelector }) => podSelector?.matchLabels['app.kubernetes.io/component'] ?? [])
    .toSorted()
}

test('all pods are closed first, the outside reaches public services alone, and the internet is reached without private networks', () => {
  const policies = large().filter(({ kind }) => kind === 'NetworkPolicy')
  const denied = policies.find(({ metadata }) => metadata.name === 'souk-deny-all')
  assert.deepEqual(denied?.spec, {
    podSelector: { matchLabels: { 'app.kubernetes.io/name': 'souk', 'app.kubernetes.io/instance': 'souk' } },
    policyTypes: ['Ingress', 'Egress'],
  })
  const fromOutside = policies
    .filter(({ spec }) => JSON.stringify(spec.ingress ?? []).includes('"ingress"'))
    .map(({ metadata }) => metadata.name)
  assert.deepEqual(fromOutside, ['souk-gateway'])
  const toInternet = policies.filter(({ spec }) => JSON.stringify(spec.egress ?? []).includes('0.0.0.0/0'))
  assert.deepEqual(toInternet.map(({ metadata }) => metadata.name).toSorted(), ['souk-notifications', 'souk-payments'])
  for (const { spec } of toInternet) {
    const block = (spec.egress as unknown as Rule[])
      .flatMap(({ to }) => to ?? [])
      .find(({ ipBlock }) => ipBlock?.cidr === '0.0.0.0/0')
    for (const range of ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'])
      assert.ok(block?.ipBlock?.except?.includes(range))
  }
})

test('no Service and no route leads to health and metrics', () => {
  for (const one of [cases.one, cases['large with everything'], cases['small with a route of the Gateway API']])
    for (const { kind, spec } of render(one as Case))
      if (['Service', 'Ingress', 'HTTPRoute'].includes(kind)) assert.ok(!/4001|operations/.test(JSON.stringify(spec)))
})

test('probes ask the port of operations: the event loop for life, and whether it takes requests for readiness', () => {
  for (const one of [cases.one, cases.small] as Case[]) {
    for (const manifest of render(one).filter(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind))) {
      const container = containerOf(manifest)
      const { startupProbe, livenessProbe, readinessProbe, lifecycle } = container as unknown as Record<
        string,
        Record<string, unknown>
      >
      assert.deepEqual(startupProbe, {
        httpGet: { path: '/health/live', port: 'operations' },
        periodSeconds: 2,
        timeoutSeconds: 5,
        failureThreshold: 60,
      })
      assert.deepEqual(livenessProbe, {
        httpGet: { path: '/health/live', port: 'operations' },
        periodSeconds: 10,
        timeoutSeconds: 5,
        failureThreshold: 6,
      })
      assert.deepEqual(readinessProbe, {
        httpGet: { path: '/health/serving', port: 'operations' },
        periodSeconds: 5,
        timeoutSeconds: 3,
        failureThreshold: 3,
      })
      assert.deepEqual(lifecycle, { preStop: { sleep: { seconds: 5 } } })
    }
  }
})

test('a count of pods stands only where no autoscaler decides it, and a budget only where two pods are', () => {
  for (const one of Object.values(cases)) {
    const manifests = render(one)
    const scaled = manifests
      .filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
      .map(({ spec }) => String(spec.scaleTargetRef?.name))
    for (const { kind, metadata, spec } of manifests) {
      if (kind === 'Deployment')
        assert.equal(spec.replicas === undefined, scaled.includes(metadata.name), metadata.name)
      if (kind === 'PodDisruptionBudget')
        assert.deepEqual([spec.maxUnavailable, spec.unhealthyPodEvictionPolicy], [1, 'AlwaysAllow'])
    }
  }
  assert.ok(!render(cases['small with one pod each'] as Case).some(({ kind }) => kind === 'PodDisruptionBudget'))
})

test('a new release leaves selectors as they are, and a change of settings or of the revision of secrets replaces the pods', () => {
  const next = render({ file: 'small', values: { image: { digest: `sha256:${'b'.repeat(64)}` } } })
  const selectorsOf = (manifests: Manifest[]) =>
    manifests.map(({ kind, metadata, spec }) => [kind, metadata.name, spec?.selector, spec?.podSelector])
  const isNoJob = ({ kind }: Manifest) => kind !== 'Job'
  assert.deepEqual(selectorsOf(next.filter(isNoJob)), selectorsOf(small().filter(isNoJob)))
  const annotations = (one: Case) => podOf(named(render(one), 'Deployment', 'orders'))?.metadata.annotations
  for (const values of [
    { secrets: { revision: 2 } },
    { services: { orders: { env: { ORDERS_CHECKOUT_MINUTES: '20' } } } },
  ])
    assert.notDeepEqual(annotations({ file: 'small', values }), annotations({ file: 'small' }))
  assert.deepEqual(
    annotations({ file: 'small', values: { services: { users: { env: { USERS_SESSION_DAYS: '7' } } } } }),
    annotations({ file: 'small' }),
  )
})

test('the migrator has the secrets of the owners, a name of its own for each image, and works on all databases', () => {
  const jobOf = (one: Case) => render(one).find(({ kind }) => kind === 'Job') as Manifest
  const job = jobOf(cases.small as Case)
  const withDatabase = allServices.filter(({ migrations }) => migrations).map(({ name }) => name)
  const container = containerOf(job) as unknown as { args: string[] }
  assert.deepEqual(container.args, ['local/migrate.ts', ...withDatabase.toSorted()])
  const mounted = JSON.stringify(podOf(job)?.spec.volumes)
  for (const name of withDatabase)
    for (const kind of ['DATABASE', 'MIGRATIONS']) assert.ok(mounted.includes(`${name.toUpperCase()}_${kind}_URL`))
  assert.equal(job.spec.ttlSecondsAfterFinished, undefined)
  assert.notEqual(
    jobOf({ file: 'small', values: { image: { digest: `sha256:${'b'.repeat(64)}` } } }).metadata.name,
    job.metadata.name,
  )
  const withBus = podOf(jobOf(cases['small on the bus in PostgreSQL'] as Case))
  assert.ok(JSON.stringify(withBus).includes('"bus"') && JSON.stringify(withBus).includes('BUS_MIGRATIONS_URL'))
  assert.equal(
    render(cases['small, migrated by others'] as Case).some(({ kind }) => kind === 'Job'),
    false,
  )
  assert.match(
    JSON.stringify(jobOf(cases['small, migrated by a hook'] as Case).metadata.annotations),
    /pre-install,pre-upgrade/,
  )
})

test('the shop knows every variable that the chart sets', () => {
  const ofServices = allServices.flatMap(({ name, settings }) => [
    ...Object.entries(settings).map(([key, setting]) => variableOf(name, key, setting as never)),
    databaseVariable(name),
    `${name.toUpperCase()}_URL`,
    `${name.toUpperCase()}_MIGRATIONS_URL`,
  ])
  const ofTheShop = Object.keys({ ...sharedSpec, ...sharedSecretSpec, ...processSpec, ...stopSpec }).map((key) =>
    variableOf('souk', key),
  )
  const ofTheImage = ['SOUK_SERVICES', 'SOUK_SECRETS_FOLDER', 'SOUK_DATA', 'BUS_DATABASE_URL', 'BUS_MIGRATIONS_URL']
  const known = new Set([...ofServices, ...ofTheShop, ...busVariables, ...ofTheImage])
  for (const one of Object.values(cases)) {
    for (const manifest of render(one)) {
      const pod = podOf(manifest)
      const env =
        (pod?.spec.containers as unknown as { env?: { name: string }[] }[] | undefined)?.flatMap(
          (container) => container.env ?? [],
        ) ?? []
      const files = JSON.stringify(pod?.spec.volumes ?? []).matchAll(/"path":"([A-Z0-9_]+)"/g)
      const set = [
        ...Object.keys(manifest.kind === 'ConfigMap' ? (manifest.data ?? {}) : {}),
        ...env.map(({ name }) => name),
        ...[...files].map(([, path]) => path as string),
      ]
      assert.deepEqual(
        set.filter((variable) => !known.has(variable) && !variable.startsWith('OTEL_')),
        [],
        manifest.metadata.name,
      )
    }
  }
})

test('behind an ingress or a route the gateway learns the addresses of clients from it, and otherwise from the connection', () => {
  const proxiesIn = (one: Case, component: string) =>
    named(render(one), 'ConfigMap', component).data?.GATEWAY_TRUSTED_PROXIES
  assert.equal(proxiesIn(cases.small as Case, 'gateway'), undefined)
  for (const name of ['large with everything', 'small with a route of the Gateway API'])
    assert.deepEqual(
      [proxiesIn(cases[name] as Case, 'gateway'), proxiesIn(cases[name] as Case, 'orders')],
      ['1', undefined],
    )
  assert.equal(proxiesIn(cases['one behind an ingress, with secrets'] as Case, 'shop'), '1')
  const own = { ...ingress, services: { gateway: { env: { GATEWAY_TRUSTED_PROXIES: '2' } } } }
  assert.equal(proxiesIn({ file: 'small', values: own }, 'gateway'), '2')
})

test('one value closes the checkout at the gateways and replaces their pods; off without quotes, which YAML reads as false, is refused', () => {
  const closed = (value: unknown): Case => ({
    file: 'small',
    values: { services: { gateway: { env: { GATEWAY_CHECKOUT: value } } } },
  })
  const one = closed('off')
  assert.equal(named(render(one), 'ConfigMap', 'gateway').data?.GATEWAY_CHECKOUT, 'off')
  const annotations = (from: Manifest[], name: string) => podOf(named(from, 'Deployment', name))?.metadata.annotations
  assert.notDeepEqual(annotations(render(one), 'gateway'), annotations(small(), 'gateway'))
  assert.deepEqual(annotations(render(one), 'orders'), annotations(small(), 'orders'))
  assert.match(template(closed(false)).stderr, /GATEWAY_CHECKOUT.*want string/)
})

test('one more service is one more entry in the values', () => {
  const values = { services: { reviews: { isPublic: true, calls: ['gateway'] } } }
  const manifests = render({ file: 'small', values })
  for (const kind of ['Deployment', 'Service', 'NetworkPolicy', 'ServiceAccount', 'ConfigMap', 'PodDisruptionBudget'])
    assert.ok(named(manifests, kind, 'reviews'), kind)
  const { ingress } = named(manifests, 'NetworkPolicy', 'gateway').spec as unknown as { ingress: Rule[] }
  assert.ok(componentsIn(ingress, 'from').includes('reviews'))
})

test('the rules for Prometheus are those of deploy/observability, with the addresses of their run-books', () => {
  const values = { metrics: { rules: { runbookUrl: 'https://git.example/souk/' } } }
  const rule = render({ file: 'large', values }).find(({ kind }) => kind === 'PrometheusRule')
  const files = globSync('deploy/observability/rules/*.yaml', { cwd: project })
  assert.ok(files.length > 0)
  const groups = files
    .toSorted()
    .flatMap((file) => (parse(readFileSync(join(project, file), 'utf8')) as { groups: unknown[] }).groups)
  const absolute = JSON.parse(
    JSON.stringify(groups).replaceAll('"runbook_url":"docs/', '"runbook_url":"https://git.example/souk/docs/'),
  )
  assert.deepEqual(rule?.spec.groups, absolute)
})

test('the examples for Argo CD render in production, for every environment', () => {
  const environments = globSync('deploy/gitops/environments/*/values.yaml', { cwd: project })
  assert.deepEqual(environments.length, 2)
  for (const file of environments) {
    const base = file.includes('production') ? 'values-large.yaml' : 'values-small.yaml'
    const { status, stderr } = runTool('helm', [
      'template',
      'souk',
      chart,
      '--kube-version',
      '1.35.0',
      '--values',
      join(chart, base),
      '--values',
      file,
    ])
    assert.equal(status, 0, stderr)
  }
  assert.ok(existsSync(join(project, 'deploy', 'gitops', 'applicationset.yaml')))
  assert.equal(ofTheSite.image.digest.length, 71)
})
