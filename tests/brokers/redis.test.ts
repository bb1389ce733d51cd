// Two gateways that share their limits by a real Redis, and go on when it is killed, frozen, emptied, full or wrong.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { productsApi } from '@souk/contracts/products'
import { Refusal, type RunningService, WrongSettings } from '@souk/service'
import { eventually } from '@souk/service/fixture'
import type { GatewayContext } from '../../services/gateway/context.ts'
import { startGateway, type TestGateway } from '../../services/gateway/fixture.ts'
import { type RedisServer, startRedis } from './redis-server.ts'

const certificates = join(import.meta.dirname, '..', 'certificates')
let redis: RedisServer
let first: TestGateway
let second: TestGateway
const lines: { level: string; sentence: string; fields: Record<string, unknown> }[] = []
const log = {
  info: (fields: object, sentence: string) => void lines.push({ level: 'info', sentence, fields: { ...fields } }),
  warn: (fields: object, sentence: string) => void lines.push({ level: 'warn', sentence, fields: { ...fields } }),
  error: (fields: object, sentence: string) => void lines.push({ level: 'error', sentence, fields: { ...fields } }),
}
const answers = { 'products.listCategories': () => ({ items: [] }) }
const declined = () => {
  throw new Refusal('payment-declined', 402, 'The bank declines this payment.')
}
const away = 'Redis is away: limits are counted per gateway.'
const back = 'Redis answers: all gateways share their limits.'
/** Few enough that no token comes back while a test runs. */
const perMinute = 3

before(async () => {
  redis = await startRedis()
  first = await open({ REDIS_URL: `redis://127.0.0.1:${redis.port}` })
  second = await open({ REDIS_URL: `redis://127.0.0.1:${redis.port}` })
})
after(async () => {
  await first?.stop()
  await second?.stop()
  await redis?.stop()
})

test('what a client asks at one gateway counts at the other', async () => {
  const ip = aClient()
  const statuses = []
  for (let n = 0; n < perMinute; n++) statuses.push(await browse(n % 2 === 0 ? first : second, ip))
  assert.deepEqual(new Set(statuses), new Set([200]))
  const refused = await ask(first, ip)
  assert.equal(refused.status, 429)
  assert.equal(refused.body.code, 'too-many-requests')
  assert.ok(Number(refused.headers.get('retry-after')) >= 1)
  assert.equal(await browse(second, ip), 429)
  assert.equal(await browse(second, aClient()), 200, 'others go on')
})

test('requests at once do not get past the limit of all gateways', async () => {
  const ip = aClient()
  const statuses = await Promise.all(
    Array.from({ length: 4 * perMinute }, (_, n) => browse(n % 2 ? first : second, ip)),
  )
  assert.equal(statuses.filter((status) => status === 200).length, perMinute)
})

test('passwords are guessed at all gateways together', async () => {
  const strict = await Promise.all([open({ GATEWAY_RATE_LIMIT: '600' }), open({ GATEWAY_RATE_LIMIT: '600' })])
  const ip = aClient()
  const guess = async (n: number) => {
    const reply = await strict[n % 2]?.ask('/v1/auth/sign-in/email', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': ip },
      body: '{}',
    })
    return reply?.status
  }
  try {
    const began = performance.now()
    const statuses = await Promise.all(Array.from({ length: 40 }, (_, n) => guess(n)))
    const refilled = Math.ceil((performance.now() - began) / 3_000)
    const guessed = statuses.filter((status) => status !== 429).length
    assert.ok(guessed >= 20 && guessed <= 20 + refilled, `${guessed} of 40`)
  } finally {
    for (const one of strict) await one.stop()
  }
})

test('Redis that is emptied sets nobody free at the gateway where the requests came', async () => {
  const ip = aClient()
  for (let n = 0; n < perMinute; n++) assert.equal(await browse(first, ip), 200)
  assert.equal(await redis.command('flushall'), 'OK')
  assert.equal(await redis.command('script', 'flush'), 'OK')
  assert.equal(await browse(first, ip), 429)
  assert.equal(await browse(second, ip), 200)
  assert.equal(health(second), 'redis, connected')
})

