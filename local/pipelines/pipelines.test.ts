// The pipelines of this project have the form of their kind, keep its rules, and call what exists; each rule is broken once.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import yaml from 'js-yaml'
import { affectedBy, readParts } from './affected.ts'
import { childPipeline } from './child-pipeline.ts'
import { findBrokenGitlabRules } from './gitlab-rules.ts'
import { findWrongForm, type PipelineFile, parse, project, readPipelines } from './pipeline-files.ts'
import { findBrokenRules } from './workflow-rules.ts'

const { github, gitlab } = readPipelines()
const named = (name: string) => github.find(({ file }) => file.endsWith(`/${name}.yml`)) as PipelineFile

test('the pipelines have the form that GitHub and GitLab ask for', () => {
  assert.ok(github.length >= 6)
  assert.deepEqual(
    github.flatMap((one) => findWrongForm(one.file, parse(one).content, 'github-workflow')),
    [],
  )
  assert.deepEqual(findWrongForm(gitlab.file, parse(gitlab).content, 'gitlab-ci'), [])
  for (const changed of ['package.json', 'services/orders/service.ts', 'README.md', 'deploy/chart/Chart.yaml']) {
    const child = childPipeline(affectedBy([changed], readParts()))
    assert.deepEqual(findWrongForm(changed, child, 'gitlab-ci'), [])
  }
})

test('a wrong form is found', () => {
  const broken = (one: PipelineFile, from: string, to: string) => parse(changed(one, from, to)).content
  assert.notDeepEqual(findWrongForm('x', broken(named('main'), 'on:', 'when:'), 'github-workflow'), [])
  assert.notDeepEqual(
    findWrongForm('x', broken(named('check'), 'timeout-minutes: 5', 'timeout-minutes: five'), 'github-workflow'),
    [],
  )
  assert.notDeepEqual(findWrongForm('x', broken(gitlab, 'strategy: depend', 'strategy: follow'), 'gitlab-ci'), [])
  assert.match(parse({ file: 'x', text: 'a: [' }).wrong.join(), /^x: /)
})

test('the pipelines keep the rules', () => {
  assert.deepEqual(github.flatMap(findBrokenRules), [])
  assert.deepEqual(findBrokenGitlabRules(gitlab), [])
})

const hash = '@de0fac2e4500dabe0009e67214ff5f5447ce83dd'
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: GitHub's expressions look like JavaScript's.
/** A workflow, a text in it, what stands there instead, and the sentence about it. */
const brokenWorkflows: [string, string, string, RegExp][] = [
  ['check', 'permissions: {}', 'permissions: read-all', /permissions at the top/],
  ['check', 'permissions: {}', 'name: Check', /permissions at the top|duplicated/],
  ['check', 'pull_request:', 'pull_request_target:', /runs on pull_request_target/],
  ['check', `checkout${hash} # v6.0.2`, 'checkout@v6', /not pinned/],
  ['check', `checkout${hash} # v6.0.2`, `checkout${hash}`, /names no version/],
  ['check', `checkout${hash} # v6.0.2`, `checkout@de0fac2 # v6.0.2`, /not pinned/],
  ['check', 'persist-credentials: false', 'persist-credentials: true', /leaves its token/],
  ['check', 'timeout-minutes: 5', 'name: five', /has no timeout-minutes|duplicated/],
  ['check', 'npm test -- "$PART"', 'echo ${{ github.event.pull_request.title }}', /expression into a script/],
  ['check', 'contents: read', 'contents: write', /may write in pull requests/],
  ['check', 'EVENT: ${{ github.event_name }}', 'EVENT: ${{ secrets.TOKEN }}', /secrets to pull requests/],
  ['image', 'docker login ghcr.io', 'npm ci && docker login ghcr.io', /runs npm although it may write/],
  ['release', 'package-manager-cache: false', 'cache: npm', /may read a cache/],
  ['release', `actions/checkout${hash} # v6.0.2`, `actions/cache${hash} # v6.0.2`, /reads a cache/],
  ['main', './.github/workflows/image.yml', 'other/repository/.github/workflows/image.yml@main', /not pinned/],
]

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: GitHub's expressions look like JavaScript's.

test('a workflow that breaks a rule is refused', () => {
  for (const [name, from, to, sentence] of brokenWorkflows) {
    const found = findBrokenRules(changed(named(name), from, to))
    assert.match(found.join('\n'), sentence, `${name}: ${to}`)
  }
})

const brokenGitlab: [string, string, RegExp][] = [
  ['timeout: 5 minutes', 'allow_failure: true', /has no timeout/],
  [
    ' && $CI_COMMIT_REF_PROTECTED == "true" && $CI_PIPELINE_SOURCE',
    ' && $CI_PIPELINE_SOURCE',
    /sign or deploy from an unprotected/,
  ],
  ['resource_group: production', 'tags: []', /production deploys without a resource group/],
  ['npm run licenses', 'echo $CI_COMMIT_TITLE', /text that strangers write/],
  ['apk add --no-cache cosign skopeo', 'npm ci', /runs npm although it can sign/],
  [
    'variables:\n  NODE',
    'include:\n  - project: a/b\n    ref: main\n    file: c.yml\nvariables:\n  NODE',
    /includes .* not pinned/,
  ],
]

test('a GitLab pipeline that breaks a rule is refused', () => {
  for (const [from, to, sentence] of brokenGitlab) {
    assert.match(findBrokenGitlabRules(changed(gitlab, from, to)).join('\n'), sentence, to)
  }
  const interruptible = gitlab.text.replaceAll('interruptible: false', 'interruptible: true')
  assert.match(
    findBrokenGitlabRules({ ...gitlab, text: interruptible }).join('\n'),
    /production deploys and can be interrupted/,
  )
})

test('every npm command and every file that a pipeline calls exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
  const child = { file: 'child pipeline', text: yaml.dump(childPipeline(affectedBy(['package.json'], readParts()))) }
  const calls = [...github, gitlab, child].flatMap(({ file, text }) =>
    [...text.matchAll(/\bnpm (?:run )?([a-z][\w:-]*)|(?<![\w/.-])((?:local|\.ci|tests|deploy)\/[\w./-]+)/g)].map(
      ([, script, path]) => ({ file, script, path: path?.replace(/\.$/, '') }),
    ),
  )
  assert.ok(calls.length > 20, `${calls.length} calls`)
  const missing = calls.filter(({ script, path }) =>
    script ? !(script in scripts) : !existsSync(join(project, path ?? '')),
  )
  assert.deepEqual(missing, [])
})

function changed(one: PipelineFile, from: string, to: string): PipelineFile {
  assert.ok(one.text.includes(from), `${one.file} has no ${from}`)
  return { ...one, text: one.text.replace(from, () => to) }
}
