// Shipping methods and their prices by zone and currency: a price for the first two kilograms, and a price for each further
// kilogram or part of one; how many working days a parcel travels; and from which sum of goods a method is free. We do not ship to
// countries without a zone.
import type { Delivery, Order } from '@souk/contracts/orders'
import { deliveryDays, type TransitDays } from './delivery-days.ts'

export type ChosenMethod = Order['shippingMethod']

type Zone = 'home' | 'union' | 'europe' | 'world'
/** Minor units: up to two kilograms, and for each further kilogram or part of one. */
type Price = readonly [first: number, furtherKilogram: number]
interface Method {
  id: string
  name: string
  prices: Record<string, Record<Zone, Price>>
  days: Record<Zone, TransitDays>
  /** Minor units: free when the goods, less the discount, cost this or more. Never where it is missing. */
  freeFrom?: Record<string, Partial<Record<Zone, number>>>
}

const countries: Record<Zone, string> = {
  home: 'DE',
  union: 'AT BE BG CY CZ DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK',
  europe: 'CH GB NO',
  world: 'AU CA JP NZ US',
}
const zones = new Map(
  Object.entries(countries).flatMap(([zone, list]) => list.split(' ').map((country) => [country, zone as Zone])),
)

const methods: readonly Method[] = [
  {
    id: 'standard',
    name: 'Standard',
    prices: {
      EUR: { home: [490, 60], union: [890, 120], europe: [1290, 190], world: [1990, 590] },
      USD: { home: [540, 70], union: [980, 130], europe: [1420, 210], world: [2190, 650] },
    },
    days: { home: [1, 3], union: [3, 5], europe: [4, 7], world: [7, 12] },
    freeFrom: { EUR: { home: 60_00 }, USD: { home: 66_00 } },
  },
  {
    id: 'express',
    name: 'Express',
    prices: {
      EUR: { home: [990, 110], union: [1790, 290], europe: [2490, 390], world: [3990, 990] },
      USD: { home: [1090, 120], union: [1970, 320], europe: [2740, 430], world: [4390, 1090] },
    },
    days: { home: [1, 1], union: [1, 2], europe: [2, 3], world: [3, 5] },
  },
]
const gramsOfFirst = 2_000

export function canShipTo(country: string): boolean {
  return zones.has(country)
}

/**
 * The methods for a parcel, cheapest first. None when we do not ship to the country, or have no prices in the currency.
 * `goodsAmount`: what the goods cost, less the discount, in minor units.
 */
export function shippingMethodsFor(
  country: string,
  currency: string,
  weightGrams: number,
  goodsAmount = 0,
): ChosenMethod[] {
  const zone = zones.get(country)
  if (!zone) return []
  return methods.flatMap(({ id, name, prices, freeFrom }) => {
    const price = prices[currency]?.[zone]
    if (!price) return []
    const further = Math.max(0, Math.ceil((weightGrams - gramsOfFirst) / 1_000))
    const free = freeFrom?.[currency]?.[zone]
    const amount = free !== undefined && goodsAmount >= free ? 0 : price[0] + further * price[1]
    return [
      {
        id,
        name,
        price: { amount, currency },
        ...(free === undefined ? {} : { freeFrom: { amount: free, currency } }),
      },
    ]
  })
}

/** When a parcel arrives that is ordered at this time. Undefined when we do not ship to the country, or have no such method. */
export function deliveryOf(methodId: string, country: string, at: Date): Delivery | undefined {
  const days = transitDays(methodId, country)
  return days && deliveryDays(days, at)
}

/** How long a parcel travels. Undefined when we do not ship to the country, or have no such method. */
export function transitDays(methodId: string, country: string): TransitDays | undefined {
  const zone = zones.get(country)
  return zone && methods.find(({ id }) => id === methodId)?.days[zone]
}
