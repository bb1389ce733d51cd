// What the bench prints: a row per measurement, a line per goal, and on the way a word on how far it is.
import type { Measured } from './load.ts'

const rows: string[][] = [['what', 'shoppers', 'per second', 'p50 ms', 'p95 ms', 'p99 ms', 'beside']]
const goals: { goal: string; met: boolean; seen: string }[] = []

export function cells(...row: string[]): void {
  rows.push(row)
}
export function row(what: string, shoppers: number, m: Measured, beside = ''): void {
  const figures = [m.perSecond.toFixed(0), m.p50.toFixed(2), m.p95.toFixed(2), m.p99.toFixed(2)]
  rows.push([what, String(shoppers), ...figures, m.failures > 0 ? `${m.failures} failed ${beside}` : beside])
  say(`${what} (${shoppers}): ${m.perSecond.toFixed(0)} per second`)
}
export function goal(sentence: string, met: boolean, seen: string): void {
  goals.push({ goal: sentence, met, seen })
}
export function ratio(a: number, b: number): string {
  return (a / b).toFixed(2)
}
export function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(0)} ms`
}
export function say(sentence: string): void {
  process.stderr.write(`  ${sentence}\n`)
}

export function print(): void {
  const widths = (rows[0] as string[]).map((_, column) => Math.max(...rows.map((one) => (one[column] ?? '').length)))
  const lines = rows.map((one) =>
    one
      .map((cell, column) =>
        column === 0 || column === 6 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  )
  const told = goals.map((one) => `  ${one.met ? 'reached' : 'MISSED '}  ${one.goal}: ${one.seen}`)
  const table = rows.length > 1 ? `${lines.join('\n')}\n\n` : ''
  process.stdout.write(`\n${table}${told.join('\n')}\n`)
}
