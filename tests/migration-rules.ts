// What a migration may not do while the release before still runs on the database (docs/upgrades.md), found with PostgreSQL's own parser.
// Each finding says the safe way. A statement with `-- safe: <reason>` on its lines, or right above, is accepted where the rules cannot
// know what its author knows. Tables that the same file makes are empty and unknown to others: nothing is forbidden on them.
import {
  type AlterTableCmd,
  type AlterTableStmt,
  type ColumnDef,
  type Constraint,
  type DropStmt,
  type IndexStmt,
  loadModule,
  type Node,
  parseSync,
  type RangeVar,
} from 'libpg-query'

export interface Finding {
  line: number
  sentence: string
}
interface Statement {
  node: Node
  /** With the comments before it and behind it on its last line. */
  text: string
  line: number
}
/** What the rules know of the file that a statement stands in. */
interface File {
  text: string
  isWithoutTransaction: boolean
  statements: readonly Statement[]
  /** Tables that it has made so far. */
  made: Set<string>
}

const noTransaction = '-- souk: no transaction'
const annotation = /^(?:(?!--).)*-- safe: \S.{9,}$/m
const addLater = 'Add it `not valid`, and validate it in a later migration of its own'
const replaceColumn =
  'Add a new column, let the code write both and fill the old rows, read the new one in the next release, and drop the old one in the release after that.'
const dropLater =
  'The release before still uses it. Drop it one release after the last that used it, and name that release in a `-- safe:` comment.'

await loadModule()

/** What is wrong with the text of a migration, with line numbers; empty when nothing is. Throws when PostgreSQL cannot read it. */
export function lintMigration(text: string): Finding[] {
  const statements = statementsIn(text)
  const isWithoutTransaction = text.startsWith(noTransaction)
  const file: File = { text, isWithoutTransaction, statements, made: new Set() }
  const findings = statements.flatMap((statement) => {
    const sentences = lintStatement(statement, file)
    remember(statement.node, file)
    return annotation.test(statement.text) ? [] : sentences.map((sentence) => ({ line: statement.line, sentence }))
  })
  if (isWithoutTransaction && statements.length !== 1)
    findings.push({
      line: 1,
      sentence: `A file without a transaction has one statement, and this one has ${statements.length}.`,
    })
  return findings
}

function lintStatement({ node, text }: Statement, file: File): string[] {
  if ('AlterTableStmt' in node) return lintAlterTable(node.AlterTableStmt, file)
  if ('IndexStmt' in node) return lintIndex(node.IndexStmt, file)
  if ('DropStmt' in node) return lintDrop(node.DropStmt, file)
  if ('RenameStmt' in node && !isNew(node.RenameStmt.relation, file))
    return [`A renamed thing is gone for the release before. ${replaceColumn}`]
  if ('LockStmt' in node) return ['`lock table` stops all requests that use the table. Take row locks, or none.']
  if ('TruncateStmt' in node || 'ClusterStmt' in node || ('VacuumStmt' in node && /\bfull\b/i.test(text)))
    return ['This takes the table away from everybody while it runs. Do it by a job in small steps.']
  if ('AlterEnumStmt' in node && isValueUsed(node.AlterEnumStmt.newVal, file))
    return ['A new value of an enum cannot be used in the transaction that adds it. Use it in the next migration.']
  if ('DoStmt' in node && /\b(alter|create|drop|lock|truncate|update|delete)\s/i.test(text))
    return ['These rules do not see what a `do` block changes. Write plain statements, or a `-- safe:` comment.']
  return changedTablesIn(node).flatMap((relation) => lintRows(relation, file))
}

function lintIndex(index: IndexStmt, file: File): string[] {
  if (isNew(index.relation, file)) return []
  const isRepeatable = index.concurrent && index.if_not_exists && file.isWithoutTransaction
  return isRepeatable
    ? []
    : [
        `Nobody can write to ${index.relation?.relname} while the index is built. Use \`create index concurrently if not exists <name>\` in a file of its own that begins with \`${noTransaction}\`.`,
      ]
}

