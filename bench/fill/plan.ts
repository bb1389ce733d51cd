// What a fill makes: how many of everything, in chunks, and how much disk it takes. Pure, so that it can be tested.

export interface FillPlan {
  orders: number
  products: number
  customers: number
  /** Orders are spread evenly over this time, which ends at `endsAt`. */
  years: number
  endsAt: string
}

const mostOf = { orders: 20_000_000, products: 2_000_000 }
export const fewestOf = { orders: 1_000, products: 1_000 }
/** Measured: what an order, a product and a customer take on the disk, with all their rows and indexes, in all databases. */
const bytesOf = { orders: 5_600, products: 5_000, customers: 900 }
/** While a table's indexes are built, and for the log. */
const spareBytes = 8e9

/** Reads `orders=100000,products=10000`. Throws a sentence for people when it cannot. */
export function planOf(text: string | undefined, endsAt: Date): FillPlan {
  const counts = { orders: 0, products: 0 }
  for (const part of (text ?? '').split(',')) {
    const [, name, digits] = /^(orders|products)=(\d{1,9})$/.exec(part.trim()) ?? []
    if (!name) throw new Error('Say how much to fill in, for example: --fill orders=100000,products=10000')
    const kind = name as keyof typeof counts
    counts[kind] = Number(digits)
    if (counts[kind] < fewestOf[kind] || counts[kind] > mostOf[kind])
      throw new Error(`A fill has ${fewestOf[kind]} to ${mostOf[kind]} ${kind}, not ${digits}.`)
  }
  if (!counts.orders || !counts.products) throw new Error('A fill needs both: --fill orders=100000,products=10000')
  return { ...counts, customers: Math.max(100, Math.round(counts.orders / 10)), years: 3, endsAt: endsAt.toISOString() }
}

/** How many bytes the filled databases take, without what is needed only meanwhile. */
export function bytesOfFill({ orders, products, customers }: FillPlan): number {
  return orders * bytesOf.orders + products * bytesOf.products + customers * bytesOf.customers
}

/** A sentence when the disk has too little room, else undefined. */
export function refuseForRoom(plan: FillPlan, freeBytes: number): string | undefined {
  const wanted = bytesOfFill(plan) + spareBytes
  if (freeBytes >= wanted) return undefined
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(0)
  return `This fill needs about ${gigabytes(wanted)} GB, and ${gigabytes(freeBytes)} GB are free. Ask for fewer orders, or name another folder with --folder.`
}

/** The numbers 1 to `count` in ranges of at most `size`, both ends included. */
export function chunksOf(count: number, size: number): [from: number, to: number][] {
  return Array.from({ length: Math.ceil(count / size) }, (_, place) => [
    place * size + 1,
    Math.min(count, (place + 1) * size),
  ])
}

/** The first of the orders that are younger than `days` at the end of the plan. */
export function firstOrderWithin(days: number, { orders, years }: FillPlan): number {
  return Math.max(1, orders - Math.floor((orders * days) / (years * 365)) + 1)
}
