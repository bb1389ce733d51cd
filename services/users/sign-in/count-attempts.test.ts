// Guessed passwords: the limits hold, answers reveal nothing, and the shop stays available meanwhile.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type AuthAnswer, goodPassword, startUsers, type UsersShop } from '../fixture.ts'

let shop: UsersShop
before(async () => {
  shop = await startUsers()
})
after(() => shop.stop())
const guess = (email: string, password: string, ip: string, headers: Record<string, string> = {}) =>
  shop.post('sign-in/email', { email, password }, { ip, headers })
const wrong = 'not the password'

test('after ten wrong passwords in a minute an account is limited; others are not', async () => {
  const [victim, bystander] = [await shop.newCustomer(), await shop.newCustomer()]
  for (let i = 0; i < 10; i++) assert.equal((await guess(victim.email, wrong, `172.16.0.${i}`)).status, 401)
  const eleventh = await guess(victim.email, goodPassword, '172.16.0.11')
  assert.deepEqual([eleventh.status, eleventh.body.code], [429, 'too-many-requests'])
  const wait = Number(eleventh.headers['retry-after'])
  assert.ok(wait > 0 && wait <= 60, `${wait} s`)
  assert.equal((await guess(victim.email.toUpperCase(), wrong, '172.16.0.12')).status, 429)
  assert.equal((await guess(bystander.email, goodPassword, '172.16.0.13')).status, 200)

  assert.equal(
    (await guess(victim.email, goodPassword, '10.0.0.1')).status,
    200,
    'from an address where the owner has signed in before',
  )
  const cookie = `souk.session_token=${victim.token}`
  const origin = 'http://localhost:4000'
  assert.equal(
    (await guess(victim.email, goodPassword, '172.16.0.14', { cookie, origin })).status,
    200,
    'with a session',
  )
  const strange = `souk.session_token=${bystander.token}`
  assert.equal((await guess(victim.email, goodPassword, '172.16.0.15', { cookie: strange, origin })).status, 429)
})

test('a known device has a limit too', async () => {
  const { email } = await shop.newCustomer()
  for (let i = 0; i < 10; i++) assert.equal((await guess(email, wrong, '10.0.0.1')).status, 401)
  assert.equal((await guess(email, goodPassword, '10.0.0.1')).status, 429)
})

test('of two hundred guesses at once, ten are tried', async () => {
  const { email } = await shop.newCustomer()
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => guess(email, wrong, `172.17.0.${i}`)))
  const count = (status: number) => answers.filter((it) => it.status === status).length
  assert.deepEqual([count(401), count(429)], [10, 190])
})

test('after a hundred wrong passwords in a row the window is an hour', async () => {
  let now = new Date()
  const slow = await startUsers({}, { now: () => now })
  try {
    const { email } = await slow.newCustomer()
    const send = (password: string) => slow.post('sign-in/email', { email, password }, { ip: '172.18.0.1' })
    for (let minute = 0; minute < 10; minute++) {
      for (let i = 0; i < 10; i++) assert.equal((await send(wrong)).status, 401)
      now = new Date(now.getTime() + 61_000)
    }
    for (let i = 0; i < 10; i++) await send(wrong)
    assert.ok(Number((await send(wrong)).headers['retry-after']) > 3_500)
  } finally {
    await slow.stop()
  }
})

test('an IP address that tries many accounts is limited', async () => {
  const few = await startUsers({ USERS_FAILED_SIGN_INS_PER_MINUTE: '20', USERS_SIGN_UPS_PER_MINUTE: '3' })
  try {
    const ip = '172.19.0.1'
    const answers: AuthAnswer[] = []
    for (let i = 0; i < 25; i++)
      answers.push(await few.post('sign-in/email', { email: `a${i}@example.com`, password: wrong }, { ip }))
    assert.equal(answers.filter((it) => it.status === 401).length, 20)
    const make = (i: number) =>
      few.post('sign-up/email', { name: 'Bot', email: `bot${i}@example.com`, password: goodPassword }, { ip })
    const made = await Promise.all([1, 2, 3, 4, 5].map(make))
    assert.deepEqual(made.map((it) => it.status).sort(), [200, 200, 200, 429, 429])
  } finally {
    await few.stop()
  }
})