test('Redis is killed and comes back: each gateway counts alone, says so once, and shares again', async () => {
  const ip = aClient()
  for (let n = 0; n < perMinute - 1; n++) assert.equal(await browse(first, ip), 200)
  lines.length = 0
  await redis.kill()
  assert.deepEqual([await browse(first, ip), await browse(first, ip)], [200, 429])
  for (let n = 0; n < perMinute; n++) assert.equal(await browse(second, ip), 200)
  assert.equal(await browse(second, ip), 429)
  assert.match(health(first), /^redis, away \(.+\): limits are counted per gateway$/)
  assert.match(await first.running.metrics.registry.metrics(), /souk_shared_state_connected\{service="gateway"\} 0/)
  await redis.start()
  await eventually('both are connected', () => [first, second].every((one) => health(one) === 'redis, connected'))
  assert.match(await first.running.metrics.registry.metrics(), /souk_shared_state_connected\{service="gateway"\} 1/)
  assert.deepEqual(sentences(), [away, away, back, back])
  await countsTogether()
})

test('Redis that hangs keeps few requests waiting, and none after that', async () => {
  redis.freeze()
  try {
    lines.length = 0
    const ip = aClient()
    const statuses = await Promise.all(Array.from({ length: perMinute + 5 }, () => browse(first, ip)))
    assert.equal(statuses.filter((status) => status === 200).length, perMinute)
    assert.match(health(first), /^redis, away/)
    assert.equal(resourcesOf(first).rateLimit.take(listCategories, { client: 'new', network: 'new' }), undefined)
    for (let n = 0; n < perMinute; n++) assert.equal(await browse(second, ip), 200)
    assert.equal(await browse(second, ip), 429)
    assert.deepEqual(sentences(), [away, away])
  } finally {
    redis.thaw()
  }
  await eventually('both are connected', () => [first, second].every((one) => health(one) === 'redis, connected'))
  await countsTogether()
})

test('a Redis that is full or read-only is no use, and does no harm', async () => {
  assert.equal(await redis.command('config', 'set', 'maxmemory', '1'), 'OK')
  lines.length = 0
  const ip = aClient()
  for (let n = 0; n < perMinute; n++) assert.equal(await browse(first, ip), 200)
  assert.equal(await browse(first, ip), 429)
  assert.match(health(first), /OOM/)
  const probes = await commandsRun()
  await eventually('it was asked again', async () => (await commandsRun()) > probes + 1)
  assert.ok(!sentences().includes(back), 'it is away until it takes writes again')
  assert.equal(await redis.command('config', 'set', 'maxmemory', '0'), 'OK')
  await eventually('both are connected', () => [first, second].every((one) => health(one) === 'redis, connected'))
})

test('declined payments count at all gateways', async () => {
  const ip = aClient()
  const [one, other] = [await open({ GATEWAY_RATE_LIMIT: '600' }), await open({ GATEWAY_RATE_LIMIT: '600' })]
  for (const gateway of [one, other]) gateway.answers['orders.checkout'] = declined
  const pay = async (gateway: TestGateway) => {
    const reply = await gateway.ask(`/v1/orders/${randomUUID()}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': ip },
      body: JSON.stringify(checkout),
    })
    return reply.body.code
  }
  try {
    for (let n = 0; n < 5; n++) assert.equal(await pay(one), 'payment-declined')
    const { declineLimit } = resourcesOf(other)
    const isKnown = () => {
      try {
        declineLimit.check({ network: ip, user: undefined })
        return false
      } catch {
        return true // It refuses.
      }
    }
    await eventually('the other one knows', isKnown)
    assert.deepEqual([await pay(one), await pay(other)], ['too-many-declines', 'too-many-declines'])
    assert.equal(other.asked.get('orders.checkout'), undefined)
  } finally {
    await one.stop()
    await other.stop()
  }
})

test('a gateway starts while Redis is away, or refuses its password, and says which', async () => {
  const wrong = await startRedis('--requirepass', 'right')
  try {
    for (const [url, reason] of [
      [`redis://:wrong@127.0.0.1:${wrong.port}`, /WRONGPASS/],
      [`redis://127.0.0.1:${wrong.port}`, /NOAUTH/],
      ['redis://127.0.0.1:1', /ECONNREFUSED/],
      ['redis://nowhere.invalid', /ENOTFOUND|EAI_AGAIN/],
    ] as const) {
      lines.length = 0
      const gateway = await open({ REDIS_URL: url })
      try {
        const ip = aClient()
        for (let n = 0; n < perMinute; n++) assert.equal(await browse(gateway, ip), 200)
        assert.equal(await browse(gateway, ip), 429)
        await eventually('it says why', () => reason.test(health(gateway)))
        const [line, ...others] = lines.filter(({ sentence }) => sentence === away)
        assert.match(String(line?.fields.reason), reason)
        assert.deepEqual(others, [])
        assert.ok(!JSON.stringify(lines).includes(':wrong@'))
      } finally {
        await gateway.stop()
      }
    }
    const right = await open({ REDIS_URL: `redis://:right@127.0.0.1:${wrong.port}/3` })
    assert.equal(health(right), 'redis, connected')
    await right.stop()
  } finally {
    await wrong.stop()
  }
})

