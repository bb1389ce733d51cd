// Painting for a shop: one picture of each product first, the others later, and nothing twice.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Running } from '@souk/service'
import { demoProducts } from './catalog.ts'
import { altOf } from './picture-words.ts'
import { putFirstPictures, putOtherPictures } from './put-pictures.ts'
import { idOf } from './store-goods.ts'
import { views } from './views.ts'

const [bowl, river] = demoProducts() as [ReturnType<typeof demoProducts>[0], ReturnType<typeof demoProducts>[0]]
const altsOf = (product: typeof bowl) => views.map((view) => altOf(product, view))
const silent = { say: () => undefined, bar: () => undefined }
const untilTheEnd = { stopping: new AbortController().signal, restShare: 0 }

/** A catalog of some products that keeps the words of their pictures, and those of each upload. */
function aCatalog(products: Record<string, { alts: string[]; createdAt?: string }>) {
  const uploads: string[] = []
  const keys = new Set<unknown>()
  const call = async (
    { name }: { name: string },
    input: { params: { id: string }; query: { alt: string }; headers: object },
  ) => {
    const product = products[input.params.id]
    const reply = (status: number, body: object) => ({ status, headers: {}, body: JSON.stringify(body) })
    if (!product) return reply(404, { code: 'not-found', status: 404, title: 'Not found' })
    if (name === 'addPicture') {
      uploads.push(input.query.alt)
      product.alts.push(input.query.alt)
      keys.add(Object.entries(input.headers).find(([header]) => header === 'idempotency-key')?.[1])
      return reply(201, {})
    }
    const createdAt = product.createdAt ?? new Date().toISOString()
    return reply(200, { createdAt, images: product.alts.map((alt) => ({ alt })) })
  }
  return { target: { serviceCalls: { call } } as unknown as Running, uploads, keys }
}
const id = ({ slug }: typeof bowl) => idOf(`product ${slug}`)

test('each product gets one picture first, and then its other views in order, each once', async () => {
  const { target, uploads, keys } = aCatalog({ [id(bowl)]: { alts: [] }, [id(river)]: { alts: [] } })
  await putFirstPictures(target, [bowl, river], silent)
  assert.deepEqual(uploads.splice(0).toSorted(), [altOf(bowl, 'alone'), altOf(river, 'alone')].toSorted())
  await putOtherPictures(target, [bowl, river], untilTheEnd)
  assert.deepEqual(uploads.splice(0), [...altsOf(bowl).slice(1), ...altsOf(river).slice(1)])
  assert.equal(keys.size, 6)
  await putFirstPictures(target, [bowl, river], silent)
  await putOtherPictures(target, [bowl, river], untilTheEnd)
  assert.deepEqual(uploads, [])
})

test('products of before, of long ago, changed by staff or gone are left as they are', async () => {
  const longAgo = new Date(Date.now() - 3 * 86_400_000).toISOString()
  const { target, uploads } = aCatalog({
    [id(bowl)]: { alts: [bowl.title] },
    [id(river)]: { alts: altsOf(river).slice(0, 1), createdAt: longAgo },
  })
  const gone = { ...bowl, slug: 'gone' }
  await putOtherPictures(target, [bowl, river, gone], untilTheEnd)
  assert.deepEqual(uploads, [])
})

test('a stop in the middle leaves the rest to the next start', async () => {
  const { target, uploads } = aCatalog({ [id(bowl)]: { alts: altsOf(bowl).slice(0, 1) } })
  await putOtherPictures(target, [bowl], { stopping: AbortSignal.abort(), restShare: 0 })
  assert.deepEqual(uploads, [])
  const stopping = new AbortController()
  const painting = putOtherPictures(target, [bowl], { stopping: stopping.signal, restShare: 1_000 })
  while (uploads.length === 0) await new Promise(setImmediate)
  stopping.abort()
  await assert.rejects(painting, { name: 'AbortError' })
  await putOtherPictures(target, [bowl], untilTheEnd)
  assert.deepEqual(uploads, altsOf(bowl).slice(1))
})
