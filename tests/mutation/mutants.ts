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
const otherMethods: Record<string, string> = {
  some: 'every',
  every: 'some',
  min: 'max',
  max: 'min',
  floor: 'ceil',
  ceil: 'floor',
}
/** What only tells people something: changes there are not looked for. */
const tellsOnly = /^(?:context\.|log\.|\w+\.log\.|metrics\.)?(?:log|warn|info|error|count|crashpoint)\b/
/** One condition of a statement in a SQL template. */
const sqlConditions = /\s(?:and|or) (?:not )?[a-z_.]+ (?:=|<>|<=|>=|<|>) (?:\$\{[^}]*\}|[\w.']+(?:\(\))?)/g

/** All mutants of a file, in the order of their places. `source`: TypeScript whose types can be erased. */
export function mutantsOf(source: string): Mutant[] {
  const mutants: Mutant[] = []
  const program = parse(stripTypeScriptTypes(source), { ecmaVersion: 'latest', sourceType: 'module' })
  visit(program, (node) => mutants.push(...mutantsOfNode(node, source)))
  return mutants.sort((a, b) => a.start - b.start || a.end - b.end)
}

/** Calls `see` for a node and all below it, except for settings and where people are told something. */
function visit(node: AnyNode, see: (node: AnyNode) => void): void {
  see(node)
  if (node.type === 'ImportDeclaration' || node.type === 'ThrowStatement' || isSetting(node)) return
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value])
      if (child && typeof child === 'object' && typeof child.type === 'string') visit(child, see)
  }
}

/** A constant that is a number: a setting, whose value is measured and not decided by a test. */
function isSetting(node: AnyNode): boolean {
  const isNumber = (value: AnyNode | null | undefined): boolean =>
    value?.type === 'Literal' ||
    value?.type === 'Identifier' ||
    (value?.type === 'BinaryExpression' && isNumber(value.left) && isNumber(value.right))
  return node.type === 'VariableDeclarator' && isNumber(node.init)
}

function mutantsOfNode(node: AnyNode, source: string): Mutant[] {
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
      return typeof node.value === 'number' ? [whole(String(node.value + 1))] : []
    case 'MemberExpression': {
      const other = node.property.type === 'Identifier' && otherMethods[node.property.name]
      return other ? [{ start: node.property.start, end: node.property.end, text: other }] : []
    }
    case 'ExpressionStatement':
      return isCall(node.expression) && !tellsOnly.test(textOf(node)) ? [whole(';')] : []
    case 'Property':
      return node.value.type === 'ArrowFunctionExpression'
        ? [{ start: node.value.start, end: node.value.end, text: 'undefined' }]
        : []
    case 'TemplateLiteral':
      return [...textOf(node).matchAll(sqlConditions)].map(({ index, 0: found }) => ({
        start: node.start + index,
        end: node.start + index + found.length,
        text: ' ',
      }))
    default:
      return []
  }
}

function isCall(node: AnyNode): boolean {
  if (node.type === 'AwaitExpression') return isCall(node.argument)
  return node.type === 'CallExpression' || node.type === 'AssignmentExpression' || node.type === 'UpdateExpression'
}
