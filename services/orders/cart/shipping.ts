// Shipping methods and their prices by zone and currency: a price for the first two kilograms, and a price for each further
// kilogram or part of one. We do not ship to countries without a zone.
import type { Order } from '@souk/contracts/orders'

export type ChosenMethod = Order['shippingMethod']

type Zone = 'home' | 'union' | 'europe' | 'world'
/** Minor units: up to two kilograms, and for each further kilogram or part of one. */
type Price = readonly [first: number, furtherKilogram: number]
interface Method {
  id: string
  name: string
  prices: Record<string, Record<Zone, Price>>
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
  },
  {
    id: 'express',
    name: 'Express',
    prices: {
      EUR: { home: [990, 110], union: [1790, 290], europe: [2490, 390], world: [3990, 990] },
      USD: { home: [1090, 120], union: [1970, 320], europe: [2740, 430], world: [4390, 1090] },
    },
  },
]
const gramsOfFirst = 2_000

export function canShipTo(country: string): boolean {
  return zones.has(country)
}

/** The methods for a parcel, cheapest first. None when we do not ship to the country, or have no prices in the currency. */
export function shippingMethodsFor(country: string, currency: string, weightGrams: number): ChosenMethod[] {
  const zone = zones.get(country)
  if (!zone) return []
  return methods.flatMap(({ id, name, prices }) => {
    const price = prices[currency]?.[zone]
    if (!price) return []
    const further = Math.max(0, Math.ceil((weightGrams - gramsOfFirst) / 1_000))
    return [{ id, name, price: { amount: price[0] + further * price[1], currency } }]
  })
}
