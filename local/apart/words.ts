// The words after `npm run start:apart --`: how many processes each service gets, and whether their logs are shown.
import { parseArgs } from 'node:util'
import type { ServiceName } from '@souk/contracts'
import { WrongSettings } from '@souk/service'
import { serviceNames } from '../ports.ts'

export interface ApartWords {
  /** Processes of each service. */
  replicas: Record<ServiceName, number>
  showsLogs: boolean
}

const mostReplicas = 9
const usage = `Usage: npm run start:apart [-- [--replicas orders=3,gateway=2] [--logs]]
  --replicas takes services with the number of their processes, 1 to ${mostReplicas}. The services: ${serviceNames.join(', ')}.
  --logs prints the log lines of all processes.`

/** Throws WrongSettings with a sentence for a word that is wrong. */
export function readApartWords(words: readonly string[]): ApartWords {
  const { replicas, logs } = parse(words)
  const counts = Object.fromEntries(serviceNames.map((name) => [name, 1])) as Record<ServiceName, number>
  const given = new Set<string>()
  for (const part of replicas.flatMap((list) => list.split(','))) {
    const [name = '', count = '', ...more] = part.split('=').map((word) => word.trim())
    const service = serviceNames.find((one) => one === name)
    if (!service) throw new WrongSettings(`There is no service "${name}".\n  ${usage}`)
    if (more.length > 0 || !/^\d+$/.test(count) || Number(count) < 1 || Number(count) > mostReplicas)
      throw new WrongSettings(`"${part.trim()}" is no number of processes, such as ${name}=2.\n  ${usage}`)
    if (given.has(name)) throw new WrongSettings(`--replicas names ${name} twice.\n  ${usage}`)
    given.add(name)
    counts[service] = Number(count)
  }
  return { replicas: counts, showsLogs: logs }
}

/** The services that `npm run restart` is to restart; all of them without a name. Throws WrongSettings. */
export function readServiceNames(words: readonly string[]): ServiceName[] {
  const wrong = words.find((word) => !serviceNames.includes(word as ServiceName))
  if (wrong !== undefined)
    throw new WrongSettings(
      `There is no service "${wrong}". Name one or several of these, or none to restart all: ${serviceNames.join(', ')}.`,
    )
  return serviceNames.filter((name) => words.length === 0 || words.includes(name))
}

function parse(words: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        replicas: { type: 'string', multiple: true, default: [] },
        logs: { type: 'boolean', default: false },
      },
    })
    return values
  } catch (error) {
    throw new WrongSettings(`${(error as Error).message.split('. ')[0]}.\n  ${usage}`)
  }
}
