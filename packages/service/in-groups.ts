// Group commit. While one group is at the database, those who come wait, and then go together: one statement, one commit and
// one wake-up serve many. Without a crowd nobody waits, and the more come at once the less each of them costs.
// The idea is as old as databases: DeWitt et al., Implementation Techniques for Main Memory Database Systems, 1984.
import { setImmediate as endOfTurn } from 'node:timers/promises'
import type { Database } from '@souk/messaging'

export interface GroupOptions<Item> {
  /** Items with a key in common never share a group: a statement changes a row once. */
  keysOf?(item: Item): readonly string[]
  /** Items in one group (64). */
  most?: number
  /** Groups on their way at once, per database (1). */
  atOnce?: number
  /** While there is a crowd, a group waits at most so long for those who are just about to come (0). */
  patienceMs?: number
}
/** When nobody has come for so long, nobody is about to. */
const breathMs = 3
/** So many groups tell how many come together at most. */
const groupsRemembered = 16

interface Waiting<Item, Context, Answer> {
  item: Item
  context: Context
  resolve(answer: Answer | PromiseLike<Answer>): void
}
interface Line<Item, Context, Answer> {
  waiting: Waiting<Item, Context, Answer>[]
  underWay: number
  /** How many went together lately, newest last. */
  sizes: number[]
  /** Groups until those who are missing are waited for with all patience again. */
  untilPatient: number
  /** Ends the wait when so many are there. */
  expected?: { count: number; came: () => void }
}

/**
 * Makes a function that does `run` for one item, together with whoever else asks for it meanwhile. `run` resolves with one
 * answer per item, in their order; `contexts` are those of the items, `context` is the first of them. When a group fails,
 * each of its items is tried alone and gets what is its own.
 */
export function inGroups<Item, Context extends { readonly database: Database }, Answer>(
  run: (items: readonly Item[], context: Context, contexts: readonly Context[]) => Promise<readonly Answer[]>,
  { keysOf, most = 64, atOnce = 1, patienceMs = 0 }: GroupOptions<Item> = {},
): (item: Item, context: Context) => Promise<Answer> {
  const lines = new WeakMap<Database, Line<Item, Context, Answer>>()

  return (item, context) => {
    let line = lines.get(context.database)
    if (!line) {
      line = { waiting: [], underWay: 0, sizes: [], untilPatient: 0 }
      lines.set(context.database, line)
    }
    const { waiting } = line
    const answer = new Promise<Answer>((resolve) => waiting.push({ item, context, resolve }))
    if (line.underWay < atOnce) void serve(line)
    else if (line.waiting.length === line.expected?.count) line.expected.came()
    return answer
  }

  async function serve(line: Line<Item, Context, Answer>): Promise<void> {
    line.underWay += 1
    while (line.waiting.length > 0) {
      await gather(line)
      const group = nextGroup(line)
      const [first, ...others] = group
      if (!first) break
      line.sizes.push(group.length)
      if (line.sizes.length > groupsRemembered) line.sizes.shift()
      if (others.length === 0) await alone(first)
      else {
        // What went wrong, those whom it concerns hear alone; the line goes on meanwhile.
        const answers = await runAll(group).catch(() => undefined)
        for (const [index, one] of group.entries()) {
          if (answers) one.resolve(answers[index] as Answer)
          else void alone(one)
        }
      }
    }
    line.underWay -= 1
  }

  /**
   * Those who were answered together ask for the next thing in one turn of the event loop, so they stay together. While there
   * is a crowd, a few milliseconds for those who are just about to come make fewer and larger groups, as PostgreSQL's
   * commit_delay does. When as many are there as ever came together lately, nobody is waited for. When some of these are
   * missing, they may go round in a group of their own: now and then they are waited for longer, and the two become one.
   */
  async function gather(line: Line<Item, Context, Answer>): Promise<void> {
    await endOfTurn()
    if ((line.sizes.at(-1) ?? 1) === 1) return
    const count = Math.min(most, Math.max(...line.sizes))
    const isPatient = line.untilPatient === 0
    for (let left = patienceMs; left > 0 && line.waiting.length < count; left -= breathMs) {
      const { length } = line.waiting
      await new Promise<void>((resolve) => {
        const breath = setTimeout(resolve, breathMs)
        line.expected = {
          count,
          came() {
            clearTimeout(breath)
            resolve()
          },
        }
      })
      if (line.waiting.length === length && !isPatient) break
    }
    if (!isPatient) line.untilPatient -= 1
    else if (line.waiting.length < count) line.untilPatient = groupsRemembered
  }

  async function alone(one: Waiting<Item, Context, Answer>): Promise<void> {
    const answer = runAll([one]).then(([answer]) => answer as Answer)
    one.resolve(answer)
    await answer.catch(() => undefined) // It is the asker's to handle.
  }

  function runAll(group: readonly Waiting<Item, Context, Answer>[]): Promise<readonly Answer[]> {
    const contexts = group.map((one) => one.context)
    return run(
      group.map((one) => one.item),
      contexts[0] as Context,
      contexts,
    )
  }

  /** Those at the head of the line, without those who must see each other's result. */
  function nextGroup(line: Line<Item, Context, Answer>): Waiting<Item, Context, Answer>[] {
    if (!keysOf) return line.waiting.splice(0, most)
    const group: Waiting<Item, Context, Answer>[] = []
    const later: Waiting<Item, Context, Answer>[] = []
    const taken = new Set<string>()
    for (const one of line.waiting) {
      const keys = keysOf(one.item)
      if (group.length < most && !keys.some((key) => taken.has(key))) group.push(one)
      else later.push(one)
      for (const key of keys) taken.add(key)
    }
    line.waiting = later
    return group
  }
}
