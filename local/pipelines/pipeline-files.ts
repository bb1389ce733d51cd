// Reads the pipelines of this project, and checks their form against the schemas that GitHub's and GitLab's editors use.
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import yaml from 'js-yaml'

export const project = resolve(import.meta.dirname, '../..')

export interface PipelineFile {
  /** From the project's root. */
  file: string
  text: string
}

/** The workflows of GitHub, and the pipeline of GitLab. */
export function readPipelines(root = project): { github: PipelineFile[]; gitlab: PipelineFile } {
  const read = (file: string) => ({ file, text: readFileSync(join(root, file), 'utf8') })
  return { github: globSync('.github/workflows/*.yml', { cwd: root }).sort().map(read), gitlab: read('.gitlab-ci.yml') }
}

/** What a pipeline says, or a sentence that says why it is no YAML. */
export function parse({ file, text }: PipelineFile): { content: unknown; wrong: string[] } {
  try {
    return { content: yaml.load(text), wrong: [] }
  } catch (error) {
    // The reader's own sentence names the line.
    return { content: undefined, wrong: [`${file}: ${(error as Error).message}`] }
  }
}

type Kind = 'github-workflow' | 'gitlab-ci'
const validators = new Map<Kind, ReturnType<typeof makeValidator>>()

function makeValidator(kind: Kind) {
  const schema = JSON.parse(readFileSync(join(import.meta.dirname, 'schemas', `${kind}.json`), 'utf8'))
  const ajv = new Ajv({ strict: false, allErrors: true })
  formats.default(ajv)
  return ajv.compile(schema)
}

/** One sentence for each place where the content does not have the form of its kind. */
export function findWrongForm(file: string, content: unknown, kind: Kind): string[] {
  const validate = validators.get(kind) ?? makeValidator(kind)
  validators.set(kind, validate)
  validate(content)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${file}${instancePath}: ${message}`)
}
