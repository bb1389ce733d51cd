// What this project demands of its GitHub workflows beyond their form: least rights, pinned actions, no text of strangers in a shell.
import { type PipelineFile, parse } from './pipeline-files.ts'

interface Step {
  uses?: string
  run?: string
  with?: Record<string, unknown>
}
interface Job {
  uses?: string
  permissions?: Record<string, string> | string
  environment?: unknown
  'timeout-minutes'?: number
  steps?: Step[]
}
interface Workflow {
  on?: string | string[] | Record<string, unknown>
  permissions?: unknown
  jobs?: Record<string, Job>
}

/** Events in which GitHub gives the rights of this repository to a change that may come from anybody. */
const dangerousEvents = ['pull_request_target', 'workflow_run', 'issue_comment']
const pinned = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/
const versionComment = /@[0-9a-f]{40} # v\d+\.\d+\.\d+$/

/** One sentence for each rule that a workflow breaks. */
export function findBrokenRules(workflow: PipelineFile): string[] {
  const { content, wrong } = parse(workflow)
  if (wrong.length > 0) return wrong
  const { on = {}, permissions, jobs = {} } = content as Workflow
  const events = typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys(on)
  const isForStrangers = events.includes('pull_request')
  return [
    ...(isEmpty(permissions) ? [] : ['permissions at the top are not {}']),
    ...dangerousEvents.filter((event) => events.includes(event)).map((event) => `runs on ${event}`),
    ...(isForStrangers && /\bsecrets\s*[.[:]/.test(workflow.text) ? ['gives secrets to pull requests'] : []),
    ...(workflow.text.match(/uses:.*@[0-9a-f]{40}.*$/gm) ?? [])
      .filter((line) => !versionComment.test(line))
      .map((line) => `names no version beside the hash: ${line}`),
    ...Object.entries(jobs).flatMap(([name, job]) => brokenByJob(job, isForStrangers).map((rule) => `${name} ${rule}`)),
  ].map((rule) => `${workflow.file}: ${rule}.`)
}

function brokenByJob(job: Job, isForStrangers: boolean): string[] {
  const rights = typeof job.permissions === 'string' ? [job.permissions] : Object.values(job.permissions ?? {})
  const mayWrite = rights.some((right) => right.startsWith('write'))
  const isTrusted = mayWrite || job.environment !== undefined
  const rules = [
    ...(typeof job.permissions === 'string' ? ['takes all rights at once'] : []),
    ...(mayWrite && isForStrangers ? ['may write in pull requests'] : []),
    ...(job.uses || job['timeout-minutes'] ? [] : ['has no timeout-minutes']),
  ]
  return [...rules, ...[job, ...(job.steps ?? [])].flatMap((step) => brokenByStep(step, isTrusted))]
}

function brokenByStep(step: Step, isTrusted: boolean): string[] {
  const { uses = '', run = '' } = step
  const asFalse = (name: string) => String(step.with?.[name]) === 'false'
  const broken: string[] = []
  if (uses && !uses.startsWith('./') && !pinned.test(uses))
    broken.push(`uses ${uses}, which is not pinned by its full hash`)
  if (uses.startsWith('actions/checkout@') && !asFalse('persist-credentials'))
    broken.push('leaves its token in the checkout')
  // A shell sees an expression as program text, so every value reaches it by the environment, also one that looks harmless.
  if (/\$\{\{/.test(run) || /\$\{\{/.test(String(step.with?.script ?? '')))
    broken.push('puts an expression into a script')
  if (!isTrusted) return broken
  if (uses.startsWith('actions/cache')) broken.push('reads a cache although it may write')
  if (uses.startsWith('actions/setup-') && !asFalse('package-manager-cache'))
    broken.push('may read a cache although it may write')
  if (/\bnpm (ci|i|install|run|test|start|exec)\b|\bnpx\b/.test(run)) broken.push('runs npm although it may write')
  return broken
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
