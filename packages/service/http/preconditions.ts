// The conditions of a request on the version of what it changes: If-Match and If-None-Match (RFC 9110, section 13), and the ETag
// that they compare. Pure functions.
import { hash } from 'node:crypto'
import type { Route } from '@souk/contracts'
import { refuse } from './refusals.ts'

/** What must be true of a stored cart or product before a request changes it. */
export interface Precondition {
  mustExist: boolean
  mustBeNew: boolean
  /** The versions of which it must have one; undefined: any. */
  expectedVersions: number[] | undefined
  /** The versions that it must not have. */
  unwantedVersions: number[] | undefined
}
type Headers = Readonly<Record<string, string | undefined>>

/** One entity tag. Weak ones may differ in bytes, so they never allow a change. */
interface Tag {
  isWeak: boolean
  text: string
}

/** Refuses headers that are not lists of entity tags (invalid-request). */
export function preconditionIn(route: Route, headers: Headers): Precondition {
  const match = tagsIn(route, 'If-Match', headers['if-match'])
  const noneMatch = tagsIn(route, 'If-None-Match', headers['if-none-match'])
  return {
    mustExist: match !== undefined,
    mustBeNew: noneMatch === '*',
    expectedVersions: Array.isArray(match) ? match.filter((tag) => !tag.isWeak).flatMap(versionIn) : undefined,
    unwantedVersions: Array.isArray(noneMatch) ? noneMatch.flatMap(versionIn) : undefined,
  }
}

/** Whether what has this version now (undefined: it does not exist) meets the condition. */
export function isMet(condition: Precondition, version: number | undefined): boolean {
  const { mustExist, mustBeNew, expectedVersions, unwantedVersions } = condition
  if (version === undefined) return !mustExist
  if (mustBeNew || unwantedVersions?.includes(version)) return false
  return expectedVersions?.includes(version) ?? true
}

/** True when the client has what the answer would say: its If-None-Match names the ETag. Weak comparison, as for all reads. */
export function isUnchanged(route: Route, headers: Headers, etag: string): boolean {
  const tags = tagsIn(route, 'If-None-Match', headers['if-none-match'])
  return tags === '*' || (tags?.some((tag) => `"${tag.text}"` === etag) ?? false)
}

/**
 * The strong ETag of something as it is shown: its version, and a hash of the rest, because prices, stock and the names of
 * categories change without the version. Conditions of changes compare the version alone.
 */
export function versionEtag(view: { version: number }): string {
  return `"${view.version}-${hash('sha1', JSON.stringify(view), 'base64url').slice(0, 12)}"`
}

/** The version in an ETag of ours: "3-Ab1...", also with a content coding at its end, or "3". No other tag names a version. */
function versionIn({ text }: Tag): number[] {
  const version = Number(/^(\d{1,10})(?:-[\w-]+)?$/.exec(text)?.[1])
  return version <= 2_147_483_647 ? [version] : []
}

function tagsIn(route: Route, name: string, header: string | undefined): Tag[] | '*' | undefined {
  if (header === undefined) return undefined
  if (header.trim() === '*') return '*'
  const tags: Tag[] = []
  const one = /[\s,]*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)/y
  for (let found = one.exec(header); found; found = one.exec(header)) {
    tags.push({ isWeak: found[1] !== undefined, text: found[2] as string })
    if (header.slice(one.lastIndex).trim() === '') return tags
  }
  refuse(route, 'invalid-request', `${name} is not a list of entity tags like "3", nor *.`)
}
