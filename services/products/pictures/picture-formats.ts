// Reads the header of a picture without decoding it: PNG, JPEG or WebP by its bytes (not by its name), its size, one frame
// only. Along the way everything is left out that is not the picture: camera data, places, comments, whatever follows its end.
// Nothing here allocates by what a file claims, and the work grows with the size of the file at most. It runs in the picture
// process only (picture-child.ts).

export interface PlainPicture {
  type: 'image/png' | 'image/jpeg' | 'image/webp'
  width: number
  height: number
  /** The picture itself, without metadata. */
  bytes: Uint8Array
}
/** A picture as it was read. */
export interface ReadPicture extends PlainPicture {
  /** Which side is up, 1 to 8 as in EXIF; 1 when the pixels stand as they are to be shown. */
  orientation: number
}
/** A picture that cannot be taken: why, for the person who sent it. */
export class WrongPicture extends Error {}

const megapixels = 25
/** Parts (chunks, segments) of one file. Encoders make some thousands for the largest pictures. */
const mostParts = 20_000

/** Throws WrongPicture when it is none that we take: another format, cut off, animated, too large, of too many parts. */
export function readPicture(bytes: Buffer): ReadPicture {
  const picture = formatOf(bytes)(bytes)
  const { width, height } = picture
  if (width < 1 || height < 1) throw new WrongPicture('This picture has no size.')
  if (width * height > megapixels * 1_000_000)
    throw new WrongPicture(`This picture has ${width} × ${height} pixels; at most ${megapixels} megapixels are taken.`)
  return picture
}

function formatOf(bytes: Buffer): (bytes: Buffer) => ReadPicture {
  if (bytes.length >= 8 && bytes.readBigUInt64BE(0) === 0x89504e470d0a1a0an) return readPng
  if (bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xffd8ff) return readJpeg
  if (bytes.length >= 12 && ascii(bytes, 0) === 'RIFF' && ascii(bytes, 8) === 'WEBP') return readWebp
  throw new WrongPicture('Only PNG, JPEG and WebP pictures are taken, whatever the name of the file.')
}

const pngKept = new Set(['IHDR', 'PLTE', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'cICP', 'sBIT', 'IDAT', 'IEND'])

function readPng(bytes: Buffer): ReadPicture {
  const kept = [bytes.subarray(0, 8)]
  let size: { width: number; height: number } | undefined
  let orientation = 1
  for (let at = 8, parts = 0; ; ) {
    if (++parts > mostParts) throw tooManyParts()
    if (at + 12 > bytes.length) throw cutOff()
    const [length, type] = [bytes.readUInt32BE(at), ascii(bytes, at + 4)]
    const end = at + 12 + length
    if (end > bytes.length) throw cutOff()
    if (type === 'acTL') throw animated()
    if (type === 'IHDR' && length >= 8)
      size = { width: bytes.readUInt32BE(at + 8), height: bytes.readUInt32BE(at + 12) }
    if (type === 'eXIf') orientation = orientationIn(bytes.subarray(at + 8, end))
    if (pngKept.has(type)) kept.push(bytes.subarray(at, end))
    if (type === 'IEND') break
    at = end
  }
  if (!size) throw cutOff()
  return { type: 'image/png', ...size, orientation, bytes: Buffer.concat(kept) }
}

/** Frame headers of all kinds of JPEG; the other markers in this range are tables. */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
/** Tables, frames and scans. The rest (APPn, comments, reserved markers) is dropped unless listed here. */
const isPart = (marker: number) => (marker >= 0xc0 && marker <= 0xcf) || (marker >= 0xda && marker <= 0xdf)

function readJpeg(bytes: Buffer): ReadPicture {
  const kept: Buffer[] = [bytes.subarray(0, 2)]
  let size: { width: number; height: number } | undefined
  let orientation = 1
  for (let at = 2, parts = 0; ; ) {
    if (++parts > mostParts) throw tooManyParts()
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++
    if (at + 2 > bytes.length) throw cutOff()
    if (bytes[at] !== 0xff) throw new WrongPicture('This JPEG is damaged.')
    const marker = bytes[at + 1] as number
    // Phones append whole pictures of their own after this mark.
    if (marker === 0xd9) break
    if (at + 4 > bytes.length) throw cutOff()
    const end = at + 2 + bytes.readUInt16BE(at + 2)
    if (end > bytes.length) throw cutOff()
    const segment = bytes.subarray(at, end)
    if (isFrame(marker) && segment.length >= 9)
      size = { height: segment.readUInt16BE(5), width: segment.readUInt16BE(7) }
    if (marker === 0xe1 && segment.toString('latin1', 4, 10) === 'Exif\0\0')
      orientation = orientationIn(segment.subarray(10))
    if (isOfPicture(marker, segment)) kept.push(segment)
    at = marker === 0xda ? endOfScan(bytes, end) : end
    kept.push(bytes.subarray(end, at))
  }
  if (!size) throw new WrongPicture('This JPEG is damaged.')
  return { type: 'image/jpeg', ...size, orientation, bytes: Buffer.concat([...kept, Buffer.from([0xff, 0xd9])]) }
}

