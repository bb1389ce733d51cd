// A back-up's files: what was packed comes out again, and nothing that was changed, cut or sealed with another key does.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { decryptWith, encryptWith } from './cipher.ts'
import { readPacked, writePacked } from './packed-file.ts'
import type { TarEntry } from './tar.ts'

const folder = mkdtempSync(join(tmpdir(), 'souk-packed-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const key = 'a key with enough characters'

async function* chunks(...all: Buffer[]): AsyncGenerator<Buffer> {
  yield* all
}
async function unpacked(path: string, withKey?: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>()
  await readPacked(path, withKey, async ({ path: name, content }) => {
    found.set(name, Buffer.concat(await Array.fromAsync(content)))
  })
  return found
}
async function decrypted(sealed: Buffer, withKey = key): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(decryptWith(withKey)(chunks(sealed))))
}
const sealed = async (plain: Buffer) => Buffer.concat(await Array.fromAsync(encryptWith(key)(chunks(plain))))

test('files come out as they went in, with long names, empty, shrunken and grown ones', async () => {
  const long = `${'folder/'.repeat(20)}${'n'.repeat(60)}`
  const large = randomBytes(3_000_000)
  async function* entries(): AsyncGenerator<TarEntry> {
    yield { path: 'empty', size: 0, content: chunks() }
    yield { path: 'folder/', size: 0, content: chunks() }
    yield { path: long, size: 3, content: chunks(Buffer.from('abc')) }
    yield { path: 'large', size: large.length, content: chunks(large.subarray(0, 7), large.subarray(7)) }
    yield { path: 'shrunken', size: 5, content: chunks(Buffer.from('ab')) }
    yield { path: 'grown', size: 2, content: chunks(Buffer.from('abc'), Buffer.from('def')) }
  }
  for (const withKey of [undefined, key]) {
    const path = join(folder, `packed-${withKey ? 'sealed' : 'open'}`)
    await writePacked(path, entries(), withKey)
    const found = await unpacked(path, withKey)
    assert.deepEqual([...found.keys()], ['empty', 'folder/', long, 'large', 'shrunken', 'grown'])
    assert.ok(found.get('large')?.equals(large))
    assert.deepEqual(
      [long, 'shrunken', 'grown'].map((name) => String(found.get(name))),
      ['abc', 'ab\0\0\0', 'ab'],
    )
  }
})

test('a name that leads out of the folder is refused', async () => {
  const path = join(folder, 'outside')
  await writePacked(path, chunksOf({ path: '../outside', size: 0, content: chunks() }))
  await assert.rejects(unpacked(path), /wrong name/)
})
async function* chunksOf(...all: TarEntry[]): AsyncGenerator<TarEntry> {
  yield* all
}

test('an encrypted file opens with its key alone, and only whole and in order', async () => {
  const chunk = 1024 * 1024
  for (const size of [0, 1, chunk, chunk + 1, 2 * chunk]) {
    const plain = randomBytes(size)
    assert.ok((await decrypted(await sealed(plain))).equals(plain), `${size} bytes`)
  }
  const file = await sealed(randomBytes(2 * chunk + 5))
  const [head, part] = [24, chunk + 16]
  const changed = Buffer.from(file)
  changed[head + 10]! ^= 1
  const swapped = Buffer.concat([
    file.subarray(0, head),
    file.subarray(head + part, head + 2 * part),
    file.subarray(head, head + part),
    file.subarray(head + 2 * part),
  ])
  const wrong = [changed, swapped, file.subarray(0, head + 2 * part), file.subarray(0, -1), file.subarray(0, 10)]
  for (const one of wrong) await assert.rejects(decrypted(one), { name: 'WrongKey' })
  await assert.rejects(decrypted(file, 'another key, as long'), { name: 'WrongKey' })
})

test('a file that is cut off is refused without a key, too', async () => {
  const path = join(folder, 'cut')
  await writePacked(path, chunksOf({ path: 'large', size: 300_000, content: chunks(randomBytes(300_000)) }))
  writeFileSync(path, readFileSync(path).subarray(0, 100_000))
  await assert.rejects(unpacked(path))
})
