// Pictures from outside: uploads good and bad, their three sizes made in the background, and what the public gets to see.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { crc32, deflateSync } from 'node:zlib'
import { productsApi } from '@souk/contracts/products'
import { memoryTransport, newTrace } from '@souk/messaging'
import type { Sql } from '@souk/postgres'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { makeLog, run } from '@souk/service'
import { anonymous, eventually, refusalOf, staff } from '@souk/service/fixture'
import sharp from 'sharp'
import { aProduct, type Catalog, openCatalog } from '../fixture.ts'
import { products } from '../service.ts'
import { readPictureFile, sliceBytes } from './picture-files.ts'
import { openPictureProcess } from './picture-process.ts'
import { squareSizes, widthSizes } from './picture-sizes.ts'

let shop: Catalog
before(async () => {
  shop = await openCatalog()
})
after(() => shop.stop())

const paint = (width: number, height: number) =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: { r: 200, g: 80, b: 30 },
      noise: { type: 'gaussian', mean: 120, sigma: 30 },
    },
  })
const upload = (id: string, body: Uint8Array, alt?: string) =>
  shop.staff.addPicture({ params: { id }, query: { alt }, body })
const newProduct = async () => (await shop.staff.create({ body: aProduct({ title: 'Jug' }) })).id
const fetchPicture = (path: string, caller = anonymous) => {
  const [, id = '', size = ''] = /^\/v1\/images\/([^/]+)\/([^/]+)$/.exec(path) ?? []
  return shop.running.serviceCalls.call(productsApi.routes.readPicture, {
    params: { id, size },
    caller,
    trace: newTrace(),
    ip: '',
  })
}
const bytesAt = async (path: string) => Buffer.from((await fetchPicture(path)).body as Uint8Array)
async function pictureOf(id: string) {
  return (await shop.staff.readAny({ params: { id } })).images[0]
}
async function ready(id: string) {
  await eventually('its sizes are made', async () => (await pictureOf(id))?.status !== 'processing', 30)
  return pictureOf(id)
}
const sizesOf = ({ width, height, sizes = [] }: { width?: number; height?: number; sizes?: { width: number }[] }) => [
  width,
  height,
  sizes.map((size) => size.width),
]
const isComplete = (picture?: { sizes?: { avif?: string }[] }) =>
  picture?.sizes?.every(({ avif }) => avif !== undefined) ?? false
async function wrongness(body: Uint8Array) {
  const refusal = await refusalOf(upload(await newProduct(), body))
  return `${refusal.code}: ${refusal.message}`
}

test('a picture gets three sizes in the background, and its product tells of it', async () => {
  const id = await newProduct()
  const original = await paint(2000, 1000).jpeg().toBuffer()
  const added = await upload(id, original, 'A jug')
  assert.deepEqual([added.status, added.alt, Object.keys(added.urls)], ['processing', 'A jug', ['original']])
  const { status, urls } = (await ready(id)) ?? assert.fail()
  assert.equal(status, 'ready')
  for (const [url, width, height] of [
    [urls.small, 320, 160],
    [urls.medium, 800, 400],
    [urls.large, 1600, 800],
  ] as const) {
    const made = await sharp(await bytesAt(url as string)).metadata()
    assert.deepEqual([made.format, made.width, made.height], ['webp', width, height])
  }
  assert.deepEqual(await bytesAt(urls.original), original)
  const { headers } = await fetchPicture(urls.small as string)
  assert.equal(headers['content-type'], 'image/webp')
  assert.match(headers.etag ?? '', /^"[^"]+"$/)
  assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(Number(headers['content-length']), (await bytesAt(urls.small as string)).length)
  await shop.settle()
  const told = shop
    .messages<{ productId: string; version: number; image?: string }>('products.product-changed')
    .filter((it) => it.productId === id)
  assert.deepEqual(
    told.map(({ version, image }) => [version, image]),
    [
      [1, undefined],
      [2, urls.original],
      [3, urls.small],
    ],
  )
  const [card] = (await shop.public.list({ query: { q: 'jug' } })).items
  assert.equal(card?.image?.urls.small, urls.small)
})

