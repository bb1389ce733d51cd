// Which services a change touches, for pipelines: `node local/affected.ts origin/main` compares HEAD with where it left that branch,
// `--all` takes every file as changed. `--github` prints lines for $GITHUB_OUTPUT, `--gitlab` a child pipeline. It needs Node 24 or
// newer and git, but no package, so that it runs before an install.
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { type Affected, affectedBy, readParts } from './pipelines/affected.ts'
import { childPipeline } from './pipelines/child-pipeline.ts'

const project = resolve(import.meta.dirname, '..')

/** A path that belongs to no part concerns everything. */
const everyFile = ['.']

/** The files that differ between HEAD and where it left `base`; undefined when git cannot tell, which it explains on stderr. */
export function changedSince(base: string, root = project): string[] | undefined {
  const words = ['diff', '--name-only', '--no-renames', '-z', '--end-of-options', `${base}...HEAD`, '--']
  const { status, stdout } = spawnSync('git', words, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return status === 0 ? stdout.split('\0').filter(Boolean) : undefined
}

function main(words: readonly string[]): number {
  const [base, ...others] = words.filter((word) => !['--github', '--gitlab'].includes(word))
  if (!base || others.length > 0 || (base.startsWith('-') && base !== '--all')) {
    console.error('Say with what to compare: node local/affected.ts [--github | --gitlab] (BRANCH | --all)')
    return 2
  }
  const changed = base === '--all' ? everyFile : changedSince(base)
  if (!changed) {
    // git has said why on stderr.
    console.error(`Cannot compare with ${base}. Fetch it first, with its history.`)
    return 1
  }
  const affected = affectedBy(changed, readParts())
  if (words.includes('--gitlab')) console.log(JSON.stringify(childPipeline(affected), null, 2))
  else if (words.includes('--github')) console.log(asOutputs(affected))
  else console.log(JSON.stringify(affected, null, 2))
  return 0
}

/** One line for each value, as GitHub reads the outputs of a step. */
function asOutputs(affected: Affected): string {
  return Object.entries(affected)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join('\n')
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2))
