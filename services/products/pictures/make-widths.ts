// Makes the sizes by width that a picture lacks: AVIF, which takes too long for an upload, and WebP too for pictures of releases before
// there were such sizes. One picture at a time, behind everything else; caches learn of it when what they keep expires.
import { setTimeout as pause } from 'node:timers/promises'
import type { Sql } from '@souk/postgres'
import { every } from '@souk/service'
import type { ProductsContext } from '../context.ts'
import { readPictureFile } from './picture-files.ts'
import type { Format } from './picture-process.ts'
import { avifSizes, type Size, webpSizes } from './picture-sizes.ts'
import { storeFiles } from './store-files.ts'

const everySeconds = 5
/** A picture that was begun and not finished for so long is taken up again, by this process or another. */
const begunAnewSeconds = 300
/** It rests as long as it works: half a processor at most, while somebody may be waiting for a page. */
const restShare = 1
/** After so many attempts a picture keeps the sizes it has. */
const mostAttempts = 5

interface Begun {
  id: string
  widthsMade: 'none' | 'webp'
  width: number
  height: number
  length: number
}

export const makeWidths = every<ProductsContext>(everySeconds, 'make-widths', async (context, stopping) => {
  while (!stopping.aborted) {
    const picture = await begin(context.sql)
    if (!picture) return
    await makeFor(picture, context, stopping)
  }
})

async function begin(sql: Sql): Promise<Begun | undefined> {
  const [begun] = await sql<Begun>`
    update picture
    set widths_attempts = widths_attempts + 1, widths_begun_at = clock_timestamp()
    from picture_file original
    where picture.id = (
        select next.id
        from picture next
        where next.status = 'ready'
          and next.widths_made <> 'avif'
          and next.widths_attempts < ${mostAttempts}
          and (next.widths_begun_at is null
            or next.widths_begun_at < clock_timestamp() - make_interval(secs => ${begunAnewSeconds}))
        order by next.widths_attempts, next.id
        limit 1
        for no key update skip locked)
      and original.picture_id = picture.id
      and original.size = 'original'
    returning picture.id, picture.widths_made, picture.width, picture.height, octet_length(original.bytes) as length`
  return begun
}

async function makeFor(picture: Begun, context: ProductsContext, stopping: AbortSignal): Promise<void> {
  const { id, length } = picture
  const bytes = await readPictureFile(context.sql, { pictureId: id, size: 'original', length })
  if (!bytes) return
  if (picture.widthsMade === 'none' && !(await makeFormat('webp', webpSizes(picture)))) return
  await makeFormat('avif', avifSizes(picture))

  /** False when it could not be made, or the shop stops: a later attempt goes on. */
  async function makeFormat(format: Format, sizes: readonly Size[]): Promise<boolean> {
    const files: Record<string, Uint8Array> = {}
    // One size at a time, so that an upload that comes meanwhile does not wait for all of them.
    for (const size of sizes) {
      if (stopping.aborted) return false
      const started = performance.now()
      const made = await context.resources.thumbnails.resize(bytes as Uint8Array, [size], format)
      if ('wrong' in made) {
        context.log.warn({ picture: id, error: made.wrong }, 'A size of a picture could not be made.')
        return false
      }
      Object.assign(files, made.sizes)
      await pause((performance.now() - started) * restShare)
    }
    await context.transaction(async ({ sql }) => {
      const [kept] = await sql`
        update picture set widths_made = ${format} where id = ${id} returning id`
      if (kept) await storeFiles(sql, id, files, `image/${format}`)
    })
    return true
  }
}