test('a picture gets sizes by width: WebP with the others, AVIF later, at paths that stay', async () => {
  const id = await newProduct()
  assert.deepEqual(await upload(id, await paint(1000, 1250).jpeg().toBuffer()).then(sizesOf), [1000, 1250, []])
  const first = (await ready(id)) ?? assert.fail()
  const widths = [320, 640, 960, 1000]
  assert.deepEqual(sizesOf(first), [1000, 1250, widths])
  await eventually('AVIF is made', async () => isComplete(await pictureOf(id)), 30)
  const { sizes = [] } = (await pictureOf(id)) ?? assert.fail()
  assert.deepEqual(
    sizes.map(({ avif: _, ...size }) => size),
    first.sizes,
  )
  for (const { width, height, webp, avif = '' } of sizes) {
    for (const [url, type] of [
      [webp, 'image/webp'],
      [avif, 'image/avif'],
    ] as const) {
      const { headers, body } = await fetchPicture(url)
      assert.deepEqual(
        [headers['content-type'], headers['cache-control']],
        [type, 'public, max-age=31536000, immutable'],
      )
      const made = await sharp(Buffer.from(body as Uint8Array)).metadata()
      assert.deepEqual([made.width, made.height], [width, height], url)
    }
  }
  assert.equal(new Set(sizes.flatMap(({ webp, avif }) => [webp, avif])).size, 8)
})

test('pictures of a release that knew no widths get them, and keep the bytes at their paths', async () => {
  const id = await newProduct()
  await upload(id, await paint(500, 500).png().toBuffer())
  const { urls } = (await ready(id)) ?? assert.fail()
  const { sql } = shop.database('products')
  const isDone = async () => isComplete(await pictureOf(id))
  await eventually('AVIF is made', isDone, 30)
  const small = Buffer.from('as it was made before')
  await sql`delete from picture_file where size <> 'original' and picture_id = (select id from picture where product_id = ${id})`
  await sql`
    insert into picture_file (picture_id, size, content_type, bytes)
    select id, 'small', 'image/webp', ${small}
    from picture
    where product_id = ${id}`
  await sql`
    update picture set widths_made = 'none', widths_begun_at = null, widths_attempts = 0 where product_id = ${id}`
  await eventually('its widths are made', isDone, 30)
  assert.deepEqual(sizesOf((await pictureOf(id)) ?? assert.fail()), [500, 500, [320, 500]])
  assert.deepEqual(await bytesAt(urls.small as string), small)
})

test('sizes by width are narrower than the original, bounded in height, and share the bytes of a square', () => {
  const namesOf = (width: number, height: number) =>
    widthSizes({ width, height }).map((size) => `${size.webp} ${size.width}x${size.height}`)
  assert.deepEqual(namesOf(1280, 1600), ['320 320x400', 'medium 640x800', '960 960x1200', 'large 1280x1600'])
  assert.deepEqual(namesOf(320, 400), ['medium 320x400'])
  assert.deepEqual(namesOf(200, 100), ['small 200x100'])
  assert.deepEqual(namesOf(1, 25_000_000), ['320 1x640'])
  assert.deepEqual(namesOf(1000, 20_000), ['320 32x640', '640 64x1280', '960 96x1920', '1280 128x2560'])
  assert.deepEqual(namesOf(25_000_000, 1), ['small 320x1', '640 640x1', '960 960x1', '1280 1280x1'])
})

test('small pictures are not enlarged, and each format is read by its bytes', async () => {
  for (const bytes of [
    await paint(200, 100).png().toBuffer(),
    await paint(200, 100).webp().toBuffer(),
    await paint(200, 100).jpeg({ progressive: true }).toBuffer(),
  ]) {
    const id = await newProduct()
    await upload(id, bytes)
    const { urls, alt } = (await ready(id)) ?? assert.fail()
    assert.equal(alt, 'Jug')
    const { width, height } = await sharp(await bytesAt(urls.large as string)).metadata()
    assert.deepEqual([width, height], [200, 100])
    assert.equal(
      (await fetchPicture(urls.original)).headers['content-type'],
      `image/${(await sharp(bytes).metadata()).format}`,
    )
  }
})

