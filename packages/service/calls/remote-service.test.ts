// Calls to a service of several instances, over real connections: which calls survive an instance that is killed, hangs or stops.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Answer, defineApi, Nothing, type Route } from '@souk/contracts'
import { newTrace } from '@souk/messaging'
import { buildConnector } from 'undici'
import { eventually } from '../fixture.ts'
import { makeLog, Refusal } from '../index.ts'
import { connectTo } from './instance-connections.ts'
import { makeServiceCalls, type ServiceCalls } from './service-calls.ts'
import { keysFromSecrets } from './service-keys.ts'
import { serviceTokens } from './service-token.ts'
import type { Connector } from './tls-connector.ts'

const common = { access: 'anyone', path: '/v1/things', reply: Nothing, deadlineSeconds: 10 } as const
const { routes } = defineApi('inventory', 'Counts things.', {
  read: { ...common, method: 'GET', summary: 'Read' },
  readSoon: { ...common, method: 'GET', summary: 'Read within a second', deadlineSeconds: 1 },
  put: { ...common, method: 'PUT', summary: 'Put' },
  add: { ...common, method: 'POST', summary: 'Add' },
  addOnce: { ...common, method: 'POST', summary: 'Add once', idempotencyKey: true },
})
const log = makeLog({ level: 'silent' })
const tokens = serviceTokens(keysFromSecrets(['a-secret-of-more-than-32-characters']))
const stops: (() => Promise<unknown>)[] = []
after(async () => {
  for (const stop of stops.reverse()) await stop()
})

const ok: RequestListener = (_request, response) => void response.end()
const silent: RequestListener = () => undefined
const draining = (response: ServerResponse, status: number) =>
  void response.writeHead(status, { 'x-souk-draining': '1', 'retry-after': '1' }).end()

