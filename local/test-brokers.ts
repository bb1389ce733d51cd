// Which message brokers `npm run test:brokers` runs on, and whether they are installed.
import { existsSync } from 'node:fs'
import { brokers } from './brokers/all-brokers.ts'

/** The broker that needs no installation. */
export const embedded = 'postgres'

interface Chosen {
  names: string[]
  /** The words that name no broker: files, and flags for Node's runner. */
  others: string[]
  /** Says which broker is unknown, or how each missing one is installed. */
  complaint?: string
}

/** Reads the names of brokers from the words of the command; none means all. */
export async function chooseBrokers(words: readonly string[]): Promise<Chosen> {
  const known: string[] = [embedded, ...brokers.map(({ name }) => name)]
  const others = words.filter((word) => !known.includes(word))
  const unknown = others.find((word) => /^[a-z]+$/.test(word) && !existsSync(word) && !isValueOfFlag(word, others))
  const chosen = known.filter((name) => words.includes(name))
  const names = chosen.length > 0 ? chosen : known
  if (unknown) return { names, others, complaint: `There is no broker ${unknown}; there are ${known.join(', ')}.` }
  const wanted = brokers.filter(({ name }) => names.includes(name))
  const missing = (await Promise.all(wanted.map((broker) => broker.missing()))).filter(
    (sentence) => sentence !== undefined,
  )
  return { names, others, complaint: missing.join('\n') || undefined }
}

function isValueOfFlag(word: string, words: readonly string[]): boolean {
  return /^--[a-z-]+$/.test(words[words.indexOf(word) - 1] ?? '')
}
