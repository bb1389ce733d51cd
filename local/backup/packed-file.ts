// A file of a back-up: a tar archive, compressed with zstd and, with a key, encrypted. Its SHA-256 is taken of what is on the disk.
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { decryptWith, encryptWith } from './cipher.ts'
import { packTar, type TarEntry, unpackTar } from './tar.ts'

export interface Packed {
  bytes: number
  sha256: string
}

/** Fast rather than small: the shop needs the processor. */
const level = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** Writes the entries to a file, which only its owner can read, and has it on the disk when it resolves. */
export async function writePacked(path: string, entries: AsyncIterable<TarEntry>, key?: string): Promise<Packed> {
  const hash = createHash('sha256')
  let bytes = 0
  async function* seal(compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of key === undefined ? compressed : encryptWith(key)(compressed)) {
      hash.update(chunk)
      bytes += chunk.length
      yield chunk
    }
  }
  const file = createWriteStream(path, { mode: 0o600, flush: true })
  await pipeline(packTar(entries), createZstdCompress(level), seal, file)
  return { bytes, sha256: hash.digest('hex') }
}

/** Calls `take` for each entry, in order. Throws WrongKey, or when the file is damaged. */
export async function readPacked(
  path: string,
  key: string | undefined,
  take: (entry: TarEntry) => Promise<void>,
): Promise<void> {
  const unseal = (sealed: AsyncIterable<Buffer>) => (key === undefined ? sealed : decryptWith(key)(sealed))
  await pipeline(createReadStream(path), unseal, createZstdDecompress(), async (plain: AsyncIterable<Buffer>) => {
    for await (const entry of unpackTar(plain)) await take(entry)
  })
}

export async function hashOf(path: string): Promise<Packed> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
}
