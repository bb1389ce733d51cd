// RabbitMQ over TLS, with users and with its management plugin: who is refused, and why.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openTransport } from '@souk/messaging'
import { collect, messages, type, until } from '@souk/messaging/transports/conformance/bench'
import { freePort } from '../../local/brokers/broker.ts'
import type { RabbitServer } from '../../local/brokers/rabbitmq.ts'
import { makeAuthority, makeCertificate } from './certificates.ts'
import { isRabbitChosen, log, newFolder, startRabbit } from './rabbitmq-fixture.ts'

const password = 'p@ss:w/d'
const souk = `souk:${encodeURIComponent(password)}`

describe('RabbitMQ with TLS, users and management', { skip: !isRabbitChosen }, () => {
  const folder = newFolder()
  const file = (name: string) => join(folder, name)
  const client = { certificate: file('client.crt'), key: file('client.key') }
  let server: RabbitServer
  let port: number
  let managementPort: number
  const open = (login: string, tls: object = {}, path = '') =>
    openTransport({
      url: `amqps://${login}@localhost:${port}${path}`,
      log,
      tls: { ca: file('ca.pem'), ...client, ...tls },
    })

  before(async () => {
    makeAuthority(folder, 'ca')
    makeAuthority(folder, 'other')
    makeCertificate(folder, 'server')
    makeCertificate(folder, 'client')
    makeCertificate(folder, 'stranger', 'other')
    port = await freePort()
    managementPort = await freePort()
    server = await startRabbit({
      plugins: ['rabbitmq_management'],
      configuration: [
        `listeners.ssl.1 = 127.0.0.1:${port}`,
        `ssl_options.cacertfile = ${file('ca.pem')}`,
        `ssl_options.certfile = ${file('server.crt')}`,
        `ssl_options.keyfile = ${file('server.key')}`,
        'ssl_options.verify = verify_peer',
        'ssl_options.fail_if_no_peer_cert = true',
        'management.tcp.ip = 127.0.0.1',
        `management.tcp.port = ${managementPort}`,
      ],
    })
    await server.control('add_user', 'souk', password)
    await server.control('set_permissions', 'souk', '^(souk|amq\\.gen).*', '^(souk|amq\\.gen).*', '^(souk|amq\\.gen).*')
    await server.control('add_user', 'stranger', password)
  })
  after(async () => {
    await server.stop()
    rmSync(folder, { recursive: true })
  })

  test('a user with a password, a certificate and the rights that are asked for publishes, reads and tails over TLS', async () => {
    const transport = await open(souk)
    const reader = await collect(transport, 'orders')
    let received = 0
    await transport.tail([type], () => {
      received += 1
    })
    const sent = messages(3)
    assert.equal((await transport.publish(sent)).size, 3)
    await until(() => reader.has(sent) && received === 3)
    await transport.close()
  })

  test('a wrong password is refused at once, in a sentence without the password', async () => {
    await assert.rejects(open('souk:guessed'), (error: Error) => {
      assert.match(error.message, /localhost:\d+ refuses the user souk or its password/)
      return !error.message.includes('guessed')
    })
  })

  test('a server whose certificate another authority has signed is refused at once', async () => {
    await assert.rejects(open(souk, { ca: file('other.pem') }), /do not trust each other's certificates/)
  })

  test('a client whose certificate another authority has signed is refused', async () => {
    const tls = { certificate: file('stranger.crt'), key: file('stranger.key') }
    await assert.rejects(open(souk, tls), /do not trust each other's certificates/)
  })

  test('a certificate that is not there, or is given without TLS, is said at once', async () => {
    await assert.rejects(open(souk, { ca: file('nothing.pem') }), /cannot be read: .*nothing\.pem/)
    await assert.rejects(openTransport({ url: server.url, log, tls: client }), /use amqps:/)
  })

  test('a user without rights is told which it needs', async () => {
    await assert.rejects(
      open(`stranger:${encodeURIComponent(password)}`),
      /has no virtual host \/, or the user stranger/,
    )
    await server.control('set_permissions', 'stranger', '^$', '.*', '.*')
    await assert.rejects(open(`stranger:${encodeURIComponent(password)}`), /user stranger declare .*set_permissions/)
  })

  test('the members of a quorum queue are counted by the management plugin', async () => {
    const management = encodeURIComponent(`http://guest:guest@127.0.0.1:${managementPort}`)
    const groups = new Map([['orders', [type]]])
    const url = `${server.url}?name=quorum&queue=quorum&management=${management}`
    const transport = await openTransport({ url, log, groups })
    assert.equal(transport.durability, 'process-crash')
    assert.match(transport.durabilityReason, /has 1 of 3 members/)
    const reader = await collect(transport, 'orders')
    const sent = messages(20)
    assert.equal((await transport.publish(sent)).size, 20)
    await until(() => reader.has(sent))
    await transport.close()
  })
})
