// Compresses answers. Only public reads, which are the same for everybody: an answer that holds a secret beside what its reader
// can choose would tell the secret by its length (BREACH, https://breachattack.com).
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Route } from '@souk/contracts'
import type { Coding } from './accepted-coding.ts'

/** Smaller answers fit into one packet as they are. */
const leastBytes = 1_024
const compressible = /^(?:text\/(?!event-stream)|application\/(?:[\w.+-]+\+)?(?:json|xml|javascript)\b|image\/svg\+xml)/

/**
 * Measured on product lists of 7, 37 and 225 kB: brotli 4 makes 7 to 10 % of them, in 0.1 to 4 ms of a thread of the pool; 5 and
 * 6 save another twentieth of that for two to five times the time. gzip 4 makes 8 to 12 %, gzip 6 the same.
 */
const brotliOptions = (size: number) => ({
  params: {
    [constants.BROTLI_PARAM_QUALITY]: 4,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: size,
  },
})
const gzipOptions = { level: 4 }

const brotliAsync = promisify(brotliCompress)
const gzipAsync = promisify(gzip)

/** Whether the answers of a route may be compressed, and vary by Accept-Encoding. */
export function isPublicRead({ method, access, cache, sameForEverybody }: Route): boolean {
  return method === 'GET' && access === 'anyone' && (cache !== undefined || sameForEverybody === true)
}

/** Whether compressing this body saves something. */
export function isWorthCompressing(
  headers: Readonly<Record<string, string | string[]>>,
  body: string | Uint8Array,
): boolean {
  if (headers['content-encoding'] !== undefined || body.length < leastBytes) return false
  return compressible.test(String(headers['content-type']))
}

/** The body in a content coding; undefined when that is hardly smaller. */
export async function compress(body: string | Uint8Array, coding: Coding): Promise<Buffer | undefined> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const made = await (coding === 'br' ? brotliAsync(bytes, brotliOptions(bytes.length)) : gzipAsync(bytes, gzipOptions))
  return made.length < bytes.length * 0.9 ? made : undefined
}

/** The entity tag of a body in a content coding: other bytes, so another tag (RFC 9110, 8.8.3.3). */
export function etagIn(coding: Coding, etag: string): string {
  return etag.replace(/"$/, `-${coding}"`)
}
