// The process that reads and decodes pictures, which come from outside: it has no secrets in its environment and a limit on its
// memory. It answers one picture at a time, and ends with its parent.
import { type PlainPicture, readPicture } from './picture-formats.ts'
import {
  type Answer,
  type AnswerMessage,
  type PictureMessage,
  slicesOf,
  type Task,
  type Thumbnails,
  tooMuchMemory,
} from './picture-process.ts'

const widths = { small: 320, medium: 800, large: 1600 }
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
    return await (task === 'read' ? read(bytes) : makeThumbnails(bytes))
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

/** Decoded once, to the largest size; the others are made from that. */
async function makeThumbnails(bytes: Uint8Array): Promise<Thumbnails> {
  const large = await decode(bytes)
    .autoOrient()
    .resize(within(widths.large))
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = large.info
  const entries = []
  for (const [size, most] of Object.entries(widths)) {
    const pixels = sharp(large.data, { raw: { width, height, channels } })
    entries.push([size, await pixels.resize(within(most)).webp({ quality: 80 }).toBuffer()])
  }
  return { sizes: Object.fromEntries(entries) }
}

function decode(bytes: Uint8Array) {
  return sharp(bytes, { limitInputPixels: 25_000_000, failOn: 'error', sequentialRead: true })
}

/** As large as fits into a square of this width, and never larger than the original. */
function within(width: number) {
  return { width, height: width, fit: 'inside', withoutEnlargement: true } as const
}
