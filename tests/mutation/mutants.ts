// Makes the mutants of a source file: copies with one small change each, of the kind that a person makes by mistake. The types are
// blanked out before parsing, so positions in the syntax tree are positions in the file.
import { stripTypeScriptTypes } from 'node:module'
import { type AnyNode, parse } from 'acorn'

export interface Mutant {
  start: number
  end: number
  /** What stands there instead. */
  text: string
}

const otherOperators: Record<string, string[]> = {
  '===': ['!=='],
  '!==': ['==='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '&&': ['||'],
  '||': ['&&'],
  '??': ['&&'],
}
const otherMethods = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['min', 'max'],
  ['max', 'min'],
  ['floor', 'ceil'],
  ['ceil', 'floor'],
])
/** What only tells people something: changes there are not looked for. */
const tellsOnly = /^(?:context\.|log\.|\w+\.log\.|metrics\.)?(?:log|warn|info|error|count|crashpoint)\b/
/** What is changed in the text of a SQL template, and what stands there instead. */
const sqlChanges: [RegExp, string][] = [
  // One condition of a statement.
  [/\s(?:and|or) (?:not )?[a-z_.]+ (?:=|<>|<=|>=|<|>) (?:\$\{[^}]*\}|[\w.']+(?:\(\))?)/g, ' '],
  [/(?<=\swhere )[a-z_.]+ (?:=|<>|<=|>=|<|>) (?:\$\{[^}]*\}|[\w.']+(?:\(\))?)/g, 'true'],
  [/(?<= )<=(?= )/g, '<'],
  [/(?<= )>=(?= )/g, '>'],
  [/(?<=\w) \+ 1\b/g, ''],
  [/\bnot exists\b/g, 'exists'],
  [/\bon conflict do nothing\b/g, ''],
]

/** All mutants of a file, in the order of their places. `source`: TypeScript whose types can be erased. */
export function mutantsOf(source: string): Mutant[] {
  const mutants: Mutant[] = []
  const program = parse(stripTypeScriptTypes(source), { ecmaVersion: 'latest', sourceType: 'module' })
  visit(program, source, (node, isCompared) => mutants.push(...mutantsOfNode(node, source, isCompared)))
  return mutants.sort((a, b) => a.start - b.start || a.end - b.end)
}

/**
 * Calls `see` for a node and all below it, except for settings and where people are told something. `isCompared`: the node
 * belongs to the comparison of a sort, of whose numbers only the sign counts.
 */
function visit(
  node: AnyNode,
  source: string,
  see: (node: AnyNode, isCompared: boolean) => void,
  isCompared = false,
): void {
  if (node.type === 'ExpressionStatement' && tellsOnly.test(source.slice(node.start, node.end))) return
  see(node, isCompared)
  if (node.type === 'ImportDeclaration' || node.type === 'ThrowStatement' || isSetting(node)) return
  const isBelowCompared = isCompared || isSort(node)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value])
      if (child && typeof child === 'object' && typeof child.type === 'string')
        visit(child, source, see, isBelowCompared)
  }
}

function isSort(node: AnyNode): boolean {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false
  const { property } = node.callee
  return property.type === 'Identifier' && ['sort', 'toSorted'].includes(property.name)
}

/** A constant that is a number: a setting, whose value is measured and not decided by a test. */
function isSetting(node: AnyNode): boolean {
  const isNumber = (value: AnyNode | null | undefined): boolean =>
    value?.type === 'Literal' ||
    value?.type === 'Identifier' ||
    (value?.type === 'BinaryExpression' && isNumber(value.left) && isNumber(value.right))
  return node.type === 'VariableDeclarator' && isNumber(node.init)
}

function mutantsOfNode(node: AnyNode, source: string, isCompared: boolean): Mutant[] {
  const whole = (text: string): Mutant => ({ start: node.start, end: node.end, text })
  const textOf = ({ start, end }: { start: number; end: number }) => source.slice(start, end)
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression': {
      const between = { start: node.left.end, end: node.right.start }
      const replace = (other: string) => ({ ...between, text: textOf(between).replace(node.operator, () => other) })
      return (otherOperators[node.operator] ?? []).map(replace)
    }
    case 'UnaryExpression':
      return node.operator === '!' || node.operator === '-' ? [whole(textOf(node.argument))] : []
    case 'IfStatement':
    case 'ConditionalExpression':
      return ['true', 'false'].map((text) => ({ start: node.test.start, end: node.test.end, text }))
    case 'Literal':
      if (typeof node.value === 'boolean') return [whole(String(!node.value))]
      return typeof node.value === 'number' && !isCompared ? [whole(String(node.value + 1))] : []
    case 'MemberExpression': {
      const other = node.property.type === 'Identifier' && otherMethods.get(node.property.name)
      return other ? [{ start: node.property.start, end: node.property.end, text: other }] : []
    }
    case 'ExpressionStatement':
      return isCall(node.expression) ? [whole(';')] : []
    case 'Property':
      return node.value.type === 'ArrowFunctionExpression'
        ? [{ start: node.value.start, end: node.value.end, text: 'undefined' }]
        : []
    case 'TaggedTemplateExpression':
      return /\bsql\b/.test(textOf(node.tag)) ? mutantsOfSql(node.quasi, textOf(node.quasi)) : []
    default:
      return []
  }
}

function mutantsOfSql({ start }: AnyNode, text: string): Mutant[] {
  return sqlChanges.flatMap(([what, instead]) =>
    [...text.matchAll(what)].map(({ index, 0: found }) => ({
      start: start + index,
      end: start + index + found.length,
      text: instead,
    })),
  )
}

function isCall(node: AnyNode): boolean {
  if (node.type === 'AwaitExpression') return isCall(node.argument)
  return ['CallExpression', 'TaggedTemplateExpression', 'AssignmentExpression', 'UpdateExpression'].includes(node.type)
}
