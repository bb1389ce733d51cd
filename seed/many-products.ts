// As many plausible products as a load test wants, one at a time, the same ones for the same seed.
// Slugs end in `-no-<number>` and SKUs start with `NO<number>-`, so they never meet the demo's own.

import { chance } from './draw-pen.ts'
import { measureOf } from './legal-facts.ts'
import { dye } from './palette.ts'
import type { SeedProduct } from './seed-product.ts'
import { trades } from './trades.ts'
import { priceTable, type Row } from './variants.ts'

const origins = [
  'Fez, Morocco',
  'Konya, Türkiye',
  'Nabeul, Tunisia',
  'Cairo, Egypt',
  'Jaipur, India',
  'Beirut, Lebanon',
  'Bukhara, Uzbekistan',
]
const praises = [
  'Made slowly, in a small workshop, by people who sign their work.',
  'Chosen on the spot, after tea and a little haggling.',
  'Simple, honest, and a pleasure every morning.',
  'No two are quite the same, and nobody minds.',
  'Better than it needs to be.',
]
const farewells = [
  'A good present for someone who has everything.',
  'It feels at home anywhere.',
  'Wraps well and ships well.',
  'We keep one ourselves.',
]
const accents = ['cream', 'gold', 'brass'] as const

const shelf = trades.flatMap((trade) => trade.goods.map((good) => ({ trade, good })))

export function* manyProducts(count: number, seed = 1): Generator<SeedProduct> {
  const random = chance(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  for (let number = 1; number <= count; number++) {
    // Taking the shelf in turn keeps the categories even, whatever the count.
    const { trade, good } = shelf[number % shelf.length]!
    const [noun, category, shape, material, euroCents, grams] = good
    const [manner, color, origin] = [pick(trade.manners), pick(trade.colors), pick(origins)]
    const base = euroCents * (0.7 + random() * 0.9)
    const rows = trade.values.slice(0, 1 + Math.floor(random() * 4)).map(([value, percent], i): Row => {
      const fullShelf = random() < 0.12 ? 4 : 80
      const pieces = () => Math.floor(random() * fullShelf)
      const price = Math.round((base * percent) / 5000) * 50 - 10
      return [String(i + 1), [value], price, Math.round((grams * percent) / 100), pieces(), pieces()]
    })
    const shade = color[0]!.toUpperCase() + color.slice(1)
    const words = noun.toLowerCase().replaceAll(' ', '-')
    const slug = `${color}-${words}-no-${number}`
    const { options, variants } = priceTable(`NO${number}-${words}-${color}`.toUpperCase(), [trade.option], rows)
    yield {
      slug,
      title: `${manner} ${shade} ${noun} No. ${number}`,
      description: `${shade} ${noun.toLowerCase()} from ${origin}. ${pick(praises)} ${pick(farewells)}`,
      category,
      attributes: { material, color: shade, origin },
      options,
      variants: variants.map((one) => ({ ...one, measure: measureOf({ slug, category }, one.options) })),
      status: 'published',
      picture: {
        shape,
        color: dye[color],
        accent: ['saffron', 'gold', 'straw', 'brass'].includes(color) ? dye.madder : dye[pick(accents)],
        pattern: pick(trade.patterns),
        seed: number,
      },
    }
  }
}
