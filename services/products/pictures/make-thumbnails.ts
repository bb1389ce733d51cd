// The job behind an uploaded picture: three sizes of it, made apart. A picture that cannot be read is marked as failed, for
// staff to see; one whose making was interrupted is begun again by the queue.
import { crashpoint, type Sql } from '@souk/postgres'
import { job } from '@souk/service'
import { bumpVersion, lockProduct } from '../change-product.ts'
import { forgetCounts, type ProductsContext } from '../context.ts'
import { findProducts, productChanged } from '../product.ts'
import type { Painted } from './painter.ts'

export const jobName = 'make-thumbnails'
const mostAttempts = 5

export const makeThumbnails = job(jobName, async ({ pictureId }: { pictureId: string }, context: ProductsContext) => {
  const picture = await begin(context.sql, pictureId)
  if (!picture) return
  // Counted before it is tried: a picture that ends its process is given up, too.
  const painted: Painted =
    picture.attempts > mostAttempts
      ? { wrong: 'It could not be read in several attempts.' }
      : await context.resources.painter.paint(picture.bytes)
  crashpoint('products.painted')
  await store(pictureId, picture.productId, painted, context)
})

async function begin(sql: Sql, pictureId: string) {
  const [picture] = await sql<{ productId: string; attempts: number; bytes: Uint8Array }>`
    update picture
    set attempts = attempts + 1
    from picture_file original
    where picture.id = ${pictureId}
      and picture.status = 'processing'
      and original.picture_id = picture.id
      and original.size = 'original'
    returning picture.product_id, picture.attempts, original.bytes`
  return picture
}

async function store(pictureId: string, productId: string, painted: Painted, context: ProductsContext): Promise<void> {
  await context.transaction(async ({ sql, send, afterCommit }) => {
    await lockProduct(sql, productId)
    const failure = 'wrong' in painted ? painted.wrong.slice(0, 300) : null
    const [changed] = await sql`
      update picture
      set status = ${failure === null ? 'ready' : 'failed'}, failure = ${failure}
      where id = ${pictureId} and status = 'processing'
      returning id`
    if (!changed) return
    if ('sizes' in painted) await storeSizes(sql, pictureId, painted.sizes)
    await bumpVersion(sql, productId, context.now())
    const [product] = await findProducts(sql, sql`p.id = ${productId}`)
    if (product) send(productChanged(product))
    afterCommit(() => forgetCounts(context))
  })
}

async function storeSizes(sql: Sql, pictureId: string, sizes: Record<string, Uint8Array>): Promise<void> {
  await Promise.all(
    Object.entries(sizes).map(
      ([size, bytes]) => sql`
        insert into picture_file (picture_id, size, content_type, bytes)
        values (${pictureId}, ${size}, 'image/webp', ${Buffer.from(bytes)})
        on conflict (picture_id, size) do update set content_type = excluded.content_type, bytes = excluded.bytes`,
    ),
  )
}
