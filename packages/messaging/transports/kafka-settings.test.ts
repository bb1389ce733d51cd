// A kafka:// URL is read as its users write it, and what is wrong with one is named.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kafkaSettings } from './kafka-settings.ts'

const read = (url: string) => kafkaSettings({ url })

test('a URL of Kafka names one broker or several, and a topic', () => {
  assert.deepEqual(read('kafka://localhost').client.bootstrapBrokers, [{ host: 'localhost', port: 9092 }])
  assert.equal(read('kafka://localhost').name, 'souk')
  const several = read('kafka://a:1,b,[::1]:3/?name=shop-2&replicas=3')
  assert.deepEqual(several.client.bootstrapBrokers, [
    { host: 'a', port: 1 },
    { host: 'b', port: 9092 },
    { host: '::1', port: 3 },
  ])
  assert.deepEqual([several.name, several.replicas, several.client.tls], ['shop-2', 3, undefined])
})

test('a user logs in with SCRAM unless the URL says otherwise, and the password may hold any characters', () => {
  assert.equal(read('kafka://a').client.sasl, undefined)
  const sasl = { mechanism: 'SCRAM-SHA-512', username: 'souk', password: 'p@ss:w/d' }
  assert.deepEqual(read('kafkas://souk:p%40ss%3Aw%2Fd@a').client.sasl, sasl)
  assert.equal(read('kafka://u:p@a?sasl=plain').client.sasl?.mechanism, 'PLAIN')
  assert.equal(read('kafka://u:p@a?sasl=SCRAM-SHA-256').client.sasl?.mechanism, 'SCRAM-SHA-256')
})

test('a broker that is known by its address is not asked for by a name', () => {
  assert.equal(read('kafkas://kafka.example:9093').client.tlsServerName, true)
  assert.equal(read('kafkas://kafka.example,10.0.0.1').client.tlsServerName, false)
  assert.equal(read('kafkas://[::1]').client.tlsServerName, false)
})

test('what is wrong with a URL of Kafka is named, without its password', () => {
  const wrong: [string, RegExp][] = [
    ['kafka://', /looks like kafka:\/\//],
    ['kafka://user@host', /looks like kafka:\/\//],
    ['kafka://a:99999', /host:port, not as a:99999/],
    ['kafka://a,', /host:port/],
    ['kafka://a?name=a/b', /a\/b cannot be the name of a topic/],
    ['kafka://a?name=', /cannot be the name of a topic/],
    ['kafka://a?topic=souk', /has no topic/],
    ['kafka://a?replicas=0', /replicas=0/],
    ['kafka://u:secret@a?sasl=gssapi', /sasl=gssapi is not one of scram-sha-256, scram-sha-512, plain/],
  ]
  for (const [url, sentence] of wrong)
    assert.throws(
      () => read(url),
      (error: Error) => sentence.test(error.message) && !error.message.includes('secret'),
      url,
    )
})
