// As many plausible products as a load test wants, one at a time, the same ones for the same seed.
// Slugs end in `-no-<number>` and SKUs start with `NO<number>-`, so they never meet the demo's own.
import type { SeedProduct } from './catalogue.ts'
import type { Shape } from './draw.ts'
import { chance } from './draw-pen.ts'
import { dye } from './palette.ts'
import { priceTable, type Row } from './variants.ts'

interface Kind {
  noun: string
  category: string
  shape: Shape
  material: string
  patterns: string[]
  euroCents: number
  grams: number
  /** The option's name, and its values with their share of the base price in percent. */
  option: string
  values: [name: string, percent: number][]
}

const sizes: Kind['values'] = [
  ['Small', 70],
  ['Medium', 100],
  ['Large', 160],
  ['Extra large', 230],
]
const weights: Kind['values'] = [
  ['50 g', 100],
  ['100 g', 180],
  ['250 g', 400],
  ['500 g', 720],
]
const shoeSizes: Kind['values'] = [
  ['38', 100],
  ['40', 100],
  ['42', 100],
  ['44', 100],
]
const sets: Kind['values'] = [
  ['One', 100],
  ['Two', 190],
  ['Four', 360],
  ['Six', 520],
]

const painted = ['stars', 'leaves', 'zigzag', 'bands', 'diamonds', 'dip', 'flowers', 'scales', 'triangles']
const woven = ['kilim', 'medallion', 'ikat', 'zigzag', 'stripes', 'diamonds']

const kinds: Kind[] = [
  kind('Bowl', 'bowls', 'bowl', 'Stoneware', painted, 2600, 600, 'Size', sizes),
  kind(
    'Plate',
    'plates',
    'plate',
    'Earthenware',
    ['leaves', 'stars', 'diamonds', 'flowers', 'drops'],
    2900,
    700,
    'Size',
    sizes,
  ),
  kind('Teapot', 'teapots-and-cups', 'teapot', 'Stoneware', painted, 5600, 1000, 'Size', sizes),
  kind('Jar', 'jars-and-vases', 'jar', 'Earthenware', painted, 4400, 1200, 'Size', sizes),
  kind('Vase', 'jars-and-vases', 'vase', 'Terracotta', painted, 4200, 1100, 'Size', sizes),
  kind('Rug', 'rugs-and-kilims', 'rug', 'Wool', woven, 28000, 5000, 'Size', sizes),
  kind('Cushion', 'cushions', 'cushion', 'Cotton', woven, 3200, 400, 'Pieces', sets),
  kind(
    'Scarf',
    'scarves-and-throws',
    'scarf',
    'Wool',
    ['stripes', 'diamonds', 'checks', 'dots'],
    4600,
    220,
    'Size',
    sizes,
  ),
  kind('Hammam Towel', 'hammam', 'towel', 'Cotton', ['stripes', 'plain', 'checks'], 2600, 320, 'Pieces', sets),
  kind('Spice Blend', 'spices', 'spice', 'Spices', ['plain', 'whole'], 520, 80, 'Weight', weights),
  kind('Tea', 'tea', 'tin', 'Tea', ['leaves', 'stars', 'drops', 'flowers'], 690, 120, 'Weight', weights),
  kind('Honey', 'sweets-and-pantry', 'honey', 'Honey', ['flowers', 'leaves'], 480, 160, 'Weight', weights),
  kind(
    'Satchel',
    'bags',
    'satchel',
    'Goat leather',
    ['flowers', 'stars', 'leaves', 'plain'],
    12500,
    1100,
    'Size',
    sizes,
  ),
  kind('Slippers', 'slippers', 'slippers', 'Leather', ['flowers', 'stars', 'diamonds'], 4200, 450, 'Size', shoeSizes),
  kind('Notebook', 'small-leather', 'notebook', 'Leather', ['stars', 'flowers', 'leaves'], 2700, 300, 'Size', sizes),
  kind('Lantern', 'lanterns', 'lantern', 'Brass', ['stars', 'arches', 'drops', 'diamonds'], 6200, 1100, 'Size', sizes),
  kind(
    'Coffee Pot',
    'copper-and-brass',
    'coffeepot',
    'Copper',
    ['leaves', 'stars', 'bands', 'zigzag'],
    5800,
    800,
    'Size',
    sizes,
  ),
  kind('Basket', 'baskets', 'basket', 'Palm leaf', ['zigzag', 'stripes', 'checks'], 3500, 650, 'Size', sizes),
  kind('Soap', 'soap-and-scents', 'soap', 'Olive oil', ['flowers', 'leaves', 'stars'], 690, 180, 'Pieces', sets),
]

