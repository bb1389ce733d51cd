// Everything that must hold before a commit (`npm run check`): types, then lint and format, then all tests. It stops at
// the first that fails.
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'

const project = resolve(import.meta.dirname, '..')
const tools = join(project, 'node_modules')
const steps = [
  { name: 'Types', words: [join(tools, 'typescript', 'bin', 'tsc'), '--noEmit', '-p', project] },
  { name: 'Lint and format', words: [join(tools, '@biomejs', 'biome', 'bin', 'biome'), 'check', '.'] },
  { name: 'Tests', words: [join(project, 'local', 'test.ts'), ...process.argv.slice(2)] },
]

// Ctrl-C reaches the running step as well; waiting for it lets the tests put everything away.
process.on('SIGINT', () => {})
for (const { name, words } of steps) {
  console.log(`${name} …`)
  const { status } = spawnSync(process.execPath, words, { cwd: project, stdio: 'inherit' })
  if (status !== 0) {
    console.error(`${name}: not in order (see above).`)
    process.exit(status ?? 1)
  }
}
console.log('All in order.')