/** An instance on a port of its own. `answer` may be changed; requests and probes are counted. */
async function startInstance(answer: RequestListener, port = 0) {
  const instance = { answer, asked: 0, probed: 0, isReady: true, url: '', kill, port: 0 }
  const server = createHttpServer((request, response) => {
    if (request.url === '/health/ready') {
      instance.probed += 1
      if (instance.answer !== silent) response.writeHead(instance.isReady ? 200 : 503).end()
    } else {
      instance.asked += 1
      instance.answer(request, response)
    }
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  instance.port = (server.address() as AddressInfo).port
  instance.url = `http://127.0.0.1:${instance.port}`
  async function kill() {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  stops.push(kill)
  return instance
}

/** A server that treats the nth connection as the nth function says, and all others as the last one does. */
async function startRaw(...treatments: ((socket: Socket) => void)[]) {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    treatments[Math.min(connections++, treatments.length - 1)]?.(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => connections }
}

function callsTo(...urls: string[]): ServiceCalls {
  return callsWith(undefined, urls)
}
function callsWith(connect: Connector | undefined, urls: string[]): ServiceCalls {
  const calls = makeServiceCalls({ local: new Map(), remotes: { inventory: urls }, tokens, log, connect })
  stops.push(calls.close)
  return calls
}
function send(calls: ServiceCalls, route: Route, headers: Record<string, string> = {}): Promise<Answer> {
  return calls.call(route, { caller: { service: 'orders', role: 'anonymous' }, trace: newTrace(), headers })
}
const endOf = (call: Promise<Answer>) =>
  call.then(
    ({ status }) => String(status),
    (error) => (error instanceof Refusal ? error.code : String(error)),
  )

test('an instance that is killed under load fails no read and no change that may be repeated', async () => {
  const slowly: RequestListener = (_request, response) => void setTimeout(() => response.end(), 2)
  const [one, other] = [await startInstance(slowly), await startInstance(slowly)]
  const calls = callsTo(one.url, other.url)
  const ends: string[] = []
  let isOver = false
  const shopper = async (route: Route) => {
    while (!isOver) ends.push(await endOf(send(calls, route, { 'idempotency-key': 'k' })))
  }
  const load = Array.from({ length: 24 }, (_, i) =>
    shopper([routes.read, routes.put, routes.addOnce][i % 3] as unknown as Route),
  )
  await eventually('both are asked', () => one.asked > 100 && other.asked > 100)
  await one.kill()
  const soFar = ends.length
  await eventually('the other one serves all', () => ends.length > soFar + 300)
  isOver = true
  await Promise.all(load)
  assert.deepEqual([...new Set(ends)], ['200'])
})

test('an instance that comes back on its address is probed, and gets calls again', async () => {
  const [one, other] = [await startInstance(ok), await startInstance(ok)]
  const calls = callsTo(one.url, other.url)
  await one.kill()
  for (let i = 0; i < 20; i++) assert.equal(await endOf(send(calls, routes.add)), '200')
  const again = await startInstance(ok, one.port)
  again.isReady = false
  await eventually('it is probed', () => again.probed > 0)
  for (let i = 0; i < 20; i++) assert.equal(await endOf(send(calls, routes.add)), '200')
  assert.equal(again.asked, 0, 'It has not said that it is ready.')
  again.isReady = true
  await eventually('it has calls', async () => {
    await send(calls, routes.read)
    return again.asked > 0
  })
  // A tenth of the others' calls to begin with.
  const before = other.asked
  const had = again.asked
  for (let i = 0; i < 200; i++) await send(calls, routes.read)
  assert.ok(again.asked - had < (other.asked - before) / 2, `${again.asked - had} of 200`)
  assert.equal(other.probed, 0, 'An instance that answers is never probed.')
})

test('an instance that hangs is left out, and its calls end by their deadline', async () => {
  const [hanging, other] = [await startInstance(ok), await startInstance(ok)]
  const calls = callsTo(hanging.url, other.url)
  await Promise.all(Array.from({ length: 20 }, () => send(calls, routes.read)))
  hanging.answer = silent
  const ends = await Promise.all(Array.from({ length: 40 }, () => endOf(send(calls, routes.readSoon))))
  assert.deepEqual(new Set(ends), new Set(['200', 'deadline-exceeded']))
  await eventually('it is left out', async () => {
    const before = hanging.asked
    await Promise.all(Array.from({ length: 20 }, () => endOf(send(calls, routes.readSoon))))
    return hanging.asked === before
  })
  const asked = hanging.asked
  await eventually('it is probed before it gets calls again', () => hanging.probed > 0)
  for (let i = 0; i < 20; i++) assert.equal(await endOf(send(calls, routes.read)), '200')
  assert.equal(hanging.asked, asked)
})

test('an instance that answers 503 is left out while the other one answers', async () => {
  const [bad, good] = [
    await startInstance((_, response) => void response.writeHead(503).end()),
    await startInstance(ok),
  ]
  const calls = callsTo(bad.url, good.url)
  for (let i = 0; i < 100; i++) await send(calls, routes.read)
  assert.equal(bad.asked, 5)
  assert.equal(good.asked, 95)
})

test('with all instances down, a call is refused at once, and one that comes back is found', async () => {
  const [one, other] = [await startInstance(ok), await startInstance(ok)]
  const calls = callsTo(one.url, other.url)
  assert.equal(await endOf(send(calls, routes.read)), '200')
  await Promise.all([one.kill(), other.kill()])
  for (let i = 0; i < 10; i++) {
    await assert.rejects(send(calls, routes.read), { code: 'unavailable', status: 503 })
  }
  await startInstance(ok, other.port)
  await eventually('it answers', async () => (await endOf(send(calls, routes.add))) === '200')
})

test('an instance that says that it stops finishes what it has, and gets no new calls', async () => {
  const [stopping, other] = [await startInstance(ok), await startInstance(ok)]
  const calls = callsTo(stopping.url, other.url)
  const inHand: ServerResponse[] = []
  stopping.answer = (_request, response) => void inHand.push(response)
  other.answer = stopping.answer
  const both = [endOf(send(calls, routes.add)), endOf(send(calls, routes.add))]
  await eventually('each has a call in hand', () => stopping.asked === 1 && other.asked === 1)
  other.answer = ok
  stopping.isReady = false
  stopping.answer = (_request, response) => draining(response, 200)
  await eventually('it has said that it stops', async () => {
    await send(calls, routes.add)
    return stopping.asked === 2
  })
  for (let i = 0; i < 50; i++) assert.equal(await endOf(send(calls, routes.add)), '200')
  assert.equal(stopping.asked, 2)
  for (const response of inHand) response.end()
  assert.deepEqual(await Promise.all(both), ['200', '200'])
})

test('what an instance turns away because it stops is sent to another one, if it may be repeated', async () => {
  const turnsAway: RequestListener = (_request, response) => draining(response, 503)
  for (const [route, headers, expected] of [
    [routes.read, {}, '200'],
    [routes.put, {}, '200'],
    [routes.addOnce, { 'idempotency-key': 'k' }, '200'],
    [routes.add, {}, '503'],
  ] as const) {
    const [stopping, other] = [await startInstance(turnsAway), await startInstance(ok)]
    stopping.isReady = false
    const calls = callsTo(stopping.url, other.url)
    const ends: string[] = []
    while (stopping.asked === 0) ends.push(await endOf(send(calls, route as unknown as Route, headers)))
    assert.equal(ends.at(-1), expected, route.name)
  }
})

const answerOk = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'
const answersAll = (socket: Socket) => void socket.on('data', () => socket.write(answerOk))
/** Ends the connection just as the second request arrives. */
const answersOne = (socket: Socket) => {
  let requests = 0
  socket.on('data', () => (++requests === 1 ? socket.write(answerOk) : socket.destroy()))
}

test('a connection that ends just as a request is sent: a change that may be repeated is sent again, another is not', async () => {
  for (const [route, headers, expected] of [
    [routes.put, {}, '200'],
    [routes.read, {}, '200'],
    [routes.addOnce, { 'idempotency-key': 'k' }, '200'],
    [routes.addOnce, {}, 'unavailable'],
    [routes.add, { 'idempotency-key': 'k' }, 'unavailable'],
    [routes.add, {}, 'unavailable'],
  ] as const) {
    const raw = await startRaw(answersOne, answersAll)
    const calls = callsTo(raw.url)
    assert.equal(await endOf(send(calls, routes.read)), '200')
    await pause(5) // The connection is idle again.
    assert.equal(await endOf(send(calls, route as unknown as Route, headers)), expected, route.name)
    assert.equal(raw.connections(), expected === '200' ? 2 : 1, route.name)
  }
})

test('it is sent again on a new connection, because the others may just have ended, too', async () => {
  const held: (() => void)[] = []
  /** Answers the first request when it is let, and ends with the second one. */
  const answersOneLater = (socket: Socket) =>
    void socket.once('data', () => {
      held.push(() => socket.write(answerOk))
      socket.on('data', () => socket.destroy())
    })
  const endsLater = (socket: Socket) => void socket.on('data', () => held.push(() => socket.destroy()))
  const raw = await startRaw(answersOneLater, endsLater, answersAll)
  const calls = callsTo(raw.url)
  const first = endOf(send(calls, routes.read))
  await eventually('one connection is busy', () => held.length === 1)
  const second = endOf(send(calls, routes.put))
  await eventually('two are', () => held.length === 2)
  held[0]?.()
  assert.equal(await first, '200')
  held[1]?.()
  assert.equal(await second, '200')
  assert.equal(raw.connections(), 3)
})

test('a request is sent again once, not more often', async () => {
  const raw = await startRaw((socket) => void socket.on('data', () => socket.destroy()))
  assert.equal(await endOf(send(callsTo(raw.url), routes.put)), 'unavailable')
  assert.equal(raw.connections(), 2)
})

test('an answer that breaks off is not asked for again', async () => {
  const breaksOff = (socket: Socket) =>
    void socket.on('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', () => socket.destroy())
    })
  const raw = await startRaw(breaksOff)
  assert.equal(await endOf(send(callsTo(raw.url), routes.read)), 'unavailable')
  assert.equal(raw.connections(), 1)
})

test('with one address nothing is probed, and it is asked whatever it answered', async () => {
  const only = await startInstance((_, response) => void response.writeHead(503).end())
  const calls = callsTo(only.url)
  for (let i = 0; i < 15; i++) assert.equal(await endOf(send(calls, routes.read)), '503')
  assert.deepEqual([only.asked, only.probed], [15, 0])
})

test('an only address that stands for several processes is asked once more, when it is refused or turned away', async () => {
  let refusals = 0
  /** As the address of a Kubernetes Service does, while one of its pods has just gone. */
  const refusing: Connector = (options, callback) => {
    if (refusals-- <= 0) return buildConnector({})(options, callback)
    setImmediate(() => callback(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), null))
  }
  const only = await startInstance(ok)
  const calls = callsWith(refusing, [only.url])
  refusals = 1
  assert.equal(await endOf(send(calls, routes.add)), '200')
  refusals = 2
  assert.equal(await endOf(send(callsWith(refusing, [only.url]), routes.add)), 'unavailable')
  assert.deepEqual([only.asked, refusals], [1, 0])

  const leaving: RequestListener = (_request, response) => {
    only.answer = ok
    draining(response, 503)
  }
  only.answer = leaving
  assert.equal(await endOf(send(calls, routes.put)), '200')
  only.answer = leaving
  assert.equal(await endOf(send(calls, routes.add)), '503') // It may not be processed twice.
})

test('a connection that has become old is replaced, and its last answer still arrives', async () => {
  const ports = new Set<number>()
  const one = await startInstance((request, response) => {
    ports.add(request.socket.remotePort ?? 0)
    setTimeout(() => response.end(), request.url === '/slow' ? 150 : 0)
  })
  const connections = connectTo(one.url, undefined, 100)
  stops.push(connections.close)
  const ask = async (path: string) => {
    const { statusCode, body } = await connections.request({ method: 'GET', path, headers: {} }, 2_000)
    await body.dump()
    return statusCode
  }
  assert.equal(await ask('/'), 200)
  await pause(5) // The connection is idle again.
  assert.equal(await ask('/'), 200)
  assert.equal(ports.size, 1)
  await pause(120)
  const slow = ask('/slow')
  await pause(120)
  assert.deepEqual([await ask('/'), await slow], [200, 200])
  assert.equal(ports.size, 3)
})