/** A JFIF header without a thumbnail, the color profile and Adobe's color transform belong to the picture. */
function isOfPicture(marker: number, segment: Buffer): boolean {
  const is = (name: string) => segment.toString('latin1', 4, 4 + name.length) === name
  return (
    isPart(marker) ||
    (marker === 0xe0 && is('JFIF\0') && segment.length === 18) ||
    (marker === 0xe2 && is('ICC_PROFILE\0')) ||
    (marker === 0xee && is('Adobe') && segment.length === 16)
  )
}

/** Where the next marker stands: in a scan, FF is data when a zero or the number of a restart follows. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1]
    const isData = next === 0 || next === 0xff || (next !== undefined && next >= 0xd0 && next <= 0xd7)
    if (!isData) return at
  }
  throw cutOff()
}

/** Cameras say in their metadata which side is up. `tiff`: EXIF from its byte order on. Returns 1 when it does not say. */
function orientationIn(tiff: Buffer): number {
  if (tiff.length < 10) return 1
  const isLittle = tiff.readUInt16BE(0) === 0x4949
  const read16 = (at: number) => (at + 2 > tiff.length ? 0 : isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const start = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  for (let entry = 0; entry < Math.min(read16(start), 100); entry++) {
    const at = start + 2 + entry * 12
    if (read16(at) === 0x0112) {
      const up = read16(at + 8)
      return up >= 1 && up <= 8 ? up : 1
    }
  }
  return 1
}

const webpKept = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ICCP'])

function readWebp(bytes: Buffer): ReadPicture {
  const whole = 8 + bytes.readUInt32LE(4)
  if (whole > bytes.length) throw cutOff()
  const kept: Buffer[] = []
  const sizes: { width: number; height: number }[] = []
  let orientation = 1
  for (let at = 12, parts = 0; at + 8 <= whole; ) {
    if (++parts > mostParts) throw tooManyParts()
    const [type, length] = [ascii(bytes, at), bytes.readUInt32LE(at + 4)]
    const end = at + 8 + length + (length % 2)
    if (at + 8 + length > whole) throw cutOff()
    const chunk = Buffer.from(bytes.subarray(at, end))
    if (type === 'ANIM' || type === 'ANMF') throw animated()
    sizes.push(...webpSize(type, chunk))
    if (type === 'EXIF') orientation = orientationIn(withoutExifName(chunk.subarray(8)))
    // Without its flags for camera data and comments, which go.
    if (type === 'VP8X' && length >= 10) chunk[8] = (chunk[8] as number) & ~0b1100
    if (webpKept.has(type)) kept.push(chunk)
    at = end
  }
  // The canvas and the picture on it each tell a size: the larger one counts.
  const size = sizes.sort((a, b) => b.width * b.height - a.width * a.height)[0]
  if (!size) throw cutOff()
  const body = Buffer.concat(kept)
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1')
  head.writeUInt32LE(4 + body.length, 4)
  return { type: 'image/webp', ...size, orientation, bytes: Buffer.concat([head, body]) }
}

/** Some programs write the name that JPEG has before its EXIF into WebP, too. */
function withoutExifName(exif: Buffer): Buffer {
  return exif.toString('latin1', 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif
}

function webpSize(type: string, chunk: Buffer): { width: number; height: number }[] {
  if (type === 'VP8X' && chunk.length >= 18)
    return [{ width: chunk.readUIntLE(12, 3) + 1, height: chunk.readUIntLE(15, 3) + 1 }]
  if (type === 'VP8 ' && chunk.length >= 18)
    return [{ width: chunk.readUInt16LE(14) & 0x3fff, height: chunk.readUInt16LE(16) & 0x3fff }]
  if (type === 'VP8L' && chunk.length >= 13) {
    const bits = chunk.readUInt32LE(9)
    return [{ width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }]
  }
  return []
}

const ascii = (bytes: Buffer, at: number) => bytes.toString('latin1', at, at + 4)
const cutOff = () => new WrongPicture('This picture is cut off: its end is missing.')
const tooManyParts = () =>
  new WrongPicture(`This file has more than ${mostParts} parts. Save the picture anew with another program.`)
const animated = () => new WrongPicture('Animated pictures are not taken.')
