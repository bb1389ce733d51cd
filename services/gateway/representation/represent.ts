// Makes of the answer to a read that is not cached what its request asks for: its entity tag, its content coding, or 304.
import { createHash } from 'node:crypto'
import type { Answer, Route } from '@souk/contracts'
import { answerOf, Refusal } from '@souk/service'
import type { HttpRequest } from '../request/request-context.ts'
import { acceptedCoding } from './accepted-coding.ts'
import { compress, etagIn, isPublicRead, isWorthCompressing } from './compression.ts'
import { conditionOf } from './preconditions.ts'

export type Represent = (request: HttpRequest, answer: Answer) => Promise<Answer>

/** Browsers may keep public reads, but ask each time whether they are still true. */
export const keptButAskedFor = 'public, max-age=0, must-revalidate'

/** The function for a route; undefined for changes, which are answered as they are. */
export function representationOf(route: Route): Represent | undefined {
  if (route.method !== 'GET') return undefined
  const isPublic = isPublicRead(route)
  return async (request, answer) => {
    const { headers } = request.raw
    // A service that has looked at If-None-Match leaves If-Match to us, which comes first (RFC 9110, 13.2.2).
    if (answer.status === 304) {
      const refusal = conditionOf({ 'if-match': headers['if-match'] }, answer.headers.etag ?? '')
      return refusal instanceof Refusal ? answerOf(refusal, request.id) : answer
    }
    if (answer.status !== 200) return answer
    const own = answer.headers.etag
    let etag = own ?? (isPublic ? bodyEtag(answer.body) : undefined)
    if (etag === undefined) return answer
    let body = answer.body
    const common: Record<string, string> = isPublic
      ? { 'cache-control': keptButAskedFor, ...answer.headers }
      : { ...answer.headers }
    const coding = isPublic ? acceptedCoding(headers['accept-encoding']) : undefined
    if (coding && isWorthCompressing(answer.headers, body)) {
      const made = await compress(body, coding)
      if (made) {
        body = made
        etag = etagIn(coding, etag)
        common['content-encoding'] = coding
      }
    }
    const condition = conditionOf(headers, etag)
    if (condition === undefined) return { status: 200, headers: { ...common, etag }, body }
    if (condition !== 'not modified') return answerOf(condition, request.id)
    const { 'content-type': _, 'content-encoding': __, ...others } = common
    return { status: 304, headers: { ...others, etag }, body: '' }
  }
}

/** The entity tag of a body that has none of its service: strong, since other bytes have another one. */
export function bodyEtag(body: string | Uint8Array): string {
  return `"${createHash('sha1').update(body).digest('base64url')}"`
}
