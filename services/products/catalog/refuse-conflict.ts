// The conditions of a change of a product (RFC 9110, 13.1): nobody overwrites what a colleague has changed.
import type { productsApi } from '@souk/contracts/products'
import { isMet, preconditionIn, refuse } from '@souk/service'

type Headers = Readonly<Record<string, string | undefined>>
type ChangeRoute = typeof productsApi.routes.change | typeof productsApi.routes.remove

/** Refuses a change whose conditions a product of this version does not meet (version-conflict, 412). */
export function refuseConflict(route: ChangeRoute, headers: Headers, version: number): void {
  const condition = preconditionIn(route, {
    'if-match': quoted(headers['if-match']),
    'if-none-match': quoted(headers['if-none-match']),
  })
  if (isMet(condition, version)) return
  refuse(route, 'version-conflict', 'Somebody has changed this product since you opened it. Look at it again.', {
    version,
  })
}

/** A version without quotation marks is understood, because it was accepted before products had entity tags. */
function quoted(header: string | undefined): string | undefined {
  return header?.replace(/^\s*(\d+)\s*$/, '"$1"')
}