const manners = [
  'Hand-thrown',
  'Old Town',
  'Caravan',
  'Courtyard',
  'Moonlit',
  'Patient',
  'Rooftop',
  'Festive',
  'Humble',
  'Riverside',
  'Garden',
  'Coppersmith’s',
]
const origins = [
  'Fez, Morocco',
  'Konya, Türkiye',
  'Nabeul, Tunisia',
  'Cairo, Egypt',
  'Jaipur, India',
  'Beirut, Lebanon',
  'Isfahan, Iran',
  'Bukhara, Uzbekistan',
]
const praises = [
  'Made slowly, in a small workshop, by people who sign their work.',
  'It looks best after a year of use.',
  'Chosen on the spot, after tea and a little haggling.',
  'Simple, sturdy, and a pleasure every morning.',
  'No two are quite the same, and nobody minds.',
]
const uses = [
  'A good present for someone who has everything.',
  'It feels at home in any kitchen.',
  'Wraps well, ships well, ages well.',
  'We keep one ourselves.',
]
const colors = [
  'indigo',
  'saffron',
  'terracotta',
  'sage',
  'turquoise',
  'madder',
  'plum',
  'olive',
  'walnut',
  'charcoal',
  'rose',
  'mint',
] as const
const accents = ['cream', 'gold', 'saffron', 'brass'] as const

export function* manyProducts(count: number, seed = 1): Generator<SeedProduct> {
  const random = chance(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  for (let number = 1; number <= count; number++) {
    // Taking the kinds in turn keeps the categories even, whatever the count.
    const { noun, category, shape, material, patterns, euroCents, grams, option, values } =
      kinds[number % kinds.length]!
    const [manner, color, origin] = [pick(manners), pick(colors), pick(origins)]
    const accent = color === 'saffron' ? 'cream' : pick(accents)
    const base = euroCents * (0.7 + random() * 0.9)
    const rows = values.slice(0, 1 + Math.floor(random() * 4)).map(([name, percent], i): Row => {
      const scarce = random() < 0.12
      const pieces = () => Math.floor(random() * (scarce ? 4 : 80))
      const price = Math.round((base * percent) / 5000) * 50 - 10
      return [String(i + 1), [name], price, Math.round((grams * percent) / 100), pieces(), pieces()]
    })
    const shade = color[0]!.toUpperCase() + color.slice(1)
    yield {
      slug: `${color}-${noun.toLowerCase().replaceAll(' ', '-')}-no-${number}`,
      title: `${manner} ${shade} ${noun} No. ${number}`,
      description: `${shade} ${noun.toLowerCase()} from ${origin}. ${pick(praises)} ${pick(uses)}`,
      category,
      attributes: { material, color: shade, origin },
      ...priceTable(`NO${number}-${noun.toUpperCase().replaceAll(' ', '-')}-${color.toUpperCase()}`, [option], rows),
      status: 'published',
      picture: { shape, color: dye[color], accent: dye[accent], pattern: pick(patterns), seed: number },
    }
  }
}

function kind(
  noun: string,
  category: string,
  shape: Shape,
  material: string,
  patterns: string[],
  euroCents: number,
  grams: number,
  option: string,
  values: Kind['values'],
): Kind {
  return { noun, category, shape, material, patterns, euroCents, grams, option, values }
}