test('what the camera wrote goes, from the original too; the pixels are turned so that the right side is up', async () => {
  const camera = { IFD0: { Copyright: 'Secretive Sam', Orientation: '6' }, IFD3: { GPSLatitudeRef: 'N' } }
  for (const format of ['jpeg', 'png', 'webp'] as const) {
    const bytes = await paint(400, 200).withExif(camera)[format]().toBuffer()
    const turned = await sharp(bytes).withMetadata({ orientation: 6 }).withExifMerge(camera)[format]().toBuffer()
    assert.ok(turned.includes('Secretive Sam'), format)
    const id = await newProduct()
    await upload(id, Buffer.concat([turned, Buffer.from('<script>trailing()</script>')]))
    const { urls, status } = (await ready(id)) ?? assert.fail()
    assert.equal(status, 'ready', format)
    for (const url of Object.values(urls)) {
      const served = await bytesAt(url)
      assert.ok(!served.includes('Secretive') && !served.includes('script'), `${format} ${url}`)
    }
    const small = await sharp(await bytesAt(urls.small as string)).metadata()
    assert.equal(small.exif, undefined)
    assert.deepEqual([small.width, small.height], [160, 320], format)
    const original = await sharp(await bytesAt(urls.original)).metadata()
    assert.deepEqual(
      [original.format, original.orientation, original.width, original.height],
      [format, undefined, 200, 400],
    )
  }
})

test('each of the eight orientations is turned as a camera means it, in every format', async () => {
  // A red corner at the top left, when the picture is shown as it is meant.
  const corner = { create: { width: 40, height: 40, channels: 3, background: 'red' } } as const
  const meant = paint(160, 80).composite([{ input: await sharp(corner).png().toBuffer(), left: 0, top: 0 }])
  for (const format of ['png', 'webp', 'jpeg'] as const) {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const id = await newProduct()
      await upload(id, await asTaken(await meant.png().toBuffer(), orientation, format))
      const original = await bytesAt((await pictureOf(id))?.urls.original as string)
      const { data, info } = await sharp(original)
        .extract({ left: 5, top: 5, width: 1, height: 1 })
        .raw()
        .toBuffer({ resolveWithObject: true })
      assert.deepEqual(
        [info.format, (await sharp(original).metadata()).width],
        ['raw', 160],
        `${format} ${orientation}`,
      )
      assert.ok((data[0] ?? 0) > 200 && (data[1] ?? 255) < 90, `${format} ${orientation}: ${[...data]}`)
    }
  }
})

test('a picture of a great many parts is refused, whatever its format', async () => {
  const junk = Buffer.from('JUNK\x02\0\0\0xx', 'latin1')
  const webp = await paint(20, 10).webp().toBuffer()
  const long = Buffer.concat([webp, ...Array(50_000).fill(junk)])
  long.writeUInt32LE(long.length - 8, 4)
  assert.match(await wrongness(long), /^invalid-picture: .* parts/)
  const png = await paint(20, 10).png().toBuffer()
  const note = chunk('tEXt', Buffer.from('a'))
  const ihdrEnd = 8 + 25
  const notes = Buffer.concat([png.subarray(0, ihdrEnd), ...Array(50_000).fill(note), png.subarray(ihdrEnd)])
  assert.match(await wrongness(notes), /^invalid-picture: .* parts/)
  const jpeg = await paint(20, 10).jpeg().toBuffer()
  const comments = Buffer.concat([jpeg.subarray(0, 2), ...Array(50_000).fill(segment(0xfe, 'a')), jpeg.subarray(2)])
  assert.match(await wrongness(comments), /^invalid-picture: .* parts/)
})

