// A tar archive (ustar) as a stream of chunks, and back: what a back-up is packed in, so that an unencrypted one can be unpacked with
// usual tools. It holds folders and plain files.
export interface TarEntry {
  /** Relative, with slashes; a folder's ends with one. */
  path: string
  size: number
  content: AsyncIterable<Buffer>
}

const block = 512
const longestName = 100
const longestPrefix = 155

/** Packs entries, one after the other. Content that ends early is filled with zeros; more than `size` is left out. */
export async function* packTar(entries: AsyncIterable<TarEntry>): AsyncGenerator<Buffer> {
  for await (const { path, size, content } of entries) {
    yield headerOf(path, size)
    let left = size
    for await (const chunk of content) {
      const part = chunk.length > left ? chunk.subarray(0, left) : chunk
      if (part.length > 0) yield part
      left -= part.length
      if (left === 0) break
    }
    for (; left > 0; left -= Math.min(left, 65_536)) yield Buffer.alloc(Math.min(left, 65_536))
    yield Buffer.alloc(padding(size))
  }
  yield Buffer.alloc(2 * block)
}

/** Unpacks entries. The content of each must be read to its end before the next is asked for. Throws when the archive is cut short. */
export async function* unpackTar(chunks: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const reader = readerOf(chunks)
  for (;;) {
    const header = await reader.exactly(block)
    if (header.every((byte) => byte === 0)) return
    const { path, size } = readHeader(header)
    yield { path, size, content: reader.some(size) }
    await reader.exactly(padding(size))
  }
}

function padding(size: number): number {
  return (block - (size % block)) % block
}

function headerOf(path: string, size: number): Buffer {
  const header = Buffer.alloc(block)
  const { name, prefix } = splitPath(path)
  const isFolder = path.endsWith('/')
  header.write(name, 0)
  header.write(isFolder ? '0000700' : '0000600', 100)
  header.write('0000000', 108)
  header.write('0000000', 116)
  header.write(size.toString(8).padStart(11, '0'), 124)
  header.write('00000000000', 136)
  header.write('        ', 148)
  header.write(isFolder ? '5' : '0', 156)
  header.write('ustar\x0000', 257, 'latin1')
  header.write(prefix, 345)
  header.write(`${checksumOf(header).toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

function splitPath(path: string): { name: string; prefix: string } {
  if (Buffer.byteLength(path) <= longestName) return { name: path, prefix: '' }
  const cut = path.lastIndexOf('/', longestPrefix)
  const [prefix, name] = [path.slice(0, cut), path.slice(cut + 1)]
  if (cut < 0 || Buffer.byteLength(name) > longestName || Buffer.byteLength(prefix) > longestPrefix)
    throw new Error(`The name ${path} is too long for a back-up.`)
  return { name, prefix }
}

function readHeader(header: Buffer): { path: string; size: number } {
  const text = (from: number, to: number) => header.toString('utf8', from, to).replace(/\0.*$/s, '')
  const written = Number.parseInt(text(148, 156), 8)
  const blank = Buffer.from(header)
  blank.write('        ', 148)
  if (written !== checksumOf(blank)) throw new Error('The archive is damaged.')
  const prefix = text(345, 500)
  const path = prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`
  if (path.startsWith('/') || path.split('/').includes('..')) throw new Error(`The archive holds a wrong name: ${path}`)
  return { path, size: Number.parseInt(text(124, 136), 8) }
}

function checksumOf(header: Buffer): number {
  let sum = 0
  for (const byte of header) sum += byte
  return sum
}

function readerOf(chunks: AsyncIterable<Buffer>) {
  const source = chunks[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)
  return { exactly, some }

  async function* some(size: number): AsyncGenerator<Buffer> {
    for (let left = size; left > 0; ) {
      if (held.length === 0) held = await next()
      const part = held.subarray(0, left)
      held = held.subarray(part.length)
      left -= part.length
      yield part
    }
  }
  async function exactly(size: number): Promise<Buffer> {
    const parts: Buffer[] = []
    for await (const part of some(size)) parts.push(part)
    return Buffer.concat(parts)
  }
  async function next(): Promise<Buffer> {
    const { value, done } = await source.next()
    if (done) throw new Error('The archive ends too early.')
    return value
  }
}