test('one address gets at most five reset mails an hour', async () => {
  const { email } = await shop.newCustomer()
  const answers = await Promise.all(Array.from({ length: 8 }, () => shop.post('request-password-reset', { email })))
  assert.equal(answers.filter((it) => it.status === 200).length, 5)
  await shop.settle()
  assert.equal(
    shop.messages<{ email: string }>('users.password-reset-requested').filter((it) => it.email === email).length,
    5,
  )
})

test('neither an answer nor its time reveals whether an account exists', async () => {
  const patient = await startUsers({
    USERS_WRONG_PASSWORDS_PER_MINUTE: '1000',
    USERS_FAILED_SIGN_INS_PER_MINUTE: '100000',
  })
  try {
    const { email } = await patient.newCustomer()
    const asks: Record<string, (address: string) => Promise<AuthAnswer>> = {
      signIn: (address) => patient.post('sign-in/email', { email: address, password: wrong }),
      signUp: (address) => patient.post('sign-up/email', { name: 'Eve', email: address, password: goodPassword }),
      reset: (address) => patient.post('request-password-reset', { email: address }),
    }
    for (const [what, ask] of Object.entries(asks)) {
      const tries = what === 'reset' ? 4 : 30
      const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] }
      for (let i = 0; i < tries; i++) {
        const [known, unknown] = [await timed(() => ask(email)), await timed(() => ask(`x${what}${i}@example.com`))]
        assert.equal(known.answer.status, unknown.answer.status, what)
        assert.deepEqual(shapeOf(known.answer), shapeOf(unknown.answer), what)
        times.known.push(known.ms)
        times.unknown.push(unknown.ms)
      }
      // The minimum of each: a busy machine only makes a time longer.
      const [known, unknown] = [Math.min(...times.known), Math.min(...times.unknown)]
      assert.ok(Math.abs(known - unknown) < 0.5 * Math.max(known, unknown), `${what}: ${known} and ${unknown} ms`)
    }
    assert.equal(
      (await patient.post('sign-in/email', { email, password: goodPassword })).status,
      200,
      'the account is unchanged',
    )
  } finally {
    await patient.stop()
  }
})

test('five hundred sign-ins at once do not block customers who are signed in', async () => {
  const busy = await startUsers({
    USERS_WRONG_PASSWORDS_PER_MINUTE: '1000',
    USERS_FAILED_SIGN_INS_PER_MINUTE: '100000',
  })
  try {
    const { token } = await busy.newCustomer()
    const storm = Array.from({ length: 500 }, (_, i) =>
      busy.post('sign-in/email', { email: `x${i}@example.com`, password: 'x'.repeat(256) }),
    )
    const waits: number[] = []
    for (let i = 0; i < 20; i++) {
      const started = performance.now()
      assert.ok(await busy.exchange(token))
      waits.push(performance.now() - started)
    }
    const answers = await Promise.all(storm)
    const statuses = [...new Set(answers.map((it) => it.status))].sort()
    assert.deepEqual(statuses, [401, 429])
    assert.ok(answers.filter((it) => it.status === 429).every((it) => Number(it.headers['retry-after']) >= 1))
    assert.ok(median(waits) < 1_000, `${median(waits)} ms`)
  } finally {
    await busy.stop()
  }
})

async function timed(ask: () => Promise<AuthAnswer>): Promise<{ answer: AuthAnswer; ms: number }> {
  const started = performance.now()
  const answer = await ask()
  return { answer, ms: performance.now() - started }
}
function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number
}
/** What two answers must have in common: everything but ids, addresses and times. */
function shapeOf({ body, headers, cookies }: AuthAnswer) {
  const { user, ...rest } = body as Record<string, unknown>
  const { requestId: _, ...fields } = rest
  const shown = Object.keys((user ?? {}) as object)
  return { fields, shown, headers: Object.keys(headers).sort(), cookies: cookies.length }
}
