// The tests that every transport must pass, whatever its broker. A transport without a server runs it in transports.test.ts, one with a
// server in tests/brokers/. A case that asks for what a transport does not promise (`features`) is not registered for it.
import { after, describe } from 'node:test'
import type { Bench } from './conformance/bench.ts'
import { brokerCases } from './conformance/broker-suite.ts'
import { backlogCase, deliveryCases } from './conformance/delivery-suite.ts'
import { memberCases, tailCases } from './conformance/members-suite.ts'
import { publishCases } from './conformance/publish-suite.ts'

export function transportSuite(name: string, makeBench: () => Promise<Bench>): void {
  describe(name, async () => {
    const bench = await makeBench()
    const transport = await bench.open()
    const subject = { bench, transport }
    after(async () => {
      await transport.close()
      await bench.end()
    })
    backlogCase(subject)
    publishCases(subject)
    deliveryCases(subject)
    tailCases(subject)
    if (transport.features.isShared) memberCases(subject)
    if (bench.broker)
      describe('its broker is killed', () => brokerCases(subject, bench.broker as NonNullable<Bench['broker']>))
  })
}
