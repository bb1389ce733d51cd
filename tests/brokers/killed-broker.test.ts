// A broker that dies again and again, and one that hangs, between a real outbox and real reactions: nothing is lost, nothing takes
// effect twice, and what belongs to one key stays in order.
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openTestDatabase } from '@souk/messaging/fixture'
import { makeLog } from '@souk/service'
import { eventually } from '@souk/service/fixture'
import type { BrokerServer } from '../../local/brokers/broker.ts'
import { serverBuses } from './buses.ts'
import { type MessageLine, openLine } from './message-line.ts'

const count = 20_000
const hangSeconds = 15
const waitSeconds = 180

for (const { name, start } of serverBuses) {
  describe(`on ${name}`, () => {
    let broker: BrokerServer
    let opened: Awaited<ReturnType<typeof openTestDatabase>>
    let line: MessageLine
    before(async () => {
      opened = await openTestDatabase()
      broker = await start()
      const log = makeLog({ level: process.env.SOUK_TEST_LOG ?? 'silent' })
      line = await openLine({ database: opened.database, url: broker.url, log })
    })
    after(async () => {
      await line?.close()
      await broker?.stop()
      await opened?.drop()
    })
    const tookEffect = (wanted: number) =>
      eventually(`${wanted} events took effect`, async () => (await line.effects()) >= wanted, waitSeconds)

    test('20,000 events while the broker is killed with -9 five times: none is lost, none takes effect twice', async (t) => {
      const sending = line.send(count)
      for (const share of [0.05, 0.2, 0.4, 0.6, 0.8]) {
        await tookEffect(count * share)
        await broker.kill()
        await pause(500)
        await broker.start()
      }
      await sending
      await tookEffect(count)
      await line.isExact(count)
      t.diagnostic(await line.repetitions())
    })

    test('the broker hangs for 15 seconds: what is stored meanwhile arrives afterwards, once and in order', async () => {
      await line.send(1_000)
      await tookEffect(count + 1)
      broker.pause()
      await line.send(1_000)
      await pause(hangSeconds * 1_000)
      broker.resume()
      await tookEffect(count + 2_000)
      await line.isExact(count + 2_000)
    })
  })
}
