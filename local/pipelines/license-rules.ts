// Which licenses the packages of a running shop may have (decided for a shop under MIT that companies change and keep to themselves).

/** Permissive licenses: they ask for their notice, and for nothing of the work that uses them. */
export const allowedLicenses = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]

export interface LicenseException {
  /** Names of packages. */
  packages: RegExp
  license: string
  reason: string
}

export const licenseExceptions: LicenseException[] = [
  {
    packages: /^@img\/sharp-(libvips-[a-z0-9-]+|wasm32|win32-[a-z0-9]+)$/,
    license: 'LGPL-3.0-or-later',
    reason: 'libvips is a library of its own beside ours, which whoever has the shop can replace; its source is public',
  },
]

interface LockedPackage {
  version?: string
  license?: string
  dev?: boolean
  link?: boolean
}

/**
 * One sentence for each package of `lock` (a package-lock.json) that a running shop installs and whose license is missing or not
 * allowed, and for each exception that no package needs.
 */
export function findWrongLicenses(
  lock: { packages: Record<string, LockedPackage> },
  allowed: readonly string[] = allowedLicenses,
  exceptions: readonly LicenseException[] = licenseExceptions,
): string[] {
  const used = new Set<LicenseException>()
  const installed = Object.entries(lock.packages).filter(
    ([path, one]) => /(^|\/)node_modules\//.test(path) && !one.dev && !one.link,
  )
  const wrong = installed.flatMap(([path, { version, license }]) => {
    const name = path.replace(/^.*node_modules\//, '')
    if (!license) return [`${name} ${version} names no license.`]
    const isAllowed = (id: string) => {
      const exception = exceptions.find(({ packages, license }) => license === id && packages.test(name))
      if (exception) used.add(exception)
      return allowed.includes(id) || exception !== undefined
    }
    return satisfies(license, isAllowed) ? [] : [`${name} ${version} is under ${license}, which is not allowed.`]
  })
  const unused = exceptions.filter((exception) => !used.has(exception))
  return [
    ...wrong,
    ...unused.map(({ packages, license }) => `No package needs the exception ${packages} for ${license}.`),
  ]
}

/** Reads an SPDX expression: of alternatives one must do, of licenses joined by AND all. Nested brackets are not read: refused. */
function satisfies(expression: string, isAllowed: (id: string) => boolean): boolean {
  const flat = expression.replace(/^\((.*)\)$/, '$1')
  if (/[()]/.test(flat)) return false
  return flat.split(/\s+OR\s+/).some((joined) =>
    joined
      .split(/\s+AND\s+/)
      .map(isAllowed)
      .every(Boolean),
  )
}
