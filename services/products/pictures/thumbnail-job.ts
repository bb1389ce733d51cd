// The job behind an uploaded picture: makes its sizes as WebP. A picture that cannot be read is marked as failed, so that staff sees
// it; the queue runs an interrupted job again. AVIF comes later (make-widths.ts).
import { crashpoint, type Sql } from '@souk/postgres'
import { job } from '@souk/service'
import { bumpVersion, lockProduct } from '../catalog/change-product.ts'
import { findProducts, productChanged } from '../catalog/product.ts'
import { clearCaches, type ProductsContext } from '../context.ts'
import { readPictureFile } from './picture-files.ts'
import type { Thumbnails, Wrong } from './picture-process.ts'
import { webpSizes } from './picture-sizes.ts'
import { storeFiles } from './store-files.ts'

export const jobName = 'make-thumbnails'
const mostAttempts = 5

export const makeThumbnails = job(jobName, async ({ pictureId }: { pictureId: string }, context: ProductsContext) => {
  const picture = await begin(context.sql, pictureId)
  if (!picture) return
  const { length } = picture
  const bytes = await readPictureFile(context.sql, { pictureId, size: 'original', length })
  if (!bytes) return
  // The attempt is counted before it starts, so that a picture that kills its process is given up too.
  const made: Thumbnails | Wrong =
    picture.attempts > mostAttempts
      ? { wrong: 'It could not be read in several attempts.' }
      : await context.resources.thumbnails.resize(bytes, webpSizes(picture))
  crashpoint('products.thumbnails-made')
  await store(pictureId, picture.productId, made, context)
})

async function begin(sql: Sql, pictureId: string) {
  const [picture] = await sql<{ productId: string; attempts: number; width: number; height: number; length: number }>`
    update picture
    set attempts = attempts + 1
    from picture_file original
    where picture.id = ${pictureId}
      and picture.status = 'processing'
      and original.picture_id = picture.id
      and original.size = 'original'
    returning picture.product_id, picture.attempts, picture.width, picture.height,
      octet_length(original.bytes) as length`
  return picture
}

async function store(
  pictureId: string,
  productId: string,
  made: Thumbnails | Wrong,
  context: ProductsContext,
): Promise<void> {
  await context.transaction(async ({ sql, send, afterCommit }) => {
    await lockProduct(sql, productId)
    const failure = 'wrong' in made ? made.wrong.slice(0, 300) : null
    const [changed] = await sql`
      update picture
      set status = ${failure === null ? 'ready' : 'failed'}, failure = ${failure},
        widths_made = ${failure === null ? 'webp' : 'none'}
      where id = ${pictureId} and status = 'processing'
      returning id`
    if (!changed) return
    if ('sizes' in made) await storeFiles(sql, pictureId, made.sizes, 'image/webp')
    await bumpVersion(sql, productId, context.now())
    const [product] = await findProducts(sql, sql`p.id = ${productId}`)
    if (product) send(productChanged(product))
    afterCommit(() => clearCaches(context))
  })
}