function lintDrop(drop: DropStmt, file: File): string[] {
  switch (drop.removeType) {
    case 'OBJECT_TRIGGER':
    case 'OBJECT_POLICY':
      return []
    case 'OBJECT_INDEX':
      return drop.concurrent && drop.missing_ok && file.isWithoutTransaction
        ? []
        : [
            `The table is locked until the transaction ends. Use \`drop index concurrently if exists\` in a file of its own that begins with \`${noTransaction}\`.`,
          ]
    default: {
      const names = (drop.objects ?? []).map(lastNameIn)
      return names.every((name) => file.made.has(name)) ? [] : [dropLater]
    }
  }
}

/** The tables whose rows a statement updates or deletes, also inside a `with`. */
function changedTablesIn(node: unknown): RangeVar[] {
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([kind, inner]) => [
    ...(kind === 'UpdateStmt' || kind === 'DeleteStmt' ? [inner.relation as RangeVar] : []),
    ...changedTablesIn(inner),
  ])
}

function lintRows(relation: RangeVar | undefined, file: File): string[] {
  if (isNew(relation, file)) return []
  return [
    `All these rows of ${relation?.relname} stay locked until the end. Fill them by a job or a schedule in batches of 1,000 to 5,000, each in a transaction of its own.`,
  ]
}

function lintAlterTable(statement: AlterTableStmt, file: File): string[] {
  if (isNew(statement.relation, file)) return []
  const table = statement.relation?.relname ?? ''
  return (statement.cmds ?? []).flatMap((command) =>
    'AlterTableCmd' in command ? lintChange(command.AlterTableCmd, table, file) : [],
  )
}

function lintChange({ subtype, def, name }: AlterTableCmd, table: string, file: File): string[] {
  switch (subtype) {
    case 'AT_AddConstraint':
      return def && 'Constraint' in def ? lintConstraint(def.Constraint, table) : []
    case 'AT_AddColumn':
      return def && 'ColumnDef' in def ? lintNewColumn(def.ColumnDef, table) : []
    case 'AT_ValidateConstraint': {
      const isAddedHere = new RegExp(`\\badd\\s+constraint\\s+"?${name}\\b`, 'i').test(file.text)
      return isAddedHere
        ? [`The lock of adding ${name} is kept while all rows are read. Validate it in a migration of its own.`]
        : []
    }
    case 'AT_SetNotNull':
      return [
        `All rows of ${table} are read while nobody can use it. Add \`constraint <name> not null ${name} not valid\`, and validate it in a later migration of its own.`,
      ]
    case 'AT_AlterColumnType':
      return [`A new type may rewrite ${table} while nobody can use it. ${replaceColumn}`]
    case 'AT_DropColumn':
      return [dropLater]
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
    case 'AT_SetTableSpace':
      return [`This rewrites ${table} while nobody can use it.`]
    default:
      return []
  }
}

function lintConstraint(constraint: Constraint, table: string): string[] {
  switch (constraint.contype) {
    case 'CONSTR_FOREIGN':
    case 'CONSTR_CHECK':
    case 'CONSTR_NOTNULL':
      if (constraint.skip_validation) return []
      return [`All rows of ${table} are checked while nobody can write to it. ${addLater}.`]
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE':
    case 'CONSTR_EXCLUSION':
      if (constraint.indexname) return []
      return [
        `Nobody can use ${table} while its index is built. Build a unique index concurrently first, and add the constraint with \`using index\`.`,
      ]
    default:
      return []
  }
}

