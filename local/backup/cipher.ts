// Encryption of a file as a stream: AES-256-GCM in chunks of 1 MiB. The nonce of a chunk is its number and whether it is the last one
// (the STREAM construction), so that chunks cannot be changed, swapped, left out, or cut off. Each file has a key of its own, derived
// with scrypt from the passphrase and a random salt at the beginning of the file.
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'

const magic = Buffer.from('SOUKENC1')
const saltBytes = 16
const chunkBytes = 1024 * 1024
const tagBytes = 16
const scrypt = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }

/** The file is not what was written, or the passphrase is another one: which of both cannot be told apart. */
export class WrongKey extends Error {
  override name = 'WrongKey'
  constructor() {
    super('The key does not fit this back-up.')
  }
}

export function encryptWith(passphrase: string) {
  return async function* encrypt(plain: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const salt = randomBytes(saltBytes)
    const key = keyFrom(passphrase, salt)
    yield Buffer.concat([magic, salt])
    for await (const { chunk, number, isLast } of inChunks(plain, chunkBytes)) {
      const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number, isLast))
      yield Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()])
    }
  }
}

/** Throws WrongKey before it has yielded anything of a chunk that does not fit. */
export function decryptWith(passphrase: string) {
  return async function* decrypt(encrypted: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let key: Buffer | undefined
    const head = magic.length + saltBytes
    for await (const { chunk, number, isLast } of inChunks(encrypted, chunkBytes + tagBytes, head)) {
      if (number === -1) {
        if (!chunk.subarray(0, magic.length).equals(magic)) throw new WrongKey()
        key = keyFrom(passphrase, chunk.subarray(magic.length))
        continue
      }
      if (!key || chunk.length < tagBytes) throw new WrongKey()
      const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number, isLast))
      decipher.setAuthTag(chunk.subarray(chunk.length - tagBytes))
      const plain = decipher.update(chunk.subarray(0, chunk.length - tagBytes))
      try {
        decipher.final()
      } catch {
        throw new WrongKey() // Node says only that the tag differs.
      }
      yield plain
    }
  }
}

function keyFrom(passphrase: string, salt: Buffer): Buffer {
  return scryptSync(passphrase, salt, 32, scrypt)
}

function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(number, 5, 6)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

interface Chunk {
  chunk: Buffer
  /** From 0; -1 for the head. */
  number: number
  isLast: boolean
}

/** Chunks of `size` bytes, of which the last one may be shorter or empty; before them a head of `head` bytes. */
async function* inChunks(source: AsyncIterable<Buffer>, size: number, head = 0): AsyncGenerator<Chunk> {
  let held: Buffer[] = []
  let bytes = 0
  let number = head > 0 ? -1 : 0
  const wanted = () => (number === -1 ? head : size)
  for await (const part of source) {
    held.push(part)
    bytes += part.length
    // A full chunk waits for the byte after it: only then is it known not to be the last one.
    while (bytes > wanted()) {
      const all = Buffer.concat(held)
      yield { chunk: all.subarray(0, wanted()), number, isLast: false }
      held = [all.subarray(wanted())]
      bytes -= wanted()
      number += 1
    }
  }
  if (number >= 0) yield { chunk: Buffer.concat(held), number, isLast: true }
  else if (bytes > 0) throw new WrongKey()
}
