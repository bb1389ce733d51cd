// A member of a group in a process of its own, which tests stop and kill. It tells which batches it begins, and takes its time for each.
import { setTimeout as pause } from 'node:timers/promises'
import { openTransport } from '@souk/messaging'
import { log } from './kafka-fixture.ts'

const [url = '', group = '', type = ''] = process.argv.slice(2)
const transport = await openTransport({ url, log })
await transport.subscribe(group, [type], async (batch) => {
  process.send?.(batch.map(({ id }) => id))
  await pause(1_000)
})
process.on('disconnect', () => process.exit())
