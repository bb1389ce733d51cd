// Reads a JSON body: UTF-8 without errors (RFC 8259, 8.1), and no characters that the database cannot hold.
import type { Route } from '@souk/contracts'
import { refuse } from './refusals.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The value of a body that is JSON. Refuses another charset (unsupported-media-type), and bytes that are not UTF-8, broken JSON, NUL
 * and lone surrogates (invalid-request). An empty body is refused, too.
 */
export function readJson(
  route: Route,
  body: string | Uint8Array | undefined,
  contentType: string | undefined,
): unknown {
  refuseOtherCharsets(route, contentType)
  const text = typeof body === 'object' ? decoded(route, body) : (body ?? '')
  if (text.includes('\\u0000'))
    refuse(route, 'invalid-request', 'The body contains a NUL character, which no field can hold.')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    refuse(route, 'invalid-request', text === '' ? 'This request needs a JSON body.' : 'The body is not valid JSON.')
  }
  if (/\\u[dD][89a-fA-F]/.test(text) && hasLoneSurrogate(value)) {
    refuse(route, 'invalid-request', 'The body contains half a character (a lone surrogate), which no field can hold.')
  }
  return value
}

/** ASCII is a part of UTF-8. */
function refuseOtherCharsets(route: Route, contentType: string | undefined): void {
  for (const [, charset = ''] of contentType?.matchAll(/;\s*charset\s*=\s*("[^"]*"|[^;]*)/gi) ?? []) {
    if (/^"?(utf-?8|us-ascii)"?$/i.test(charset.trim())) continue
    refuse(route, 'unsupported-media-type', 'Send the body as UTF-8: application/json, without another charset.')
  }
}

function decoded(route: Route, body: Uint8Array): string {
  try {
    return utf8.decode(body)
  } catch {
    refuse(route, 'invalid-request', 'The body is not valid UTF-8.')
  }
}

/** JSON.stringify escapes lone surrogates, and only those. */
function hasLoneSurrogate(value: unknown): boolean {
  return /\\ud[89a-f]/.test(JSON.stringify(value).replaceAll('\\\\', ''))
}
