// What a statement does, by the names of its tables: `insert orders, outbox`. Never any of its values: it is read from the text of a
// template, whose values are parameters, and texts in quotes are left out.

export interface StatementSummary {
  /** As `db.query.summary`: which operations, and on which tables. */
  readonly summary: string
  readonly operation: string
  /** The table, when it is only one. */
  readonly table?: string
}

const longest = 200
/** Texts are those of our templates. Searches build many; beyond this number they are read again each time. */
const mostKept = 2_000
const kept = new Map<string, StatementSummary>()

/** Reads a statement's text once and remembers the result. */
export function summaryOf(text: string): StatementSummary {
  let summary = kept.get(text)
  if (!summary) {
    summary = read(text)
    if (kept.size < mostKept) kept.set(text, summary)
  }
  return summary
}

const quotedOrComment = /'(?:[^']|'')*'|--[^\n]*/g
const namedInside = /(?:\bwith|,)\s+(?:recursive\s+)?([a-z_]\w*)\s+as\s+(?:(?:not\s+)?materialized\s+)?\(/g
const tables = /\b(insert\s+into|delete\s+from|update|from|join)\s+(?:only\s+)?([a-z_][\w.]*)(?=\s*(\()?)/g

function read(text: string): StatementSummary {
  const plain = text.toLowerCase().replace(quotedOrComment, "''")
  const inside = new Set([...plain.matchAll(namedInside)].map((found) => found[1]))
  const written = new Map<string, Set<string>>()
  const readFrom = new Set<string>()
  for (const { 1: verb = '', 2: name = '', 3: paren, index } of plain.matchAll(tables)) {
    const before = plain.slice(Math.max(0, index - 12), index)
    const isOther = /(for|key|do|distinct)\s+$/.test(before) || name === 'set' || name === 'of' || inside.has(name)
    const operation = verb.split(/\s/)[0] as string
    if (isOther || (paren && operation !== 'insert')) continue
    if (operation === 'from' || operation === 'join') readFrom.add(name)
    else written.set(operation, (written.get(operation) ?? new Set()).add(name))
  }
  if (written.size === 0 && readFrom.size > 0) written.set('select', readFrom)
  const [operation = /[a-z]+/.exec(plain)?.[0] ?? 'unknown'] = written.keys()
  const names = new Set([...written.values()].flatMap((set) => [...set]))
  const parts = [...written].map(([one, of]) => `${one} ${[...of].join(', ')}`)
  return {
    summary: (parts.join('; ') || operation).slice(0, longest),
    operation,
    table: names.size === 1 ? [...names][0] : undefined,
  }
}
