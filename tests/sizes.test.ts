// A function fits on a screen and a file tells one story. Tests, tables of data and contracts may be longer: they are lists.
// Functions are found by their indentation, which Biome's format makes reliable.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'

const project = resolve(import.meta.dirname, '..')
const mostLinesOfFunction = 70
const mostLinesOfFile = 300
/** Tests are lists of cases, with what they need. */
const tests = /\.test\.ts$|-suite\.ts$|^tests\//
/** Lists of goods, of drawings, and of routes and messages. */
const tables = /^seed\/(catalog|draw)-|^packages\/contracts\/|^apps\/storefront\/src\/texts\//

const files = globSync('{apps,packages,services,local,seed,tests,verify,bench,torture}/**/*.{ts,tsx,mts,mjs}', {
  cwd: project,
  exclude: (name) => /node_modules|(^|\/)dist(-next)?$/.test(name),
})
  .filter((name) => !tests.test(name))
  .map((name) => ({ name, lines: readFileSync(join(project, name), 'utf8').trimEnd().split('\n') }))

test('functions are found and measured', () => {
  assert.ok(files.length > 250, `${files.length} files`)
  assert.deepEqual(
    functionsIn([
      'export async function a(',
      '  b: string,',
      '): Promise<void> {',
      '  const c = (d: string) => {',
      '    if (d) {',
      '      return',
      '    }',
      '  }',
      '}',
      'const e = {',
      '  async f(g) {',
      '    h()',
      '  },',
      '}',
    ]),
    [
      { line: 1, length: 9 },
      { line: 4, length: 5 },
      { line: 11, length: 3 },
    ],
  )
  const found = files.flatMap(({ lines }) => functionsIn(lines))
  assert.ok(found.length > 1_500, `${found.length} functions of more than one line`)
})

test(`no file has more than ${mostLinesOfFile} lines`, () => {
  const long = files.filter(({ name, lines }) => lines.length > mostLinesOfFile && !tables.test(name))
  assert.deepEqual(
    long.map(({ name, lines }) => `${name}: ${lines.length} lines`),
    [],
  )
})

test(`no function has more than ${mostLinesOfFunction} lines`, () => {
  const long = files.flatMap(({ name, lines }) =>
    functionsIn(lines)
      .filter(({ length }) => length > mostLinesOfFunction)
      .map(({ line, length }) => `${name}:${line}: ${length} lines`),
  )
  assert.deepEqual(long, [])
})

/** The functions of more than one line: where each begins (from 1), and how many lines it has with its signature. */
function functionsIn(lines: readonly string[]): { line: number; length: number }[] {
  return lines.flatMap((text, index) => {
    if (!mayOpenBody.test(text) || comment.test(text)) return []
    const indent = indentOf(text)
    // The last line of a signature of several lines begins with what closes it.
    const isFirst = (line: string, at: number) => at <= index && indentOf(line) === indent && !closing.test(line)
    const start = closing.test(text) ? lines.findLastIndex(isFirst) : index
    if (notFunction.test(lines[start] ?? '')) return []
    // An arrow at the end of a line is followed by an expression; everything else ends with a bracket.
    const isAfter = (line: string, at: number) => at > index && line.trim() !== '' && indentOf(line) <= indent
    const isEnd = (line: string, at: number) => at > index && indentOf(line) === indent && closing.test(line)
    const end = text.endsWith('=>') ? lines.findIndex(isAfter) - 1 : lines.findIndex(isEnd)
    return [{ line: start + 1, length: end - start + 1 }]
  })
}

/** Lines that end with an arrow or with the brace after a list of parameters. */
const mayOpenBody = /=>( [({[]+)?$|\)(: .*)? \{$/
const notFunction = /^\s*(\} )?(if|else|for|while|switch|catch|class|interface)\b/
const closing = /^\s*[)}\]]/
const comment = /^\s*(\/\/|\*|\/\*)/

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}
