// Makes tests/deploy/schemas/ anew from the API definition of Kubernetes: `node tests/deploy/cut-schemas.ts SWAGGER_JSON`. One JSON schema for
// each kind that the chart makes, strict: a field that Kubernetes does not know is refused.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const kinds = {
  'io.k8s.api.apps.v1.Deployment': 'deployment-apps-v1',
  'io.k8s.api.apps.v1.StatefulSet': 'statefulset-apps-v1',
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler': 'horizontalpodautoscaler-autoscaling-v2',
  'io.k8s.api.batch.v1.CronJob': 'cronjob-batch-v1',
  'io.k8s.api.batch.v1.Job': 'job-batch-v1',
  'io.k8s.api.core.v1.ConfigMap': 'configmap-v1',
  'io.k8s.api.core.v1.Service': 'service-v1',
  'io.k8s.api.core.v1.ServiceAccount': 'serviceaccount-v1',
  'io.k8s.api.networking.v1.Ingress': 'ingress-networking-v1',
  'io.k8s.api.networking.v1.NetworkPolicy': 'networkpolicy-networking-v1',
  'io.k8s.api.policy.v1.PodDisruptionBudget': 'poddisruptionbudget-policy-v1',
}
type Schema = Record<string, unknown>

const [file] = process.argv.slice(2)
if (!file) {
  console.error(
    'Usage: node tests/deploy/cut-schemas.ts SWAGGER_JSON (api/openapi-spec/swagger.json of the Kubernetes sources)',
  )
  process.exit(2)
}
const { definitions } = JSON.parse(readFileSync(file, 'utf8')) as { definitions: Record<string, Schema> }
for (const [kind, name] of Object.entries(kinds)) {
  const used: Record<string, Schema> = {}
  take(kind, used)
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $ref: `#/definitions/${kind}`,
    definitions: used,
  }
  writeFileSync(join(import.meta.dirname, 'schemas', `${name}.json`), `${JSON.stringify(schema)}\n`)
}

/** Adds a definition and all that it refers to, without descriptions. */
function take(name: string, used: Record<string, Schema>): void {
  if (used[name]) return
  const definition = definitions[name]
  if (!definition) throw new Error(`The file has no definition of ${name}.`)
  const strict = strictOf(definition)
  used[name] = strict
  for (const [, other] of JSON.stringify(strict).matchAll(/"#\/definitions\/([^"]+)"/g)) take(other as string, used)
}

function strictOf(definition: Schema): Schema {
  const plain = JSON.parse(
    JSON.stringify(definition, (key, value) => (key.startsWith('x-') || isText(key, value) ? undefined : value)),
  )
  if (plain.format === 'int-or-string') return { oneOf: [{ type: 'string' }, { type: 'integer' }] }
  return plain.properties ? { additionalProperties: false, ...plain } : plain
}

/** A description; `description` may also be the name of a property, which holds a schema. */
function isText(key: string, value: unknown): boolean {
  return key === 'description' && typeof value === 'string'
}
