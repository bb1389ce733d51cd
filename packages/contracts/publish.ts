// Publishes today's contracts (`npm run publish-contracts`): later contracts must stay compatible with them. Prints what it breaks.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brokenPromises, type Published, todaysContracts } from './compatibility.ts'

const file = join(import.meta.dirname, 'published.json')
const today = todaysContracts()
const breaks = brokenPromises(lastPublished(), today)
writeFileSync(file, `{"routes": ${lines(today.routes)},\n"messages": ${lines(today.messages)}}\n`)

const { routes, messages } = today
process.stdout.write(`Published ${Object.keys(routes).length} routes and ${Object.keys(messages).length} messages.\n`)
if (breaks.length > 0) {
  const list = breaks.map(({ of, what }) => `  ${of}: ${what}`).join('\n')
  process.stdout.write(`These promises are broken by it; those who rely on them must know:\n${list}\n`)
}

/** One line for each promise, so that a diff shows which have changed. */
function lines(promises: Record<string, unknown>): string {
  const list = Object.entries(promises).map(([name, promise]) => `${JSON.stringify(name)}: ${JSON.stringify(promise)}`)
  return `{\n${list.join(',\n')}\n}`
}

function lastPublished(): Published {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { routes: {}, messages: {} }
    throw error
  }
}
