// `npm run new-service -- shipping`: writes a small service that runs: a contract with two routes and a message, a table, the stories,
// a test; and adds it to the lists that name all services. It writes nothing when something is in the way.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { filesOfService, namesFor } from './new-service-files.ts'

const project = resolve(import.meta.dirname, '..')
const [name = '', ...more] = process.argv.slice(2)
const reserved = ['bus', 'souk', 'postgres', 'index', 'apis', 'basics', 'client', 'define', 'text', 'internal']

try {
  if (more.length > 0 || !/^[a-z][a-z]{2,29}$/.test(name))
    throw new Error(
      'Usage: npm run new-service -- shipping\n  A name has 3 to 30 lowercase letters, and no digits or hyphens.',
    )
  const changes = new Map([...filesOfService(name), ...changedLists(name)])
  refuseWhatIsInTheWay(name, [...changes.keys()])
  writeAll(changes)
  link(name)
  format([...changes.keys()])
  process.stdout.write(outcome(name))
} catch (error) {
  process.stderr.write(`\n  ${(error as Error).message}\n\n`)
  process.exitCode = 1
}

/** Throws a sentence when the name is taken, or a file that would be written has changes that are not committed. */
function refuseWhatIsInTheWay(name: string, files: readonly string[]): void {
  const taken = [`services/${name}`, `packages/contracts/${name}.ts`].find((path) => existsSync(join(project, path)))
  if (taken || reserved.includes(name))
    throw new Error(`The name ${name} is taken${taken ? `: ${taken} is there` : ''}.`)
  const dirty = changedFiles().filter((file) => files.includes(file))
  if (dirty.length > 0)
    throw new Error(
      `Commit or undo your changes of ${dirty.join(', ')} first. Then git can undo what this command does.`,
    )
}

/** Without git, nothing is known to be changed. */
function changedFiles(): string[] {
  try {
    return execFileSync('git', ['status', '--porcelain'], { cwd: project, encoding: 'utf8', stdio: 'pipe' })
      .split('\n')
      .map((line) => line.slice(3))
  } catch {
    return []
  }
}

/** The files that list all services, with this one. Throws when one of them is not as expected; nothing is written then. */
function changedLists(name: string): [string, string][] {
  const { api } = namesFor(name)
  const port = nextPort()
  return [
    edit('packages/contracts/define.ts', [[/(export type ServiceName =[^\n]*(?:\n {2}\|[^\n]*)*)/, `$1 | '${name}'`]]),
    edit('packages/contracts/apis.ts', [
      [/(import \* as products from '.\/products.ts'\n)/, `$1import * as ${name} from './${name}.ts'\n`],
      [/(\n {2}gatewayApi,\n)/, `\n  ${name}.${api},$1`],
      [/(\[\s*users,[^\]]*\w)(,?\s*\]\s*\.flatMap)/, `$1, ${name}$2`],
    ]),
    edit('services/all-services.ts', [
      [/(import { products } from [^\n]*\n)/, `$1import { ${name} } from './${name}/service.ts'\n`],
      [/,(\s*)gateway(,?\s*)\]/, `,$1${name},$1gateway$2]`],
    ]),
    edit('local/ports.ts', [[/( {2}notifications: \d+,\n)/, `$1  ${name}: ${port},\n`]]),
    edit('local/machine.ts', [[/(databaseNames = \[[^\]]*)'bus'/, `$1'${name}', 'bus'`]]),
    edit('deploy/chart/values.yaml', [
      [/( {4}isPublic: true\n {4}calls: \[[^\]\n]*)\]/, `$1, ${name}]`],
      [/( {2}notifications:\n {4}calls: )/, `  ${name}:\n    calls: []\n    database: {}\n$1`],
    ]),
    edit('README.md', [[/(\| `services\/\*` \|[^\n]*\n)/, `$1| \`services/${name}\` | say here what it is for |\n`]]),
    ['package-lock.json', lockWith(name)],
  ]
}

function edit(file: string, replacements: [RegExp, string][]): [string, string] {
  let text = readFileSync(join(project, file), 'utf8')
  for (const [pattern, replacement] of replacements) {
    if (!pattern.test(text)) throw new Error(`${file} does not look as expected (${pattern}), so nothing was written.`)
    text = text.replace(pattern, replacement)
  }
  return [file, text]
}

function nextPort(): number {
  const ports = [...readFileSync(join(project, 'local/ports.ts'), 'utf8').matchAll(/^ {2}[a-z]+: (41\d\d),$/gm)]
  return Math.max(...ports.map(([, port]) => Number(port))) + 1
}

/** npm's lock with the package as npm would add it, so that the next command has nothing to install. */
function lockWith(name: string): string {
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'))
  lock.packages = sorted({ ...lock.packages, ...lockEntries(name) })
  return `${JSON.stringify(lock, null, 2)}\n`
}

function lockEntries(name: string) {
  const manifest = JSON.parse(filesOfService(name).find(([file]) => file.endsWith('package.json'))?.[1] ?? '')
  const { version, license, dependencies } = manifest
  return {
    [`node_modules/@souk/${name}`]: { resolved: `services/${name}`, link: true },
    [`services/${name}`]: { name: manifest.name, version, license, dependencies },
  }
}

function sorted(packages: Record<string, unknown>) {
  return Object.fromEntries(Object.entries(packages).sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** As `npm install` would, in the folder of installed packages. */
function link(name: string): void {
  const list = join(project, 'node_modules/.package-lock.json')
  const to = join(project, 'node_modules/@souk', name)
  if (!existsSync(list) || existsSync(to)) return
  symlinkSync(`../../services/${name}`, to)
  const installed = JSON.parse(readFileSync(list, 'utf8'))
  installed.packages = sorted({ ...installed.packages, ...lockEntries(name) })
  writeFileSync(list, `${JSON.stringify(installed, null, 2)}\n`)
}

/** When one file cannot be written, those before it are as they were. */
function writeAll(changes: ReadonlyMap<string, string>): void {
  const undo: (() => void)[] = []
  try {
    for (const [file, text] of changes) {
      const path = join(project, file)
      const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined
      mkdirSync(dirname(path), { recursive: true })
      undo.push(() => (before === undefined ? rmSync(path, { force: true }) : writeFileSync(path, before)))
      writeFileSync(path, text)
    }
  } catch (error) {
    for (const one of undo.reverse()) one()
    rmSync(join(project, 'services', name), { recursive: true, force: true })
    throw error
  }
}

/** Puts lists in order and lines at their length, when the formatter is installed. */
function format(files: readonly string[]): void {
  const biome = join(project, 'node_modules/@biomejs/biome/bin/biome')
  if (!existsSync(biome)) return
  const words = ['check', '--write', ...files.filter((file) => file.endsWith('.ts'))]
  execFileSync(process.execPath, [biome, ...words], { cwd: project, stdio: 'pipe' })
}

function outcome(name: string): string {
  return `
  The ${name} service is there. It runs:

  npm test -- services/${name}     its test
  npm start                        then GET /v1/${name} answers

  Change packages/contracts/${name}.ts first; the compiler names what else must change.
`
}
