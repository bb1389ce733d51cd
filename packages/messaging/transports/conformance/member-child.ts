// A process that tests may kill: a member of a group, which takes one batch and never ends it.
import { openTransport } from '../open-transport.ts'

const [url = '', group = '', type = ''] = process.argv.slice(2)
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const transport = await openTransport({ url, log: quiet })
await transport.subscribe(group, [type], (batch) => {
  process.send?.(batch.map(({ id }) => id))
  return new Promise(() => undefined)
})
process.send?.('subscribed')
process.on('disconnect', () => process.exit())
