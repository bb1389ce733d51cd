// Renders the chart for tests: `helm template` with the values of a case, read as objects. A tool that is missing fails the test with a
// sentence that names it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseAllDocuments, stringify } from 'yaml'

export const project = resolve(import.meta.dirname, '..', '..')
export const chart = join(project, 'deploy', 'chart')
/** The oldest Kubernetes that Chart.yaml accepts has it, too: helm knows no version of its own when it was built from source. */
const kubeVersion = '1.35.0'
/** Helm and Kubernetes read YAML 1.1, where `off` without quotes is false. */
const version = '1.1'
const folder = mkdtempSync(join(tmpdir(), 'souk-chart-'))
let files = 0

export type Tree = { [key: string]: Tree } & Tree[]
export interface Manifest {
  apiVersion: string
  kind: string
  metadata: { name: string; labels: Record<string, string>; annotations?: Record<string, string> }
  spec: Tree
  data?: Record<string, string>
}
export interface Case {
  /** One of the chart's own value files, without values- and .yaml. */
  file?: 'one' | 'small' | 'large'
  values?: object
}

/** What every installation adds: image, address, and what is outside of the chart. */
export const ofTheSite = {
  image: { repository: 'registry.example/souk', digest: `sha256:${'a'.repeat(64)}` },
  publicUrl: 'https://shop.example',
  networkPolicy: {
    ingressFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress' } } }],
    metricsFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
    databases: { to: [{ ipBlock: { cidr: '10.20.0.0/24' } }] },
    broker: { to: [{ ipBlock: { cidr: '10.20.1.0/24' } }] },
    redis: { to: [{ ipBlock: { cidr: '10.20.2.0/24' } }] },
    collector: { to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'observability' } } }] },
  },
}

/** Runs a tool. Throws a sentence when it is not installed; otherwise returns how it ended and all that it said. */
export function runTool(tool: string, words: readonly string[], input?: string) {
  const { error, status, stdout, stderr } = spawnSync(tool, words, { cwd: project, encoding: 'utf8', input })
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
    throw new Error(
      `${tool} is not installed or not in PATH: PATH=$PATH:$(.ci/install-deploy-tools) npm run test:deploy`,
    )
  if (error) throw error
  return { status, stdout, stderr }
}

/** The words for helm that name the chart, the file and the values of a case. */
export function wordsOf({ file, values }: Case, site: object = ofTheSite): string[] {
  return [chart, '--kube-version', kubeVersion, ...valueFiles(file, site, values)]
}

function valueFiles(file: string | undefined, ...more: (object | undefined)[]): string[] {
  const own = file ? [join(chart, `values-${file}.yaml`)] : []
  const written = more.filter(Boolean).map((values) => {
    const path = join(folder, `${++files}.yaml`)
    writeFileSync(path, stringify(values, { version }))
    return path
  })
  return [...own, ...written].flatMap((path) => ['--values', path])
}

/** What helm says of a case: the YAML, or why it is refused. */
export function template(one: Case, site?: object) {
  return runTool('helm', ['template', 'souk', '--namespace', 'shop', ...wordsOf(one, site)])
}
const rendered = new Map<string, Manifest[]>()

/** The objects of a case, which tests must not change. Throws when it is refused. */
export function render(one: Case): Manifest[] {
  const key = JSON.stringify(one)
  const known = rendered.get(key) ?? objectsIn(template(one))
  rendered.set(key, known)
  return known
}

function objectsIn({ status, stdout, stderr }: ReturnType<typeof template>): Manifest[] {
  if (status !== 0) throw new Error(stderr)
  return parseAllDocuments(stdout, { version })
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null)
}

/** The template of the pods of an object; undefined when it makes none. */
export function podOf({ kind, spec }: Manifest): { metadata: Tree; spec: Tree } | undefined {
  const template = kind === 'CronJob' ? spec.jobTemplate?.spec?.template : spec?.template
  return template as { metadata: Tree; spec: Tree } | undefined
}
