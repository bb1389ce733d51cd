// The process that decodes pictures, which come from outside: it has no secrets in its environment and a limit on its memory. It
// answers one message with one message, and ends with its parent.
import { type ThumbnailRequest, type Thumbnails, tooMuchMemory } from './thumbnail-process.ts'

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
process.on('message', async ({ bytes }: ThumbnailRequest) => process.send?.(await makeThumbnails(bytes)))

async function makeThumbnails(bytes: Uint8Array): Promise<Thumbnails> {
  try {
    // Decoded once, to the largest size; the others are made from that.
    const large = await sharp(bytes, { limitInputPixels: 25_000_000, failOn: 'error', sequentialRead: true })
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
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) }
  }
}

/** As large as fits into a square of this width, and never larger than the original. */
function within(width: number) {
  return { width, height: width, fit: 'inside', withoutEnlargement: true } as const
}
