// `npm run restart`, or `npm run restart -- orders gateway`: the shop that `npm run start:apart` runs here replaces its processes one by
// one, by the code that is in the folder now, while it goes on selling. Exits with 1 when not all were replaced.
import { WrongSettings } from '@souk/service'
import type { RestartLine } from './apart/control.ts'
import { readServiceNames } from './apart/words.ts'
import { dataFolderIn, findRunningShop } from './machine.ts'
import { readProcessEnvironment } from './process-environment.ts'

const env = readProcessEnvironment()

try {
  const services = readServiceNames(process.argv.slice(2))
  await restart(services.join(','))
} catch (error) {
  if (!(error instanceof WrongSettings)) throw error
  stopWith(error.message)
}

async function restart(services: string): Promise<void> {
  const dataFolder = dataFolderIn(env)
  const shop = findRunningShop(dataFolder)
  if (!shop?.restartKey)
    stopWith(
      `No shop of several processes runs on ${dataFolder}. Start one with npm run start:apart, or set SOUK_DATA to the folder of one that runs.`,
    )
  const began = performance.now()
  const reply = await fetch(`${shop.operationsUrl}/restart?services=${services}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${shop.restartKey}` },
  }).catch((error) => stopWith(`The shop does not answer at ${shop.operationsUrl} (${error.cause?.code ?? error}).`))
  let last: RestartLine = {}
  for await (const line of linesOf(reply)) {
    last = line
    if (line.said) process.stdout.write(`  ${line.said}\n`)
  }
  if (!last.isDone) stopWith(last.failed ?? 'The shop ended before the restart was complete.')
  process.stdout.write(`  All is restarted (${((performance.now() - began) / 1000).toFixed(1)} s).\n`)
}

/** The lines of the answer; fewer when the shop ends before. */
async function* linesOf(reply: Response): AsyncGenerator<RestartLine> {
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const bytes of reply.body ?? []) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) yield JSON.parse(line) as RestartLine
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error // The connection broke.
  }
}

function stopWith(sentence: string): never {
  process.stderr.write(`\n  ${sentence}\n\n`)
  process.exit(1)
}
