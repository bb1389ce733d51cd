// The tax of each country. In most countries prices contain it; in some it is added at the end. The rates are the standard
// ones of 2026, and flat where a country has many (US, CA): enough for a demo, not for a tax return.

export interface TaxRule {
  /** 1900 is 19 %. */
  basisPoints: number
  /** True: prices contain the tax. False: it is added. */
  included: boolean
}

/** Where the shop is. Its tax applies until the customer has given an address. */
export const homeCountry = 'DE'

const included: Record<string, number> = {
  AT: 2000,
  AU: 1000,
  BE: 2100,
  BG: 2000,
  CH: 810,
  CY: 1900,
  CZ: 2100,
  DE: 1900,
  DK: 2500,
  EE: 2400,
  ES: 2100,
  FI: 2550,
  FR: 2000,
  GB: 2000,
  GR: 2400,
  HR: 2500,
  HU: 2700,
  IE: 2300,
  IT: 2200,
  JP: 1000,
  LT: 2100,
  LU: 1700,
  LV: 2100,
  MT: 1800,
  NL: 2100,
  NO: 2500,
  NZ: 1500,
  PL: 2300,
  PT: 2300,
  RO: 2100,
  SE: 2500,
  SI: 2200,
  SK: 2300,
}
const added: Record<string, number> = { CA: 1300, US: 800 }

/** The tax of a country. For a country that is not listed, none is added. */
export function taxIn(country: string): TaxRule {
  const contained = included[country]
  if (contained !== undefined) return { basisPoints: contained, included: true }
  return { basisPoints: added[country] ?? 0, included: false }
}

/** The tax on an amount, rounded once, half up: the part that the amount contains, or the part to add to it. */
export function taxOn(amount: number, { basisPoints, included }: TaxRule): number {
  return share(amount, basisPoints, included ? 10_000 + basisPoints : 10_000)
}

/** amount × part / whole, rounded half up; exact for every amount that a safe integer holds. */
export function share(amount: number, part: number, whole: number): number {
  const twice = BigInt(whole) * 2n
  return Number((BigInt(amount) * BigInt(part) * 2n + BigInt(whole)) / twice)
}

/**
 * What `count` units of `whole` cost when all of them cost `amount` and `before` units were counted already. Portions are
 * differences of rounded running sums, so that the portions of all units add up to `amount` exactly.
 */
export function portion(amount: number, before: number, count: number, whole: number): number {
  return share(amount, before + count, whole) - share(amount, before, whole)
}
