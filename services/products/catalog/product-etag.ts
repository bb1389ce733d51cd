// The entity tag of a product, and the conditions of a change (RFC 9110, 13.1): nobody overwrites what a colleague has changed.
import { createHash } from 'node:crypto'
import type { Product, productsApi } from '@souk/contracts/products'
import { refuse } from '@souk/service'

type Conditions = Readonly<Record<string, string | undefined>>
type ChangeRoute = typeof productsApi.routes.change | typeof productsApi.routes.remove

/**
 * A strong tag: `"3-…"` for version 3. What follows the version stands for the content, which also depends on the currency and on
 * the names of categories. Conditions of changes compare the version alone.
 */
export function etagOf(product: Product): string {
  const hash = createHash('sha1').update(JSON.stringify(product)).digest('base64url')
  return `"${product.version}-${hash.slice(0, 16)}"`
}

/**
 * Refuses a change whose conditions a product of this version does not meet (version-conflict, 412). If-Match takes `*`, or a list
 * of tags of which one must be the version's: `"3"`, or a whole tag as it was sent. Weak tags match nothing here, as RFC 9110
 * wants. If-None-Match is the opposite.
 */
export function refuseUnmetConditions(route: ChangeRoute, headers: Conditions, version: number): void {
  const { 'if-match': wanted, 'if-none-match': unwanted } = headers
  const isUnmet =
    (wanted !== undefined && !namesVersion(route, 'If-Match', wanted, version, false)) ||
    (unwanted !== undefined && namesVersion(route, 'If-None-Match', unwanted, version, true))
  if (!isUnmet) return
  refuse(route, 'version-conflict', 'Somebody has changed this product since you opened it. Look at it again.', {
    version,
  })
}

/** Refuses what is no list of entity tags (invalid-request); a version without quotation marks is understood. */
function namesVersion(route: ChangeRoute, header: string, list: string, version: number, weakly: boolean): boolean {
  if (list.trim() === '*') return true
  const tags = list.split(',').map((one) => one.trim())
  return tags
    .filter((tag) => tag !== '')
    .map((tag) => {
      const [, weak, opaque] = /^(W\/)?"([\x21\x23-\x7e]*)"$/.exec(tag) ?? [
        undefined,
        undefined,
        /^\d{1,9}$/.exec(tag)?.[0],
      ]
      if (opaque === undefined)
        refuse(route, 'invalid-request', `${header} must hold the product’s ETag or its version, as in "3".`)
      return (weakly || weak === undefined) && versionIn(opaque) === version
    })
    .includes(true)
}

/** The version at the start of a tag: also of one that names a content coding at its end. */
function versionIn(opaque: string): number | undefined {
  const digits = /^(\d{1,9})(?:-|$)/.exec(opaque)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
