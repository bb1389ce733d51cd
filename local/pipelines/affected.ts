// Which services and packages a change touches, by the import lines of all of them. It needs no package: it runs before an install.
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { targetsIn } from '../imports.ts'

const project = resolve(import.meta.dirname, '../..')

export interface Affected {
  /** Services whose code changed, or a package that they are made of. */
  services: string[]
  /** Folders for `npm test`: the services and packages that can have changed their behavior. */
  tests: string[]
  /** Whether all checks must run: the runner, a setting of the whole project, or a file of unknown kind changed. */
  everything: boolean
  /** Whether the image would differ. */
  image: boolean
  /** Whether what is deployed around the image changed: chart, dashboards, Dockerfile, or their tests. */
  deploy: boolean
}

/** For each service and package, as `services/orders` or `packages/html`: itself and all packages of ours that it is made of. */
export type Parts = ReadonlyMap<string, ReadonlySet<string>>

/** Reads the import lines of all services and packages, their tests included. */
export function readParts(root = project): Parts {
  const direct = new Map<string, Set<string>>()
  for (const manifest of globSync('{services,packages,apps}/*/package.json', { cwd: root })) {
    const part = manifest.split('/').slice(0, 2).join('/')
    const files = globSync(`${part}/**/*.{ts,tsx,mts,mjs,astro}`, {
      cwd: root,
      exclude: (name) => /node_modules|(^|\/)dist(-next)?$/.test(name),
    })
    const targets = files.flatMap((file) => targetsIn(readFileSync(join(root, file), 'utf8')))
    const ours = targets.filter((target) => target.startsWith('@souk/')).map((target) => target.split('/')[1])
    const its = ours.map((name) => `packages/${name}`)
    // It serves what is built there, without an import.
    if (part === 'services/storefront') its.push('apps/storefront')
    direct.set(part, new Set(its))
  }
  return new Map([...direct.keys()].map((part) => [part, madeOf(part, direct)]))
}

function madeOf(part: string, direct: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const found = new Set([part])
  for (const one of found) for (const next of direct.get(one) ?? []) found.add(next)
  return found
}

/** What the files say that changed, as paths from the project's root; files that were deleted or moved away are among them. */
export function affectedBy(changed: readonly string[], parts: Parts): Affected {
  const kinds = changed.map((file) => kindOf(file, parts))
  const everything = kinds.includes('everything')
  const isTouched = (part: string) =>
    everything || changed.some((file) => [...(parts.get(part) ?? [])].some((one) => file.startsWith(`${one}/`)))
  const tests = [...parts.keys()].filter(isTouched).sort()
  return {
    services: tests.filter((part) => part.startsWith('services/')).map((part) => part.slice('services/'.length)),
    tests,
    everything,
    image: everything || kinds.includes('part') || kinds.includes('image'),
    deploy: everything || kinds.includes('deploy') || kinds.includes('image'),
  }
}

type Kind = 'part' | 'image' | 'deploy' | 'text' | 'everything'

/** The first that fits. A file that fits none concerns everything. */
const kindsByPath: readonly (readonly [RegExp, Kind])[] = [
  // The step that checks the pipelines runs with every change.
  [/\.md$|^docs\/|^LICENSE$|^\.github\/|^\.gitlab-ci\.yml$|^local\/pipelines\//, 'text'],
  [/^deploy\/image\/|^(seed|verify)\//, 'image'],
  [/^deploy\/|^tests\/deploy\//, 'deploy'],
]

function kindOf(file: string, parts: Parts): Kind {
  const found = kindsByPath.find(([path]) => path.test(file))
  if (found) return found[1]
  return parts.has(file.split('/').slice(0, 2).join('/')) ? 'part' : 'everything'
}
