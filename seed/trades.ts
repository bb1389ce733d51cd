// The trades of the bazaar, from which products for a load test are combined.
import type { Shape } from './draw.ts'
import type { dye } from './palette.ts'

export interface Trade {
  manners: string[]
  colors: (keyof typeof dye)[]
  patterns: string[]
  /** The option's name, and its values with their share of the base price in percent. */
  option: string
  values: [name: string, percent: number][]
  goods: Good[]
}

export type Good = [noun: string, category: string, shape: Shape, material: string, euroCents: number, grams: number]

const sizes: Trade['values'] = [
  ['Small', 70],
  ['Medium', 100],
  ['Large', 160],
  ['Extra large', 230],
]
const weights: Trade['values'] = [
  ['50 g', 100],
  ['100 g', 180],
  ['250 g', 400],
  ['500 g', 720],
]
const shoeSizes: Trade['values'] = [
  ['38', 100],
  ['40', 100],
  ['42', 100],
  ['44', 100],
]
const sets: Trade['values'] = [
  ['One', 100],
  ['Two', 190],
  ['Four', 360],
  ['Six', 520],
]

export const trades: Trade[] = [
  {
    manners: ['Hand-thrown', 'Twice-fired', 'Courtyard', 'Riverside', 'Garden', 'Old Town'],
    colors: ['indigo', 'saffron', 'terracotta', 'sage', 'turquoise', 'madder', 'plum', 'olive', 'charcoal', 'mint'],
    patterns: ['stars', 'leaves', 'zigzag', 'bands', 'diamonds', 'dip', 'flowers', 'scales', 'triangles'],
    option: 'Size',
    values: sizes,
    goods: [
      ['Bowl', 'bowls', 'bowl', 'Stoneware', 2600, 600],
      ['Plate', 'plates', 'plate', 'Earthenware', 2900, 700],
      ['Teapot', 'teapots-and-cups', 'teapot', 'Stoneware', 5600, 1000],
      ['Jar', 'jars-and-vases', 'jar', 'Earthenware', 4400, 1200],
      ['Vase', 'jars-and-vases', 'vase', 'Terracotta', 4200, 1100],
    ],
  },
  {
    manners: ['Hand-loomed', 'Caravan', 'Rooftop', 'Moonlit', 'Patient', 'Festive'],
    colors: ['indigo', 'saffron', 'terracotta', 'sage', 'turquoise', 'madder', 'plum', 'olive', 'rose', 'sky'],
    patterns: ['kilim', 'medallion', 'ikat', 'zigzag', 'stripes', 'diamonds', 'lattice', 'checks'],
    option: 'Size',
    values: sizes,
    goods: [
      ['Rug', 'rugs-and-kilims', 'rug', 'Wool', 28000, 5000],
      ['Cushion', 'cushions', 'cushion', 'Cotton', 3200, 400],
    ],
  },
  {
    manners: ['Hand-loomed', 'Featherlight', 'Evening', 'Travel', 'Lakeside'],
    colors: ['indigo', 'saffron', 'terracotta', 'sage', 'turquoise', 'madder', 'plum', 'olive', 'rose', 'mint'],
    patterns: ['stripes', 'checks', 'diamonds', 'dots', 'plain'],
    option: 'Pieces',
    values: sets,
    goods: [
      ['Scarf', 'scarves-and-throws', 'scarf', 'Wool', 4600, 220],
      ['Hammam Towel', 'hammam', 'towel', 'Cotton', 2600, 320],
    ],
  },
  {
    manners: ['Thursday', 'Mountain', 'Caravan', 'Grandmother’s', 'First Harvest', 'Old Town'],
    colors: ['saffron', 'copper', 'terracotta', 'rose', 'walnut'],
    patterns: ['whole', 'leaves', 'flowers', 'drops'],
    option: 'Weight',
    values: weights,
    goods: [
      ['Spice Blend', 'spices', 'spice', 'Spices', 520, 80],
      ['Tea', 'tea', 'tin', 'Tea', 690, 120],
      ['Honey', 'sweets-and-pantry', 'honey', 'Honey', 480, 160],
    ],
  },
  {
    manners: ['Saddle-stitched', 'Scholar’s', 'Traveler’s', 'Well-worn', 'Festive'],
    colors: ['copper', 'walnut', 'madder', 'indigo', 'olive', 'charcoal', 'plum'],
    patterns: ['flowers', 'stars', 'leaves', 'diamonds', 'plain'],
    option: 'Size',
    values: sizes,
    goods: [
      ['Satchel', 'bags', 'satchel', 'Goat leather', 12500, 1100],
      ['Notebook', 'small-leather', 'notebook', 'Leather', 2700, 300],
    ],
  },
  {
    manners: ['Quiet', 'Courtyard', 'Palace', 'Sunday', 'Embroidered'],
    colors: ['saffron', 'rose', 'indigo', 'madder', 'walnut', 'turquoise', 'sage'],
    patterns: ['flowers', 'stars', 'diamonds'],
    option: 'Size',
    values: shoeSizes,
    goods: [['Slippers', 'slippers', 'slippers', 'Leather', 4200, 450]],
  },
  {
    manners: ['Hammered', 'Pierced', 'Coppersmith’s', 'Moonlit', 'Desert'],
    colors: ['brass', 'copper', 'charcoal', 'turquoise'],
    patterns: ['stars', 'arches', 'drops', 'diamonds', 'leaves'],
    option: 'Size',
    values: sizes,
    goods: [
      ['Lantern', 'lanterns', 'lantern', 'Brass', 6200, 1100],
      ['Coffee Pot', 'copper-and-brass', 'coffeepot', 'Copper', 5800, 800],
    ],
  },
  {
    manners: ['Braided', 'Market', 'Sunday', 'Beach', 'Harvest'],
    colors: ['straw', 'gold', 'walnut', 'sage'],
    patterns: ['zigzag', 'stripes', 'checks'],
    option: 'Size',
    values: sizes,
    goods: [['Basket', 'baskets', 'basket', 'Palm leaf', 3500, 650]],
  },
  {
    manners: ['Slow-cured', 'Hammam', 'Garden', 'Laurel', 'Morning'],
    colors: ['olive', 'sage', 'rose', 'mint', 'saffron', 'charcoal'],
    patterns: ['flowers', 'leaves', 'stars'],
    option: 'Pieces',
    values: sets,
    goods: [['Soap', 'soap-and-scents', 'soap', 'Olive oil', 690, 180]],
  },
]
