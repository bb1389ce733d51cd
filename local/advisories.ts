// The advisory check (`npm run advisories`): asks the registry for known vulnerabilities of what the running shop installs, and refuses
// high and critical ones. It needs the network, so it is no part of `npm run check`.
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { findAdvisories, ignoredAdvisories } from './pipelines/advisory-rules.ts'

process.exitCode = main()

function main(): number {
  const { stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
    cwd: resolve(import.meta.dirname, '..'),
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  try {
    const found = findAdvisories(
      JSON.parse(stdout || '{}'),
      ignoredAdvisories,
      Temporal.Now.plainDateISO('UTC').toString(),
    )
    for (const sentence of found) console.error(sentence)
    if (found.length === 0) console.log('No high or critical advisory concerns the running shop.')
    return found.length === 0 ? 0 : 1
  } catch (reason) {
    // Without an answer nothing is known, which must not look like good news.
    console.error(`The registry did not say which vulnerabilities are known: ${(error ?? (reason as Error)).message}`)
    return 1
  }
}
