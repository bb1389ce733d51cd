// Paints the demo's pictures and uploads them: first one of every product, so that the shop can open, and then the others while it is
// open. An upload has a key, so what was interrupted can simply run again.
import { setTimeout as pause } from 'node:timers/promises'
import { ProblemError } from '@souk/contracts'
import { productsApi } from '@souk/contracts/products'
import type { Running } from '@souk/service'
import { openPainter, type Painter } from './painter.ts'
import { altOf } from './picture-words.ts'
import type { SeedProduct } from './seed-product.ts'
import type { SeedProgress } from './seed-progress.ts'
import { clientAs, idOf, seedStaff } from './store-goods.ts'
import { type View, views } from './views.ts'

type Target = Pick<Running, 'serviceCalls'>
/** Services forget the keys of uploads after three days. Later a picture that staff has deleted would come back. */
const keptMs = 2 * 24 * 60 * 60 * 1000
const firstView: readonly View[] = ['alone']

/** One picture of every product that has none. */
export async function putFirstPictures(
  target: Target,
  products: readonly SeedProduct[],
  progress: SeedProgress,
): Promise<void> {
  const painter = openPainter()
  let done = 0
  const todo = [...products]
  const work = async () => {
    for (let product = todo.shift(); product; product = todo.shift()) {
      const images = await imagesOf(target, product)
      if (images?.length === 0) await putViews(target, painter, product, firstView)
      progress.bar('Painting pictures', ++done, products.length)
    }
  }
  try {
    await Promise.all([work(), work()])
  } finally {
    painter.close()
  }
}

/**
 * The other views of the products whose first picture is ours. `restShare`: 1 rests as long as it works. Harmless when there is nothing
 * left to do. Rejects when it is aborted in the middle of a picture.
 */
export async function putOtherPictures(
  target: Target,
  products: readonly SeedProduct[],
  { stopping, restShare, progress }: { stopping: AbortSignal; restShare: number; progress?: SeedProgress },
): Promise<void> {
  let painter: Painter | undefined
  const close = () => painter?.close()
  stopping.addEventListener('abort', close, { once: true })
  try {
    for (const [index, product] of products.entries()) {
      progress?.bar('Painting more views', index, products.length)
      const images = await imagesOf(target, product)
      if (images?.[0]?.alt !== altOf(product, 'alone')) continue
      const left = views.filter((view) => images.every(({ alt }) => alt !== altOf(product, view)))
      for (const view of left) {
        if (stopping.aborted) return
        const started = performance.now()
        painter ??= openPainter()
        await putViews(target, painter, product, [view])
        await pause((performance.now() - started) * restShare, undefined, { signal: stopping })
      }
    }
  } finally {
    stopping.removeEventListener('abort', close)
    if (!stopping.aborted) close()
  }
}

/** Undefined for a product that is gone, or of long ago. */
async function imagesOf(target: Target, { slug }: SeedProduct): Promise<{ alt: string }[] | undefined> {
  try {
    const { images, createdAt } = await clientAs(target, productsApi, seedStaff).readAny({
      params: { id: idOf(`product ${slug}`) },
    })
    return Date.now() - Date.parse(createdAt) < keptMs ? images : undefined
  } catch (error) {
    // Staff may delete what the demo sells.
    if (error instanceof ProblemError && error.code === 'not-found') return undefined
    throw error
  }
}

async function putViews(
  target: Target,
  painter: Painter,
  product: SeedProduct,
  chosen: readonly View[],
): Promise<void> {
  const client = clientAs(target, productsApi, seedStaff)
  for (const view of chosen) {
    const body = await painter.paint(product.picture, view)
    await client.addPicture({
      params: { id: idOf(`product ${product.slug}`) },
      query: { alt: altOf(product, view) },
      body,
      headers: { 'content-type': 'image/webp', 'idempotency-key': idOf(`picture ${product.slug} ${view}`) },
    })
  }
}
