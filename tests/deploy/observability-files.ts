// What deploy/observability holds, read as data: rules, alerts, objectives and dashboards.
import { globSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parse } from 'yaml'

const project = resolve(import.meta.dirname, '..', '..')
const observability = join(project, 'deploy', 'observability')

export interface Rule {
  file: string
  alert?: string
  record?: string
  expr: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}
export interface Panel {
  id: number
  type: string
  title: string
  description?: string
  gridPos: { h: number; w: number; x: number; y: number }
  datasource?: { type: string; uid: string }
  fieldConfig?: { defaults: { unit?: string } }
  links?: { url: string }[]
  targets?: { expr: string; datasource: { uid: string } }[]
}
export interface Dashboard {
  file: string
  uid: string
  title: string
  templating: { list: { name: string; type: string; query: unknown }[] }
  panels: Panel[]
}

export const configurations = {
  prometheus: join(observability, 'prometheus.yaml'),
  kubernetes: join(observability, 'prometheus-kubernetes.yaml'),
  alertmanager: join(observability, 'alertmanager.yaml'),
}
export const ruleFiles = globSync(join(observability, 'rules', '*.yaml')).toSorted()
export const rules: Rule[] = ruleFiles.flatMap((path) => {
  const { groups } = parse(readFileSync(path, 'utf8')) as { groups: { rules: Rule[] }[] }
  return groups.flatMap((group) => group.rules.map((rule) => ({ ...rule, file: basename(path) })))
})
export const alerts = rules.filter((rule): rule is Rule & { alert: string } => rule.alert !== undefined)
export const dashboards: Dashboard[] = globSync(join(observability, 'dashboards', '*.json'))
  .toSorted()
  .map((path) => ({ ...JSON.parse(readFileSync(path, 'utf8')), file: basename(path) }))

/** The objective of each SLO. */
export function readTargets(): Record<string, number> {
  return Object.fromEntries(
    rules
      .filter(({ record }) => record === 'souk:slo:target')
      .map(({ labels, expr }) => [labels?.slo, Number(/^vector\(([\d.]+)\)$/.exec(expr)?.[1])]),
  )
}

/** Where the run-books of an alert are: one for each SLO, where it is about several. */
export function runbooksOf({ annotations }: Rule): string[] {
  const url = annotations?.runbook_url ?? ''
  if (!url.includes('{{')) return [url]
  const names = rules.filter(({ record }) => record === 'souk:slo:target').map(({ labels }) => labels?.runbook ?? '')
  return names.map((name) => url.replace('{{ $labels.runbook }}', name))
}

/** Whether a run-book exists and has the heading that the address names. */
export function findsRunbook(url: string): boolean {
  const [, path, anchor] = /^(docs\/runbooks\/[a-z-]+\.md)#([a-z-]+)$/.exec(url) ?? []
  if (!path) return false
  try {
    const headings = [...readFileSync(join(project, path), 'utf8').matchAll(/^#+ (.+)$/gm)]
    return headings.some(([, heading]) => anchorOf(heading as string) === anchor)
  } catch {
    return false // There is no such file.
  }
}

/** As Git hosts make it from a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-')
}
