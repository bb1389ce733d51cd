// The newest actionlint on the GitHub workflows. It must be installed: `.ci/install-deploy-tools` does that.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { type PipelineFile, readPipelines } from '../../local/pipelines/pipeline-files.ts'

test('actionlint finds nothing in the workflows, and finds a mistake', () => {
  const { github } = readPipelines()
  for (const workflow of github) assert.deepEqual(lint(workflow), { code: 0, output: '' }, workflow.file)
  const [first] = github as [PipelineFile]
  const { code, output } = lint({ ...first, text: first.text.replace('runs-on:', 'needs: [nobody]\n    runs-on:') })
  assert.equal(code, 1)
  assert.match(output, /nobody/)
})

function lint({ file, text }: PipelineFile) {
  const words = ['-shellcheck=', '-pyflakes=', '-stdin-filename', file, '-']
  const { status, stdout, error } = spawnSync('actionlint', words, { input: text, encoding: 'utf8' })
  assert.ok(
    !error,
    'actionlint is not installed: run .ci/install-deploy-tools, and put the folder that it prints into PATH.',
  )
  return { code: status, output: stdout }
}