test('what a phone hides behind a JPEG and between its parts goes; its colors stay', async () => {
  const second = await paint(40, 20)
    .withExif({ IFD0: { Copyright: 'Secretive Sam' } })
    .jpeg()
    .toBuffer()
  const hidden = [0xe0, 0xe1, 0xe2, 0xee, 0xed, 0xf0, 0xfe].map((marker) => {
    const name = { 224: 'JFXX\0', 225: 'Exif\0\0', 226: 'MPF\0' }[marker] ?? ''
    return segment(marker, `${name} of Secretive Sam, who lives there`)
  })
  for (const profile of ['p3', 'cmyk']) {
    const plain = await paint(400, 200).withIccProfile(profile).jpeg({ progressive: true }).toBuffer()
    const phone = Buffer.concat([
      ...scansOf(plain).flatMap((part, index) => (index === 0 ? [part] : [...hidden, part])),
      second,
    ])
    assert.ok(phone.length > plain.length + second.length + 1_000)
    const id = await newProduct()
    await upload(id, phone)
    const { urls, status } = (await ready(id)) ?? assert.fail()
    assert.equal(status, 'ready')
    assert.ok(plain.equals(await bytesAt(urls.original)), profile)
  }
})

test('what is no picture, or too large, is refused before it is decoded (A: F09, G08)', async () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
  assert.match(await wrongness(svg), /^invalid-picture: Only PNG, JPEG and WebP/)
  assert.match(await wrongness(Buffer.from('MZ executable')), /^invalid-picture: Only/)
  assert.match(await wrongness(Buffer.alloc(0)), /^invalid-picture: Only/)
  assert.match(await wrongness(await paint(50, 50).gif().toBuffer()), /^invalid-picture: Only/)
  assert.match(await wrongness(await paint(50, 50).tiff().toBuffer()), /^invalid-picture: Only/)
  assert.match(await wrongness(bomb(30_000, 30_000)), /30000 × 30000 pixels/)
  assert.match(await wrongness(bomb(0, 10)), /no size/)
  const frames = await sharp([await paint(40, 40).png().toBuffer(), await paint(40, 40).png().toBuffer()], {
    join: { animated: true },
  })
    .webp()
    .toBuffer()
  assert.match(await wrongness(frames), /Animated/)
  for (const format of ['jpeg', 'png', 'webp'] as const) {
    const whole = await paint(300, 300)[format]().toBuffer()
    assert.match(await wrongness(whole.subarray(0, whole.length / 2)), /cut off/, format)
    for (let length = 0; length < 60; length++)
      assert.match(await wrongness(whole.subarray(0, length)), /^invalid-picture/)
  }
})

test('a picture that cannot be decoded is marked for staff, hidden from the public, and not tried for ever', async () => {
  const id = await newProduct()
  const whole = await paint(300, 300).png({ compressionLevel: 0 }).toBuffer()
  await upload(id, spoiled(whole))
  assert.equal((await ready(id))?.status, 'failed')
  const { slug } = await shop.staff.readAny({ params: { id } })
  assert.deepEqual((await shop.public.read({ params: { slug } })).images, [])
  assert.equal((await fetchPicture((await pictureOf(id))?.urls.original as string)).status, 404)
  const [row] = await shop.database('products').sql<{
    failure: string
    attempts: number
  }>`select failure, attempts from picture where product_id = ${id}`
  assert.ok(row?.failure)
  assert.equal(row?.attempts, 1)
})

test('a header that lies about its size does no harm, and the service goes on', async () => {
  const id = await newProduct()
  // 5000 × 5000 fits the limit, but there are no such pixels in it.
  await upload(id, bomb(5000, 5000))
  assert.equal((await ready(id))?.status, 'failed')
  const next = await newProduct()
  await upload(next, await paint(4900, 5000).jpeg().toBuffer())
  assert.equal((await ready(next))?.status, 'ready')
})

test('a picture process that takes too much memory, or is killed, is replaced by another', async () => {
  const thumbnails = openPictureProcess(128)
  const resize = (picture: Uint8Array) => thumbnails.resize(picture, squareSizes({ width: 300, height: 200 }))
  const fine = await paint(300, 200).png().toBuffer()
  const greedy = sharp({ create: { width: 4900, height: 5000, channels: 4, background: '#456' } }).toColourspace(
    'rgb16',
  )
  const bytes = await greedy.png({ progressive: true, compressionLevel: 1 }).toBuffer()
  assert.deepEqual(await resize(bytes), { wrong: 'It needs too much memory.' })
  assert.ok('sizes' in (await resize(fine)))
  // Few bytes, so that all have left for the thumbnails, and much to paint.
  const large = sharp({ create: { width: 4900, height: 5000, channels: 3, background: '#456' } })
  const slow = await large.png({ compressionLevel: 9 }).toBuffer()
  const interrupted = resize(slow)
  await new Promise(setImmediate)
  void thumbnails.close()
  await assert.rejects(interrupted, /has ended/)
  const both = await Promise.all([resize(fine), resize(fine)])
  assert.ok(both.every((one) => 'sizes' in one))
  await thumbnails.close()
})