function lintNewColumn({ colname, typeName, constraints = [] }: ColumnDef, table: string): string[] {
  const parts = constraints.flatMap((one) => ('Constraint' in one ? [one.Constraint] : []))
  const has = (kind: Constraint['contype']) => parts.some(({ contype }) => contype === kind)
  const findings: string[] = []
  const type = typeName?.names?.map((one) => ('String' in one ? one.String.sval : '')).at(-1) ?? ''
  const isVolatile = parts.some(({ contype, raw_expr }) => contype === 'CONSTR_DEFAULT' && callsUnknown(raw_expr))
  if (isVolatile || has('CONSTR_GENERATED') || has('CONSTR_IDENTITY') || /serial/.test(type))
    findings.push(
      `A value for each row rewrites ${table} while nobody can use it. Add ${colname} without it, set the default in a second statement, and fill the old rows in batches.`,
    )
  if (has('CONSTR_NOTNULL') && !has('CONSTR_DEFAULT') && !has('CONSTR_GENERATED') && !has('CONSTR_IDENTITY'))
    findings.push(`The release before inserts rows without ${colname}. Give it a default, or let it be null.`)
  for (const part of parts) {
    if (part.contype === 'CONSTR_CHECK' || part.contype === 'CONSTR_FOREIGN')
      findings.push(`All rows of ${table} are checked while nobody can use it. ${addLater}.`)
    if (part.contype === 'CONSTR_UNIQUE' || part.contype === 'CONSTR_PRIMARY')
      findings.push(...lintConstraint(part, table))
  }
  return findings
}

/** True when an expression calls a function that may give each row another value. `now()` is the same for all. */
function callsUnknown(expression: unknown): boolean {
  if (typeof expression !== 'object' || expression === null) return false
  return Object.entries(expression).some(([kind, inner]) =>
    kind === 'FuncCall' ? lastNameIn({ List: { items: inner.funcname } }) !== 'now' : callsUnknown(inner),
  )
}

function isValueUsed(value: string | undefined, file: File): boolean {
  return file.statements.some(({ node, text }) => !('AlterEnumStmt' in node) && text.includes(`'${value}'`))
}

/** True for a table that this file has made, and for temporary ones. */
function isNew(relation: RangeVar | undefined, file: File): boolean {
  if (!relation) return false
  return file.made.has(relation.relname ?? '') || /^pg_temp/.test(relation.schemaname ?? '')
}

function remember(node: Node, { made }: File): void {
  if ('CreateStmt' in node) made.add(node.CreateStmt.relation?.relname ?? '')
  if ('CreateTableAsStmt' in node) made.add(node.CreateTableAsStmt.into?.rel?.relname ?? '')
  if ('ViewStmt' in node) made.add(node.ViewStmt.view?.relname ?? '')
  if ('CreateFunctionStmt' in node && !node.CreateFunctionStmt.replace)
    made.add(lastNameIn({ List: { items: node.CreateFunctionStmt.funcname } }))
}

/** The last part of a name such as schema.table. */
function lastNameIn(name: Node): string {
  if ('ObjectWithArgs' in name) return lastNameIn({ List: { items: name.ObjectWithArgs.objname } })
  if ('TypeName' in name) return lastNameIn({ List: { items: name.TypeName.names } })
  const last = 'List' in name ? name.List.items?.at(-1) : name
  return last && 'String' in last ? (last.String.sval ?? '') : ''
}

/** PostgreSQL counts in bytes. A comment behind a statement, on the same line, belongs to it. */
function statementsIn(text: string): Statement[] {
  const bytes = Buffer.from(text)
  const lineEnd = (from: number) => (bytes.indexOf('\n', from) < 0 ? bytes.length : bytes.indexOf('\n', from))
  let begun = 0
  return (parseSync(text).stmts ?? []).map(({ stmt, stmt_location = 0, stmt_len }) => {
    const end = lineEnd(stmt_len === undefined ? bytes.length : stmt_location + stmt_len)
    const own = bytes.subarray(Math.min(begun, stmt_location), end).toString()
    begun = end
    const before = bytes.subarray(0, stmt_location).toString()
    return { node: stmt as Node, text: own, line: before.split('\n').length }
  })
}
