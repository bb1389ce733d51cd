// Kafka over TLS and with a password: who is refused, and why.
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openTransport } from '@souk/messaging'
import { collect, messages, until } from '@souk/messaging/transports/conformance/bench'
import type { BrokerServer } from '../../local/brokers/broker.ts'
import { freePort } from '../../local/brokers/broker.ts'
import { makeAuthority, makeCertificate } from './certificates.ts'
import { isKafkaChosen, log, newFolder, startKafka } from './kafka-fixture.ts'

const login = 'org.apache.kafka.common.security'
const password = 'p@ss:w/d'

describe('Kafka with TLS and passwords', { skip: !isKafkaChosen }, () => {
  const folder = newFolder()
  let server: BrokerServer
  let port: number
  const open = (user: string, ca: string, more = '') =>
    openTransport({ url: `kafkas://${user}@localhost:${port}${more}`, log, tls: { ca: join(folder, `${ca}.pem`) } })
  const souk = `souk:${encodeURIComponent(password)}`

  before(async () => {
    makeAuthority(folder, 'ca')
    makeAuthority(folder, 'other')
    makeCertificate(folder, 'server')
    // Kafka wants the key in the same file.
    const parts = ['server.key', 'server.crt', 'ca.pem'].map((name) => readFileSync(join(folder, name), 'utf8'))
    writeFileSync(join(folder, 'server.pem'), parts.join(''), { mode: 0o600 })
    port = await freePort()
    const listener = 'listener.name.secured'
    server = await startKafka({
      secured: { port, protocol: 'SASL_SSL' },
      settings: {
        [`${listener}.ssl.keystore.type`]: 'PEM',
        [`${listener}.ssl.keystore.location`]: join(folder, 'server.pem'),
        [`${listener}.sasl.enabled.mechanisms`]: 'SCRAM-SHA-512,PLAIN',
        [`${listener}.scram-sha-512.sasl.jaas.config`]: `${login}.scram.ScramLoginModule required;`,
        [`${listener}.plain.sasl.jaas.config`]: `${login}.plain.PlainLoginModule required user_souk="${password}";`,
      },
      format: ['--add-scram', `SCRAM-SHA-512=[name=souk,password=${password}]`],
    })
  })
  after(async () => {
    await server.stop()
    rmSync(folder, { recursive: true })
  })

  for (const mechanism of ['scram-sha-512', 'plain'])
    test(`a user with the right password publishes and reads over TLS (${mechanism})`, async () => {
      const transport = await open(souk, 'ca', `?sasl=${mechanism}`)
      const reader = await collect(transport, 'group')
      const sent = messages(3)
      assert.equal((await transport.publish(sent)).size, 3)
      await until(() => reader.has(sent))
      await transport.close()
    })

  test('a wrong password is refused at once, in a sentence without the password', async () => {
    for (const mechanism of ['scram-sha-512', 'plain'])
      await assert.rejects(open('souk:guessed', 'ca', `?sasl=${mechanism}`), (error: Error) => {
        assert.match(error.message, /localhost.* refuses the connection: the user, the password or the SASL mechanism/)
        return !error.message.includes('guessed')
      })
    await assert.rejects(open(souk, 'ca', '?sasl=scram-sha-256'), /the SASL mechanism is wrong/)
  })

  test('a broker whose certificate another authority has signed is refused at once', async () => {
    await assert.rejects(open(souk, 'other'), /refuses the connection: .*certificate/)
  })

  test('a broker that requires TLS is not talked to without it', async () => {
    await assert.rejects(openTransport({ url: `kafka://localhost:${port}`, log }), /requires TLS/)
  })
})