test('a product has at most twenty pictures, in the order of their coming, and each can be deleted', async () => {
  const id = await newProduct()
  const bytes = await paint(8, 8).png().toBuffer()
  const ids: string[] = []
  for (let n = 0; n < 20; n++) ids.push((await upload(id, bytes)).id)
  assert.equal((await refusalOf(upload(id, bytes))).code, 'too-many-pictures')
  assert.deepEqual(
    (await shop.staff.readAny({ params: { id } })).images.map((one) => one.id),
    ids,
  )
  await shop.staff.removePicture({ params: { id, imageId: ids[0] as string } })
  assert.equal(
    (await refusalOf(shop.staff.removePicture({ params: { id, imageId: ids[0] as string } }))).code,
    'not-found',
  )
  const other = await newProduct()
  assert.equal(
    (await refusalOf(shop.staff.removePicture({ params: { id: other, imageId: ids[1] as string } }))).code,
    'not-found',
  )
  assert.equal((await pictureOf(id))?.id, ids[1])
})

test('a large picture is read in slices, so that others are answered between, and comes back whole', async () => {
  const product = await newProduct()
  const pixels = randomBytes(900 * 900 * 3)
  const large = await sharp(pixels, { raw: { width: 900, height: 900, channels: 3 } })
    .png()
    .toBuffer()
  const { id, urls } = await upload(product, large)
  const original = await bytesAt(urls.original)
  assert.ok(original.length > 4 * sliceBytes)
  assert.ok(pixels.equals(await sharp(original).raw().toBuffer()))
  assert.equal((await ready(product))?.status, 'ready')

  const { sql } = shop.database('products')
  const read: number[] = []
  const watched = (async (...query: Parameters<Sql>) => {
    const rows = await sql<{ bytes: Buffer }>(...query)
    read.push(...rows.map(({ bytes }) => bytes.length))
    return rows
  }) as unknown as Sql
  const file = { pictureId: id, size: 'original', length: original.length }
  assert.ok(original.equals((await readPictureFile(watched, file)) as Buffer))
  assert.deepEqual([Math.max(...read), read.length], [sliceBytes, Math.ceil(original.length / sliceBytes)])
  assert.equal(await readPictureFile(sql, { ...file, pictureId: randomUUID() }), undefined)
})

test('an upload that is repeated with its key adds one picture', async () => {
  const id = await newProduct()
  const headers = { 'idempotency-key': 'jug' }
  const body = await paint(30, 30).png().toBuffer()
  const add = (bytes: Uint8Array) => shop.staff.addPicture({ params: { id }, query: {}, body: bytes, headers })
  assert.equal((await add(body)).id, (await add(body)).id)
  assert.equal((await shop.staff.readAny({ params: { id } })).images.length, 1)
  assert.equal((await refusalOf(add(await paint(31, 30).png().toBuffer()))).code, 'idempotency-key-reused')
})

test('pictures of drafts are for staff only', async () => {
  const { id } = await shop.staff.create({ body: aProduct({ status: 'draft' }) })
  await upload(id, await paint(20, 20).png().toBuffer())
  const { urls } = (await ready(id)) ?? assert.fail()
  for (const url of Object.values(urls)) {
    assert.equal((await fetchPicture(url)).status, 404)
    const seen = await fetchPicture(url, staff)
    assert.deepEqual([seen.status, seen.headers['cache-control']], [200, 'private, no-store'])
  }
  assert.equal((await fetchPicture(`/v1/images/${randomUUID()}/small.webp`)).status, 404)
})

