// Conditional reads: 304 to a client that has the answer already, 412 to one that wants another (RFC 9110, 13). Changes check
// their conditions in the service that owns what is changed.
import type { IncomingHttpHeaders } from 'node:http'
import { commonRefusals } from '@souk/contracts'
import { Refusal } from '@souk/service'

/** What the conditions of a read make of an answer with this entity tag; undefined: it is sent. */
export function conditionOf(headers: IncomingHttpHeaders, etag: string): 'not modified' | Refusal | undefined {
  const { 'if-match': wanted, 'if-none-match': known } = headers
  if (wanted !== undefined && !isAmong(wanted, etag, false))
    return new Refusal(
      'precondition-failed',
      commonRefusals['precondition-failed'],
      'It is not, or no longer, the version that If-Match names.',
    )
  if (known !== undefined && isAmong(known, etag, true)) return 'not modified'
  return undefined
}

/**
 * Whether a list of entity tags names this one. `weakly`: a weak tag matches the strong one, too, as for If-None-Match, because
 * proxies weaken the tags that they pass on; for If-Match it does not.
 */
function isAmong(list: string, etag: string, weakly: boolean): boolean {
  if (list === etag || list.trim() === '*') return true
  return list.split(',').some((one) => {
    const tag = one.trim()
    return (weakly ? tag.replace(/^W\//, '') : tag) === etag
  })
}
