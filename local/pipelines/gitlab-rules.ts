// What this project demands of its GitLab pipeline beyond its form.
import { type PipelineFile, parse } from './pipeline-files.ts'

interface Job {
  extends?: string | string[]
  script?: string[]
  trigger?: unknown
  timeout?: string
  rules?: { if?: string }[]
  id_tokens?: unknown
  interruptible?: boolean
  environment?: unknown
  resource_group?: string
}
type Pipeline = Record<string, Job | undefined>

const keywords = ['variables', 'stages', 'workflow', 'default', 'include', 'image', 'services']
/** Texts that whoever pushes a branch chooses. They are variables, so quotes hold them, but none of our jobs needs one. */
const textOfStrangers =
  /\bCI_(COMMIT_(TITLE|MESSAGE|DESCRIPTION|AUTHOR|BRANCH|REF_NAME|TAG_MESSAGE)|MERGE_REQUEST_(TITLE|DESCRIPTION|SOURCE_BRANCH_NAME|LABELS))\b/

/** One sentence for each rule that the pipeline breaks. */
export function findBrokenGitlabRules(pipeline: PipelineFile): string[] {
  const { content, wrong } = parse(pipeline)
  if (wrong.length > 0) return wrong
  const all = content as Pipeline
  const names = Object.keys(all).filter((name) => !keywords.includes(name) && !name.startsWith('.'))
  const jobs = names.map((name) => [name, whole(name, all)] as const)
  const includes = [all.include ?? []].flat().filter((one) => !isPinned(one))
  return [
    ...includes.map((one) => `includes ${JSON.stringify(one)}, which is not pinned by its full hash`),
    ...jobs.flatMap(([name, job]) => brokenBy(job).map((rule) => `${name} ${rule}`)),
  ].map((rule) => `${pipeline.file}: ${rule}.`)
}

/** A job with what it extends. GitLab merges these in order, the job itself last. */
function whole(name: string, all: Pipeline): Job {
  const job = all[name] ?? {}
  const extended = [job.extends ?? []].flat().map((one) => whole(one, all))
  return Object.assign({}, ...extended, job)
}

function brokenBy(job: Job): string[] {
  const script = (job.script ?? []).join('\n')
  const onlyProtected =
    (job.rules ?? []).length > 0 && job.rules?.every((rule) => rule.if?.includes('$CI_COMMIT_REF_PROTECTED == "true"'))
  const broken: string[] = []
  if (!job.trigger && !job.timeout) broken.push('has no timeout')
  if (textOfStrangers.test(script.replaceAll('env.CI_COMMIT_REF_NAME', '')))
    broken.push('uses a text that strangers write')
  if ((job.id_tokens || job.environment) && !onlyProtected) broken.push('can sign or deploy from an unprotected branch')
  if (job.environment && job.interruptible !== false) broken.push('deploys and can be interrupted')
  if (job.environment && !job.resource_group) broken.push('deploys without a resource group')
  if ((job.id_tokens || job.environment) && /\bnpm (ci|i|install|run|test|start|exec)\b|\bnpx\b/.test(script)) {
    broken.push('runs npm although it can sign or deploy')
  }
  return broken
}

function isPinned(include: unknown): boolean {
  const { local, project, ref } = (typeof include === 'object' ? include : {}) as Record<string, unknown>
  return local !== undefined || (project !== undefined && /^[0-9a-f]{40}$/.test(String(ref)))
}