test('a service killed with the sizes in its hands still yields them', async () => {
  const databaseUrl = await createDatabase()
  assert.equal(await runUntilKilled(databaseUrl), 'SIGKILL')
  const start = async (service: typeof products) => {
    const { services, stop } = await run({
      services: [service],
      databases: { products: databaseUrl },
      transport: memoryTransport(),
      env: {},
      log: makeLog({ level: 'silent' }),
      listen: false,
      operations: false,
    })
    return { sql: services.get('products')?.context.sql as Sql, stop }
  }
  const idle = await start({ ...products, jobs: [] })
  const left = await idle.sql`select status, attempts from picture`
  await idle.stop()
  assert.deepEqual(left, [{ status: 'processing', attempts: 1 }])
  const { sql, stop } = await start({ ...products, schedules: [] })
  await eventually(
    'its sizes are made',
    async () => (await sql`select from picture where status = 'ready'`).length === 1,
    30,
  )
  assert.equal((await sql`select from picture_file`).length, 5)
  await stop()
  await dropDatabase(databaseUrl)
})

/** A PNG of any size with hardly anything in it. */
function bomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 6, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1000))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
/** A picture as a camera stores it whose right side is up only after its orientation is applied. */
async function asTaken(meant: Buffer, orientation: number, format: 'png' | 'webp' | 'jpeg'): Promise<Buffer> {
  const turns = [0, 0, 0, 180, 0, 90, 270, 90, 90][orientation]
  const turned = sharp(await sharp(meant).rotate(turns).png().toBuffer())
  const mirrored = [2, 5].includes(orientation) ? turned.flop() : [4, 7].includes(orientation) ? turned.flip() : turned
  return sharp(await mirrored.png().toBuffer())
    .withMetadata({ orientation })
    [format]()
    .toBuffer()
}
function segment(marker: number, content: string): Buffer {
  const body = Buffer.from(content, 'latin1')
  return Buffer.concat([Buffer.from([0xff, marker, 0, body.length + 2]), body])
}
/** A progressive JPEG, cut before each of its scans. */
function scansOf(jpeg: Buffer): Buffer[] {
  const parts: Buffer[] = []
  let from = 0
  for (let at = jpeg.indexOf('ffda00', 1, 'hex'); at !== -1; at = jpeg.indexOf('ffda00', at + 1, 'hex')) {
    parts.push(jpeg.subarray(from, at))
    from = at
  }
  return [...parts, jpeg.subarray(from)]
}
/** The same PNG with damage in the middle of its pixels. */
function spoiled(png: Buffer): Buffer {
  const copy = Buffer.from(png)
  copy.fill(0xff, 100_000, 100_500)
  return copy
}

function runUntilKilled(databaseUrl: string): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'thumbnail-crash-child.ts'), databaseUrl], {
    env: { PATH: process.env.PATH, SOUK_CRASHPOINT: 'products.thumbnails-made' },
    stdio: 'inherit',
  })
  return new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal)))
}

test('the words of a picture are translated like the other words of its product, on its page and on cards', async () => {
  const words = { 'A jug with a wide spout': 'Ein Krug mit weiter Tülle' }
  const { id, slug } = await shop.staff.create({
    body: aProduct({ title: 'Pitcher', translations: { de: { title: 'Wasserkrug', words } } }),
  })
  const picture = await paint(40, 50).png().toBuffer()
  for (const alt of ['A jug with a wide spout', 'Seen from above', 'Pitcher']) await upload(id, picture, alt)
  const alts = async (language: string) => {
    const { images } = await shop.public.read({ params: { slug }, query: { language } })
    const { items } = await shop.public.list({ query: { q: 'Wasserkrug', language } })
    assert.deepEqual(
      items[0]?.images?.map(({ alt }) => alt),
      images.map(({ alt }) => alt),
    )
    return images.map(({ alt }) => alt)
  }
  assert.deepEqual(await alts('de'), ['Ein Krug mit weiter Tülle', 'Seen from above', 'Wasserkrug'])
  assert.deepEqual(await alts('en'), ['A jug with a wide spout', 'Seen from above', 'Pitcher'])
})
