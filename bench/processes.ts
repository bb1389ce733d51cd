// Processor time of the processes of a shop, as Linux counts it.
import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100

/** Seconds since their start, by service; all processes of PostgreSQL together. */
export function cpuSecondsOf(dataFolder: string): Record<string, number> {
  const used: Record<string, number> = {}
  const add = (name: string, seconds: number) => {
    used[name] = (used[name] ?? 0) + seconds
  }
  const launcher = Number((JSON.parse(readFileSync(`${dataFolder}/souk.pid`, 'utf8')) as { pid: number }).pid)
  const processes = readdirSync('/proc').flatMap((pid) => (/^\d+$/.test(pid) ? (statOf(Number(pid)) ?? []) : []))
  const children = (parent: number): Stat[] =>
    processes.filter((one) => one.parent === parent).flatMap((one) => [one, ...children(one.pid)])
  for (const { name, seconds } of children(launcher)) if (name) add(name, seconds)
  const postmaster = Number(readFileSync(postmasterFile(dataFolder), 'utf8').split('\n')[0])
  for (const one of processes) if (one.pid === postmaster || one.parent === postmaster) add('PostgreSQL', one.seconds)
  return used
}

interface Stat {
  pid: number
  parent: number
  /** The service; undefined for other programs. */
  name: string | undefined
  seconds: number
}

/** Undefined for a process that has just ended. */
function statOf(pid: number): Stat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const words = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    const service = command[command.indexOf('--alone') + 1]
    const name = command.includes('--alone') ? service : undefined
    const ticks = Number(words[11]) + Number(words[12]) // Of the program and of the system for it.
    return { pid, parent: Number(words[1]), name, seconds: ticks / ticksPerSecond }
  } catch {
    return undefined // It ended between two reads.
  }
}

function postmasterFile(dataFolder: string): string {
  return `${dataFolder}/postgres/data/postmaster.pid`
}
