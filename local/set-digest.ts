// Sets the image that an environment runs: `node local/set-digest.ts VALUES sha256:…`. It needs no package, because pipelines run it with
// the right to propose to an environment.
import { readFileSync, writeFileSync } from 'node:fs'
import { withDigest } from './pipelines/values-digest.ts'

process.exitCode = main(process.argv.slice(2))

function main([file, digest, ...others]: readonly string[]): number {
  if (!file || !digest || others.length > 0) {
    console.error('Say which file and which image: node local/set-digest.ts environments/staging/values.yaml sha256:…')
    return 2
  }
  try {
    writeFileSync(file, withDigest(readFileSync(file, 'utf8'), digest))
    return 0
  } catch (error) {
    // A missing file or a wrong word is said in one sentence; the file is as it was.
    console.error(`${file}: ${(error as Error).message}`)
    return 1
  }
}
