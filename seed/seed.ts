// Fills a shop: the demo with its goods, pictures, customers and past orders, once; or many products, for load.
import { randomUUID } from 'node:crypto'
import { productsApi } from '@souk/contracts/products'
import type { Running } from '@souk/service'
import { createCustomer, ensureStaff } from '../services/users/staff.ts'
import { awaitReaders } from './await-readers.ts'
import { demoCategories, demoCustomers, demoProducts, manyProducts } from './catalog.ts'
import { placePastOrders } from './past-orders.ts'
import { putFirstPictures, putOtherPictures } from './put-pictures.ts'
import type { SeedProduct } from './seed-product.ts'
import type { SeedProgress } from './seed-progress.ts'
import { clientAs, putCategories, putProducts, seedStaff } from './store-goods.ts'

const staffEmail = 'staff@souk.example'

export interface Seeded {
  /** The shop was made now. */
  isNew: boolean
  /** For people to read: the address, and the password. A generated one is told once, when the account is made. */
  staffLogin: string
  /** Paints what the shop did not wait for. Missing where there is no demo. */
  paintMore?(options: Parameters<typeof putOtherPictures>[2]): Promise<void>
}

/**
 * Makes the staff login, and the demo shop, if there are none yet. A shop in production begins without the demo, and so does
 * one without the simulated provider, by which the demo's customers pay. `isGenerated`: no operator chose the staff password, so it
 * must be replaced at the first sign-in.
 */
export async function ensureShopIsSeeded(
  running: Running,
  options: { staffPassword: string; isGenerated: boolean; progress: SeedProgress; pictures?: boolean },
): Promise<Seeded> {
  const users = running.services.get('users')
  if (!users) throw new Error('Seeding needs the users service in this process.')
  const { staffPassword, isGenerated } = options
  const staff = { email: staffEmail, password: staffPassword, name: 'Staff', isGenerated }
  const [{ isNew, isItsPassword }, { items }] = await Promise.all([
    ensureStaff(users.context, staff),
    clientAs(running, productsApi, seedStaff).listCategories({}),
  ])
  const staffLogin = `${staffEmail}  ${staffPasswordText({ isNew, isItsPassword, staffPassword, isGenerated })}`
  const hasSimulator = running.services.get('payments')?.context.resources.simulator !== undefined
  if (users.context.shared.isProduction || !hasSimulator) return { isNew, staffLogin }
  const products = demoProducts()
  const paintMore: Seeded['paintMore'] =
    options.pictures === false ? undefined : (how) => putOtherPictures(running, products, how)
  // The past orders are made last: when the last one is there, so is all the rest but some pictures.
  if (items.length > 0 && (await placePastOrders(running, { onlyAsk: true })))
    return { isNew: false, staffLogin, paintMore }

  const { progress } = options
  progress.say('Making the categories')
  await putCategories(running, demoCategories())
  progress.say('Filling the shelves')
  await putProducts(running, products)
  if (options.pictures !== false) await putFirstPictures(running, products, progress)
  const customers = demoCustomers()
  const userIds = new Map<string, string>()
  for (const [index, customer] of customers.entries()) {
    progress.bar('Inviting customers', index, customers.length)
    const userId = await createCustomer(users.context, { ...customer, password: randomUUID() })
    userIds.set(customer.email, userId)
  }
  progress.say('Waiting for all services to know the goods')
  await awaitReaders(running)
  await placePastOrders(running, { progress, userIds })
  await awaitReaders(running)
  return { isNew: true, staffLogin, paintMore }
}

function staffPasswordText(staff: {
  isNew: boolean
  isItsPassword: boolean
  staffPassword: string
  isGenerated: boolean
}): string {
  if (staff.isGenerated && staff.isNew) return `${staff.staffPassword}  (shown once; replace it at the first sign-in)`
  if (staff.isGenerated && staff.isItsPassword)
    return '(with the password that was shown at the first start; npm run staff -- --new-password makes another)'
  return staff.isItsPassword
    ? staff.staffPassword
    : '(with the password it was given earlier; reset it by mail if need be)'
}

/** Adds `count` products that are easy to tell from the demo's. */
export async function seedMany(running: Running, count: number, progress: SeedProgress): Promise<void> {
  await putCategories(running, demoCategories())
  const batches: SeedProduct[][] = []
  let batch: SeedProduct[] = []
  let done = 0
  const atOnce = 3
  for (const product of manyProducts(count)) {
    batch.push(product)
    if (batch.length < 200) continue
    batches.push(batch)
    batch = []
    if (batches.length === atOnce) await put()
  }
  if (batch.length > 0) batches.push(batch)
  await put()
  progress.say('Waiting for all services to know the goods')
  await awaitReaders(running)

  async function put() {
    const now = batches.splice(0)
    await Promise.all(now.map((one) => putProducts(running, one)))
    done += now.reduce((sum, one) => sum + one.length, 0)
    progress.bar('Filling the shelves', done, count)
  }
}
