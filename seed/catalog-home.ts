// Light and home: what Souk's demo sells in lanterns, copper, baskets, soap and scents. Two of them are still drafts.

import { dye } from './palette.ts'
import type { SeedProduct } from './seed-product.ts'
import { priceTable } from './variants.ts'

export const home: SeedProduct[] = [
  {
    slug: 'thousand-star-lantern',
    title: 'Thousand Star Lantern',
    description:
      'Every star is cut with a jeweler’s saw, and at night each one lands on your wall. Takes a candle or a small bulb. We counted once: two hundred and twelve, but Thousand Star sounded better.',
    category: 'lanterns',
    attributes: { material: 'Brass', color: 'Brass', origin: 'Marrakech, Morocco', light: 'Candle or E14' },
    ...priceTable(
      'LANTERN-STAR',
      ['Height', 'Color'],
      [
        ['30-BRASS', ['30 cm', 'Brass'], 5900, 900, 20, 9],
        ['30-BLACK', ['30 cm', 'Blackened'], 5900, 900, 14, 6],
        ['45-BRASS', ['45 cm', 'Brass'], 8900, 1500, 11, 4],
        ['45-BLACK', ['45 cm', 'Blackened'], 8900, 1500, 2, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'lantern', color: dye.brass, accent: dye.copper, pattern: 'stars', seed: 401 },
  },
  {
    slug: 'cloister-lantern',
    title: 'Cloister Lantern',
    description:
      'Blackened iron with rows of little arches, like a cloister folded into a circle. It throws long, slow shadows and is at its best on a balcony.',
    category: 'lanterns',
    attributes: { material: 'Iron', color: 'Charcoal', origin: 'Meknès, Morocco', light: 'Candle' },
    ...priceTable(
      'LANTERN-CLOISTER',
      ['Height'],
      [
        ['25', ['25 cm'], 3900, 1100, 24, 13],
        ['40', ['40 cm'], 6400, 2000, 9, 2],
      ],
    ),
    status: 'published',
    picture: { shape: 'lantern', color: dye.charcoal, accent: dye.brass, pattern: 'arches', seed: 402 },
  },
  {
    slug: 'golden-rain-pendant',
    title: 'Golden Rain Pendant',
    description:
      'A copper globe pierced with drops, hung on a hand-linked chain. Hang it low over a table and dinner slows down by about an hour.',
    category: 'lanterns',
    attributes: { material: 'Copper', color: 'Copper', origin: 'Cairo, Egypt', light: 'E27, up to 40 W' },
    ...priceTable(
      'PENDANT-RAIN',
      ['Diameter'],
      [
        ['30', ['30 cm'], 11900, 1600, 8, 4],
        ['45', ['45 cm'], 18900, 2900, 3, 1],
        ['60', ['60 cm'], 28900, 4600, 1, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'pendant', color: dye.copper, accent: dye.brass, pattern: 'drops', seed: 403 },
  },
  {
    slug: 'mosaic-table-lamp',
    title: 'Mosaic Table Lamp',
    description:
      'Hundreds of glass tiles, set one by one while the glue still allows a change of mind. Off, it is a pretty thing; on, it is a small festival.',
    category: 'lanterns',
    attributes: { material: 'Glass and brass', color: 'Turquoise', origin: 'Istanbul, Türkiye', light: 'E14' },
    ...priceTable(
      'LAMP-MOSAIC',
      ['Color'],
      [
        ['TURQUOISE', ['Turquoise'], 7400, 1300, 16, 7],
        ['MADDER', ['Madder'], 7400, 1300, 12, 5],
        ['SAFFRON', ['Saffron'], 7400, 1300, 0, 4],
      ],
    ),
    status: 'published',
    picture: { shape: 'mosaic', color: dye.turquoise, accent: dye.saffron, seed: 404 },
  },
  {
    slug: 'engraved-brass-tray',
    title: 'Engraved Brass Tray',
    description:
      'A tray engraved with compass, ruler and patience: sixteen arches around one great knot. Put it on a stand and it becomes a table; hang it up and it becomes the moon.',
    category: 'copper-and-brass',
    attributes: { material: 'Brass', color: 'Brass', origin: 'Fez, Morocco', care: 'Polish twice a year' },
    ...priceTable(
      'TRAY-BRASS',
      ['Diameter'],
      [
        ['35', ['35 cm'], 6900, 1400, 13, 6],
        ['50', ['50 cm'], 11900, 2600, 5, 2],
        ['70', ['70 cm'], 19900, 4800, 0, 1],
      ],
    ),
    status: 'published',
    picture: { shape: 'tray', color: dye.brass, accent: dye.gold, seed: 405 },
  },
  {
    slug: 'desert-coffee-pot',
    title: 'Desert Coffee Pot',
    description:
      'The beaked pot that means you are staying. Tinned inside, hammered outside, balanced so that a child can pour. Cardamom in the coffee, a date on the side.',
    category: 'copper-and-brass',
    attributes: { material: 'Copper', color: 'Copper', origin: 'Gaziantep, Türkiye', care: 'Wash by hand' },
    ...priceTable(
      'COFFEEPOT-DESERT',
      ['Volume'],
      [
        ['05', ['0.5 l'], 5400, 700, 15, 8],
        ['1', ['1 l'], 7400, 1050, 9, 3],
      ],
    ),
    status: 'published',
    picture: { shape: 'coffeepot', color: dye.copper, accent: dye.brass, pattern: 'leaves', seed: 406 },
  },
  {
    slug: 'mortar-and-pestle',
    title: 'Mortar and Pestle',
    description:
      'Cast in sand, turned on a lathe, loud as a bell. Grinds cardamom, cumin and resentment. The heavy one stays where you put it.',
    category: 'copper-and-brass',
    attributes: { material: 'Brass', color: 'Brass', origin: 'Gaziantep, Türkiye', care: 'Wipe clean' },
    ...priceTable(
      'MORTAR-BRASS',
      ['Size'],
      [
        ['S', ['Small, 9 cm'], 2900, 900, 26, 15],
        ['L', ['Large, 14 cm'], 5200, 2400, 8, 3],
      ],
    ),
    status: 'published',
    picture: { shape: 'mortar', color: dye.brass, accent: dye.copper, pattern: 'bands', seed: 407 },
  },
  {
    slug: 'arched-bone-mirror',
    title: 'Arched Bone Mirror',
    description:
      'Walnut, inlaid with stars of camel bone and brass. The arch is drawn after a window in Tlemcen, the one everyone photographs and nobody opens.',
    category: 'copper-and-brass',
    attributes: { material: 'Walnut and bone', color: 'Walnut', origin: 'Damascus, Syria', mounting: 'Two hooks' },
    ...priceTable(
      'MIRROR-ARCH',
      ['Height'],
      [
        ['60', ['60 cm'], 12900, 3800, 6, 3],
        ['90', ['90 cm'], 21900, 7900, 2, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'mirror', color: dye.walnut, accent: dye.brass, seed: 408 },
  },
  {
    slug: 'sunday-market-basket',
    title: 'Sunday Market Basket',
    description:
      'Palm leaf, soaked, split and braided, with leather handles sewn on by the neighbor. Creaks pleasantly when full. Rinse it once a summer and it lasts for ten.',
    category: 'baskets',
    attributes: { material: 'Palm leaf and leather', color: 'Straw', origin: 'Essaouira, Morocco', volume: '20 l' },
    ...priceTable(
      'BASKET-SUNDAY',
      ['Size', 'Color'],
      [
        ['M-NATURAL', ['Medium', 'Natural'], 3400, 600, 30, 18],
        ['M-TERRACOTTA', ['Medium', 'Terracotta'], 3600, 600, 22, 11],
        ['L-NATURAL', ['Large', 'Natural'], 4400, 850, 17, 7],
        ['L-TERRACOTTA', ['Large', 'Terracotta'], 4600, 850, 3, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'basket', color: dye.straw, accent: dye.terracotta, pattern: 'zigzag', seed: 409 },
  },
  {
    slug: 'bread-keeper-basket',
    title: 'Bread Keeper Basket',
    description:
      'Woven for flatbread, borrowed by yarn, toys and newspapers. A checked belt of dyed reed runs around the middle.',
    category: 'baskets',
    attributes: { material: 'Reed', color: 'Straw', origin: 'Aswan, Egypt', diameter: '32 cm' },
    ...priceTable(
      'BASKET-BREAD',
      ['Color'],
      [
        ['INDIGO', ['Indigo'], 2900, 450, 25, 12],
        ['MADDER', ['Madder'], 2900, 450, 19, 3],
      ],
    ),
    status: 'published',
    picture: { shape: 'basket', color: '#dcbc86', accent: dye.indigo, pattern: 'checks', seed: 410 },
  },
  {
    slug: 'striped-palm-basket',
    title: 'Striped Palm Basket',
    description:
      'Wide hips, soft stripes, and a rim that keeps its shape. It stands in the bedroom and pretends not to be for laundry.',
    category: 'baskets',
    attributes: { material: 'Palm leaf', color: 'Sage', origin: 'Kairouan, Tunisia', volume: '45 l' },
    ...priceTable('BASKET-STRIPED', [], [['', [], 5900, 1300, 7, 5]]),
    status: 'draft',
    picture: { shape: 'basket', color: '#d9c08f', accent: dye.sage, pattern: 'stripes', seed: 411 },
  },
  {
    slug: 'aleppo-soap',
    title: 'Aleppo Soap',
    description:
      'Olive oil, laurel oil, water, lye, and nine months of waiting. Brown outside, green inside; the recipe is older than the shop, the city wall, and most alphabets.',
    category: 'soap-and-scents',
    attributes: { material: 'Olive and laurel oil', color: 'Olive', origin: 'Aleppo, Syria', diet: 'Vegan' },
    ...priceTable(
      'SOAP-ALEPPO',
      ['Laurel', 'Pieces'],
      [
        ['20-1', ['20 % laurel', 'One bar'], 690, 200, 80, 55],
        ['20-3', ['20 % laurel', 'Three bars'], 1850, 600, 40, 25],
        ['40-1', ['40 % laurel', 'One bar'], 990, 200, 52, 30],
        ['40-3', ['40 % laurel', 'Three bars'], 2650, 600, 3, 1],
      ],
    ),
    status: 'published',
    picture: { shape: 'soap', color: dye.olive, accent: dye.sage, pattern: 'leaves', seed: 412 },
  },
  {
    slug: 'rose-clay-soap',
    title: 'Rose and Clay Soap',
    description:
      'Ghassoul clay from the Atlas, softened with rose oil and tied with a string. It polishes lightly and leaves the bathroom smelling of May.',
    category: 'soap-and-scents',
    attributes: { material: 'Shea and clay', color: 'Rose', origin: 'Fez, Morocco', diet: 'Vegan' },
    ...priceTable(
      'SOAP-ROSE',
      ['Pieces'],
      [
        ['1', ['One bar'], 750, 150, 61, 37],
        ['3', ['Three bars'], 1990, 450, 23, 12],
      ],
    ),
    status: 'published',
    picture: { shape: 'soap', color: dye.rose, accent: dye.cream, pattern: 'flowers', seed: 413 },
  },
  {
    slug: 'amber-evening-candle',
    title: 'Amber Evening Candle',
    description:
      'Amber, cedar, and a trace of orange peel in a painted glass. Burns for forty-five hours; afterwards the glass is a tumbler, a vase, or a home for pencils.',
    category: 'soap-and-scents',
    attributes: { material: 'Soy wax', color: 'Plum', origin: 'Beirut, Lebanon', burns: '45 hours' },
    ...priceTable(
      'CANDLE-AMBER',
      ['Scent'],
      [
        ['AMBER', ['Amber and cedar'], 2800, 620, 34, 19],
        ['FIG', ['Fig leaf'], 2800, 620, 27, 13],
        ['OUD', ['Oud and rose'], 3200, 620, 2, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'candle', color: dye.plum, accent: dye.saffron, pattern: 'arches', seed: 414 },
  },
  {
    slug: 'orange-blossom-candle',
    title: 'Orange Blossom Candle',
    description:
      'One courtyard, one tree, the second week of April. We are still arguing about the color of the glass, so this one waits in the workshop.',
    category: 'soap-and-scents',
    attributes: { material: 'Soy wax', color: 'Turquoise', origin: 'Beirut, Lebanon', burns: '45 hours' },
    ...priceTable('CANDLE-ORANGE', [], [['', [], 2800, 620, 0, 12]]),
    status: 'draft',
    picture: { shape: 'candle', color: dye.turquoise, accent: dye.cream, pattern: 'flowers', seed: 415 },
  },
]
