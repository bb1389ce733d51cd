// For a test: a process of this service that takes in one picture and makes its sizes, until a crash point kills it.
import { productsApi } from '@souk/contracts/products'
import { memoryTransport, newTrace } from '@souk/messaging'
import { makeLog, run } from '@souk/service'
import { staff } from '@souk/service/fixture'
import sharp from 'sharp'
import { aProduct } from '../fixture.ts'
import { products } from '../service.ts'

const [databaseUrl = ''] = process.argv.slice(2)
const { serviceCalls } = await run({
  services: [products],
  databases: { products: databaseUrl },
  transport: memoryTransport(),
  env: {},
  log: makeLog({ level: 'silent' }),
  listen: false,
  operations: false,
})
const { create, addPicture } = productsApi.routes
const call = async (route: typeof create | typeof addPicture, input: object) =>
  serviceCalls.call(route, { ...input, caller: staff, trace: newTrace(), ip: '127.0.0.1' })

const body = JSON.stringify(aProduct({ id: '00000000-0000-7000-8000-000000000001' }))
await call(create, { body })
const background = { r: 20, g: 120, b: 90 }
const picture = await sharp({ create: { width: 900, height: 600, channels: 3, background } })
  .png()
  .toBuffer()
await call(addPicture, { params: { id: '00000000-0000-7000-8000-000000000001' }, query: {}, body: picture })
