// Uploading, serving and deleting pictures. An upload is answered as soon as the picture is stored; its sizes come by a job.
import { randomUUIDv7 } from 'node:crypto'
import { productsApi } from '@souk/contracts/products'
import { handle, handleOnce, refuse, reply } from '@souk/service'
import { bumpVersion, lockProduct } from '../catalog/change-product.ts'
import { findProducts, productChanged } from '../catalog/product.ts'
import { clearCaches, type ProductsContext } from '../context.ts'
import { pictureOf } from './picture.ts'
import { readPictureFile, sliceBytes } from './picture-files.ts'
import type { PlainPicture } from './picture-formats.ts'
import { jobName } from './thumbnail-job.ts'

const { addPicture: addRoute, removePicture: removeRoute, readPicture: readRoute } = productsApi.routes
const mostPictures = 20

export const addPicture = handleOnce(
  addRoute,
  async ({ params, query }, context: ProductsContext, transaction, picture: PlainPicture) => {
    const { sql, send, enqueue, afterCommit } = transaction
    const id = randomUUIDv7()
    const alt = (query.alt ?? '').toWellFormed()
    await lockProduct(sql, params.id)
    const [product] = await findProducts(sql, sql`p.id = ${params.id}`)
    if (!product) refuse(addRoute, 'not-found', 'There is no such product.')
    if (product.pictures.length >= mostPictures)
      refuse(addRoute, 'too-many-pictures', `A product has at most ${mostPictures} pictures. Delete one first.`)
    await sql`
      insert into picture (id, product_id, alt, position, width, height)
      select ${id}, ${params.id}, ${alt}, coalesce(max(position) + 1, 0), ${picture.width}, ${picture.height}
      from picture
      where product_id = ${params.id}`
    await sql`
      insert into picture_file (picture_id, size, content_type, bytes)
      values (${id}, 'original', ${picture.type}, ${Buffer.from(picture.bytes)})`
    await bumpVersion(sql, params.id, context.now())
    await enqueue(jobName, { pictureId: id }, { key: id })
    const [changed] = await findProducts(sql, sql`p.id = ${params.id}`)
    if (changed) send(productChanged(changed))
    afterCommit(() => clearCaches(context))
    return pictureOf({ ...picture, id, alt, status: 'processing', widthsMade: 'none' }, product.title)
  },
  { gather: ({ body }, context) => plain(body, context) },
)

export const removePicture = handle(removeRoute, async ({ params }, context: ProductsContext) => {
  await context.transaction(async ({ sql, send, afterCommit }) => {
    await lockProduct(sql, params.id)
    const [gone] = await sql`
      delete from picture where id = ${params.imageId} and product_id = ${params.id} returning id`
    if (!gone) refuse(removeRoute, 'not-found', 'There is no such picture.')
    await bumpVersion(sql, params.id, context.now())
    const [changed] = await findProducts(sql, sql`p.id = ${params.id}`)
    if (changed) send(productChanged(changed))
    afterCommit(() => clearCaches(context))
  })
  return undefined
})

/** The bytes at a path never change. Pictures of drafts are for staff only, and not for caches between. */
export const servePicture = handle(readRoute, async ({ params, caller }, { sql }: ProductsContext) => {
  const { id: pictureId } = params
  const size = params.size.replace('.webp', '')
  const [file] = await sql<{ contentType: string; length: number; first: Buffer; productStatus: string }>`
    select f.content_type, octet_length(f.bytes) as length,
      substring(f.bytes from 1 for ${sliceBytes}::integer) as first, p.status as product_status
    from picture_file f
    join picture i on i.id = f.picture_id
    join product p on p.id = i.product_id
    where f.picture_id = ${pictureId}
      and f.size = ${size}
      and i.status <> 'failed'
      and (p.status = 'published' or ${caller.role === 'staff'})`
  const bytes = file && (await readPictureFile(sql, { pictureId, size, length: file.length }, file.first))
  if (!bytes) refuse(readRoute, 'not-found', 'There is no such picture.')
  const isPublic = file.productStatus === 'published'
  return reply(200, bytes, {
    'content-type': file.contentType,
    'content-length': String(bytes.length),
    etag: `"${params.id}-${params.size}"`,
    'cache-control': isPublic ? 'public, max-age=31536000, immutable' : 'private, no-store',
    'x-content-type-options': 'nosniff',
  })
})

/** The picture as it is stored. Refuses what is no picture (invalid-picture). */
async function plain(bytes: Uint8Array, { resources, log }: ProductsContext): Promise<PlainPicture> {
  const picture = await resources.uploads.read(bytes).catch((error: unknown) => {
    log.warn({ error: String(error) }, 'An uploaded picture could not be read.')
    return { wrong: 'This picture could not be read. Save it anew with another program, or try again.' }
  })
  return 'wrong' in picture ? refuse(addRoute, 'invalid-picture', picture.wrong) : picture
}
