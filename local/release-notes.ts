// Prints the notes of a release, out of CHANGELOG.md: `node local/release-notes.ts v0.1.0`. It refuses a tag that is not the version of
// package.json, and a version that the changelog does not describe. It needs no package, because a release installs none.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { notesOf } from './pipelines/changelog.ts'

const project = resolve(import.meta.dirname, '..')

process.exitCode = main(process.argv.slice(2))

function main([tag, ...others]: readonly string[]): number {
  const { version } = JSON.parse(readFileSync(resolve(project, 'package.json'), 'utf8'))
  if (others.length > 0 || tag?.startsWith('-')) {
    console.error('Say which release: node local/release-notes.ts v0.1.0. Without a tag: the version of package.json.')
    return 2
  }
  if (tag !== undefined && tag !== `v${version}`) {
    console.error(`The tag ${tag} is not the version of package.json, which is ${version}.`)
    return 1
  }
  try {
    process.stdout.write(notesOf(readFileSync(resolve(project, 'CHANGELOG.md'), 'utf8'), version))
    return 0
  } catch (error) {
    // Everything that can go wrong is in the text of the changelog, and said in one sentence.
    console.error((error as Error).message)
    return 1
  }
}
