// The process that reads and decodes pictures, which come from outside: it has no secrets in its environment and a limit on its
// memory. It answers one picture at a time, and ends with its parent.
import { type PlainPicture, readPicture } from './picture-formats.ts'
import {
  type Answer,
  type AnswerMessage,
  type Format,
  type PictureMessage,
  slicesOf,
  type Task,
  type Thumbnails,
  tooMuchMemory,
} from './picture-process.ts'
import type { Size } from './picture-sizes.ts'

const limitBytes = Number(process.argv[2]) * 1024 * 1024

const sharp = (await import('sharp')).default
sharp.cache(false)
sharp.concurrency(1)

// The decoder works on its own threads, so this timer runs meanwhile.
setInterval(() => {
  if (process.memoryUsage.rss() > limitBytes) process.exit(tooMuchMemory)
}, 10)
process.on('disconnect', () => process.exit(0))
let slices: Uint8Array[] = []
process.on('message', async (message: PictureMessage) => {
  if ('slice' in message) return slices.push(message.slice)
  const picture = Buffer.concat(slices)
  slices = []
  reply(await answer(message.task, picture))
})

function reply(answer: Answer): void {
  const send = (message: AnswerMessage) => process.send?.(message)
  if (!('bytes' in answer)) return void send(answer)
  const { bytes, ...picture } = answer
  for (const slice of slicesOf(bytes)) send({ slice })
  send(picture)
}

async function answer(task: Task, bytes: Buffer): Promise<Answer> {
  try {
    return await (task.kind === 'read' ? read(bytes) : resize(bytes, task))
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) }
  }
}

const formats = { 'image/png': {}, 'image/jpeg': { quality: 95 }, 'image/webp': { quality: 95 } } as const

/** Turns the pixels of a picture whose metadata says that another side is up, because the metadata goes. */
async function read(bytes: Buffer): Promise<PlainPicture> {
  const { orientation, ...picture } = readPicture(bytes)
  if (orientation === 1) return picture
  const turned = await decode(bytes)
    .autoOrient()
    .toFormat(picture.type.slice('image/'.length) as 'png' | 'jpeg' | 'webp', formats[picture.type])
    .toBuffer({ resolveWithObject: true })
  return { ...picture, width: turned.info.width, height: turned.info.height, bytes: turned.data }
}

/**
 * Efforts by measuring, for a drawn picture 1280 pixels wide: WebP takes 60 ms for 29 kB, with the usual effort (4) 140 ms for
 * 27 kB. AVIF takes 280 ms for 20 kB; with effort 0 it is as large as the WebP, with 2 it takes 480 ms for 17 kB.
 */
const encoding = { webp: { quality: 80, effort: 2 }, avif: { quality: 55, effort: 1 } } as const

/** Decoded once, to the largest size; the others are made from that. */
async function resize(
  bytes: Uint8Array,
  { sizes, format }: { sizes: readonly Size[]; format: Format },
): Promise<Thumbnails> {
  const areaOf = ({ width, height }: Size) => width * height
  const largest = sizes.toSorted((a, b) => areaOf(b) - areaOf(a))[0]
  if (!largest) return { sizes: {} }
  const { data, info } = await decode(bytes)
    .autoOrient()
    .resize(exactly(largest))
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const made: Record<string, Uint8Array> = {}
  for (const size of sizes) {
    const pixels = sharp(data, { raw: { width, height, channels } }).resize(exactly(size))
    made[size.name] = await pixels.toFormat(format, encoding[format]).toBuffer()
  }
  return { sizes: made }
}

function decode(bytes: Uint8Array) {
  return sharp(bytes, { limitInputPixels: 25_000_000, failOn: 'error', sequentialRead: true })
}

function exactly({ width, height }: Size) {
  return { width, height, fit: 'fill' } as const
}