test('a wrong address, or a file that is not there, is named before anything starts', async () => {
  for (const [variable, value, words] of [
    ['REDIS_URL', 'localhost:6379', /REDIS_URL must be an address like redis:/],
    ['REDIS_URL', 'http://localhost:6379', /REDIS_URL must be an address/],
    ['REDIS_URL', 'redis://localhost/first', /REDIS_URL must be an address/],
    ['REDIS_TLS_CA', '/no/such/file', /REDIS_TLS_CA names a file that cannot be read \(ENOENT/],
  ] as const) {
    await assert.rejects(
      open({ [variable]: value }),
      (error) => error instanceof WrongSettings && words.test(error.message),
    )
  }
})

test('Redis over TLS: its certificate is checked, and ours is shown where it asks', async () => {
  const file = (name: string) => join(certificates, name)
  const server = await startRedis(
    ...['--tls-cert-file', file('service.pem'), '--tls-key-file', file('service.key')],
    ...['--tls-ca-cert-file', file('authority.pem'), '--tls-auth-clients', 'yes'],
  )
  const pair = { REDIS_TLS_CERT: file('renewed.pem'), REDIS_TLS_KEY: file('renewed.key') }
  const trusted = { REDIS_TLS_CA: file('authority.pem') }
  try {
    for (const [env, words] of [
      [{ ...trusted, ...pair }, /^redis, connected$/],
      [trusted, /^redis, away \(.*(certificate|closed|reset)/i],
      [{ ...pair }, /^redis, away \(.*(certificate|verify|issuer)/i],
      [{ ...pair, REDIS_TLS_CA: file('other-authority.pem') }, /^redis, away \(.*(certificate|verify|signature)/i],
    ] as const) {
      const gateway = await open({ REDIS_URL: `rediss://127.0.0.1:${server.port}`, ...env })
      try {
        await eventually(`it is ${words}`, () => words.test(health(gateway))).catch((error) =>
          assert.fail(`${error}: ${health(gateway)}`),
        )
        assert.equal(await browse(gateway, aClient()), 200)
      } finally {
        await gateway.stop()
      }
    }
  } finally {
    await server.stop()
  }
})

const checkout = {
  cartId: randomUUID(),
  expectedTotal: { amount: 1, currency: 'EUR' },
  payment: { provider: 'simulator', token: 'tok_declined' },
}

function resourcesOf(gateway: TestGateway): GatewayContext['resources'] {
  const running = gateway.running.services.get('gateway') as RunningService
  return running.context.resources
}
const listCategories = productsApi.routes.listCategories
let clients = 0
const aClient = () => `10.1.${Math.trunc(clients / 250)}.${(clients++ % 250) + 1}`
const ask = (gateway: TestGateway, ip: string) => gateway.ask('/v1/categories', { headers: { 'x-forwarded-for': ip } })
const browse = async (gateway: TestGateway, ip: string) => (await ask(gateway, ip)).status
const health = (gateway: TestGateway) => String(gateway.running.services.get('gateway')?.health?.().sharedState)
const sentences = () => lines.map(({ sentence }) => sentence).filter((one) => one === away || one === back)

/** How many commands Redis has been asked for, besides those of this test. */
async function commandsRun(): Promise<number> {
  const counts = (await redis.command('info', 'commandstats')).matchAll(/^cmdstat_(?:eval|ping):calls=(\d+)/gm)
  return [...counts].reduce((sum, [, calls]) => sum + Number(calls), 0)
}

async function countsTogether(): Promise<void> {
  const ip = aClient()
  for (let n = 0; n < perMinute; n++) assert.equal(await browse(n % 2 ? first : second, ip), 200)
  assert.deepEqual([await browse(first, ip), await browse(second, ip)], [429, 429])
}

function open(env: Record<string, string>): Promise<TestGateway> {
  return startGateway(
    { ...answers },
    {
      GATEWAY_RATE_LIMIT: String(perMinute),
      GATEWAY_TRUSTED_PROXIES: '1',
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      ...env,
    },
    log,
  )
}
