// The spice merchant's counter: what Souk's demo sells in spices, tea and sweet things.

import { dye } from './palette.ts'
import type { SeedProduct } from './seed-product.ts'
import { priceTable } from './variants.ts'

export const pantry: SeedProduct[] = [
  {
    slug: 'ras-el-hanout',
    title: 'Ras el Hanout, the Best of the Shop',
    description:
      'Twenty-two spices, roasted apart and ground together on Thursdays. The name means the head of the shop, and no merchant gives away his own. Ours has rose petals; that is all we will say.',
    category: 'spices',
    attributes: { color: 'Saffron', origin: 'Marrakech, Morocco', diet: 'Vegan', kept: '18 months' },
    ...priceTable(
      'SPICE-RAS',
      ['Weight'],
      [
        ['50', ['50 g'], 590, 80, 90, 60],
        ['150', ['150 g'], 1390, 190, 45, 30],
        ['500', ['500 g'], 3600, 560, 12, 6],
      ],
    ),
    status: 'published',
    picture: { shape: 'spice', color: '#cf8a2e', accent: dye.walnut, seed: 201 },
  },
  {
    slug: 'valley-paprika',
    title: 'Paprika from the Valley',
    description:
      'Red as a good argument, and much sweeter. The peppers dry in the sun on flat roofs, then meet oak smoke for one night. Stir it into oil before anything else.',
    category: 'spices',
    attributes: { color: 'Red', origin: 'Urfa, Türkiye', diet: 'Vegan', kept: '18 months' },
    ...priceTable(
      'SPICE-PAPRIKA',
      ['Weight', 'Heat'],
      [
        ['100-MILD', ['100 g', 'Mild'], 490, 130, 75, 50],
        ['100-HOT', ['100 g', 'Hot'], 490, 130, 68, 44],
        ['250-MILD', ['250 g', 'Mild'], 990, 290, 30, 20],
        ['250-HOT', ['250 g', 'Hot'], 990, 290, 3, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'spice', color: '#b83a2a', accent: dye.indigo, seed: 202 },
  },
  {
    slug: 'damascus-rosebuds',
    title: 'Damascus Rosebuds',
    description:
      'Picked before sunrise, while they are still closed. Steep them with black tea, crush them over rice pudding, or leave a bowl by the door and take the compliments.',
    category: 'spices',
    attributes: { color: 'Rose', origin: 'Isparta, Türkiye', diet: 'Vegan', kept: '12 months' },
    ...priceTable(
      'SPICE-ROSE',
      ['Weight'],
      [
        ['40', ['40 g'], 690, 70, 55, 28],
        ['120', ['120 g'], 1690, 170, 20, 2],
      ],
    ),
    status: 'published',
    picture: { shape: 'spice', color: '#c2607a', accent: dye.turquoise, pattern: 'whole', seed: 203 },
  },
  {
    slug: 'saffron-threads',
    title: 'Saffron Threads, First Harvest',
    description:
      'Only the red ends of the stigma, packed within a week of the harvest. Seven threads and a spoon of warm water color a whole pan of rice.',
    category: 'spices',
    attributes: { color: 'Saffron red', origin: 'Taliouine, Morocco', diet: 'Vegan', kept: '24 months' },
    ...priceTable(
      'SAFFRON',
      ['Weight'],
      [
        ['1', ['1 g'], 1290, 40, 40, 25],
        ['5', ['5 g'], 5400, 60, 10, 3],
        ['10', ['10 g'], 9900, 80, 1, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'tin', color: dye.madder, accent: dye.saffron, pattern: 'stars', seed: 204 },
  },
  {
    slug: 'nomads-mint-tea',
    title: 'Nomad’s Mint Tea',
    description:
      'Gunpowder green tea and whole spearmint leaves, in the proportions of a man who has poured it for forty years. The first glass is gentle, the second strong; of the third they tell proverbs.',
    category: 'tea',
    attributes: { color: 'Green', origin: 'Meknès, Morocco', caffeine: 'Medium', packaging: 'Tin' },
    ...priceTable(
      'TEA-MINT',
      ['Weight'],
      [
        ['80', ['Tin, 80 g'], 1190, 210, 64, 38],
        ['250', ['Tin, 250 g'], 2490, 420, 26, 15],
      ],
    ),
    status: 'published',
    picture: { shape: 'tin', color: dye.olive, accent: dye.saffron, pattern: 'leaves', seed: 205 },
  },
  {
    slug: 'bazaar-chai',
    title: 'Bazaar Chai',
    description:
      'Assam with cardamom, ginger, clove and black pepper, cut coarse for the pot. Boil it with milk until the kitchen smells like a railway station in the best sense.',
    category: 'tea',
    attributes: { color: 'Black', origin: 'Assam, India', caffeine: 'High', packaging: 'Bag' },
    ...priceTable(
      'TEA-CHAI',
      ['Weight'],
      [
        ['100', ['100 g'], 890, 130, 58, 33],
        ['250', ['250 g'], 1890, 290, 31, 17],
        ['1000', ['1 kg'], 5900, 1060, 4, 2],
      ],
    ),
    status: 'published',
    picture: { shape: 'packet', color: dye.plum, accent: dye.saffron, pattern: 'flowers', seed: 206 },
  },
  {
    slug: 'verbena-evening-tea',
    title: 'Verbena for the Evening',
    description:
      'Whole leaves of lemon verbena and nothing besides. It smells of soap in the packet and of gardens in the cup. No caffeine, no worries.',
    category: 'tea',
    attributes: { color: 'Green', origin: 'Ourika, Morocco', caffeine: 'None', packaging: 'Bag' },
    ...priceTable(
      'TEA-VERBENA',
      ['Weight'],
      [
        ['40', ['40 g'], 750, 70, 47, 22],
        ['120', ['120 g'], 1850, 160, 18, 9],
      ],
    ),
    status: 'published',
    picture: { shape: 'packet', color: dye.sage, accent: dye.terracotta, pattern: 'leaves', seed: 207 },
  },
  {
    slug: 'camel-train-black-tea',
    title: 'Camel Train Black Tea',
    description:
      'A black tea that remembers the campfires of the caravan road: malty, a touch of smoke, a long finish. Takes sugar like a gentleman.',
    category: 'tea',
    attributes: { color: 'Black', origin: 'Rize, Türkiye', caffeine: 'High', packaging: 'Tin' },
    ...priceTable(
      'TEA-CAMEL',
      ['Weight'],
      [
        ['100', ['Tin, 100 g'], 1090, 230, 39, 24],
        ['300', ['Tin, 300 g'], 2690, 470, 15, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'tin', color: dye.indigo, accent: dye.brass, pattern: 'drops', seed: 208 },
  },
  {
    slug: 'lokum-tower',
    title: 'Lokum Tower',
    description:
      'Rose or pistachio cubes, cut with a curved knife and rolled in powdered sugar by people in very white aprons. Boxed in one layer, so that nobody takes from below.',
    category: 'sweets-and-pantry',
    attributes: { color: 'Rose', origin: 'Safranbolu, Türkiye', diet: 'Vegetarian', kept: '9 months' },
    ...priceTable(
      'LOKUM',
      ['Flavor', 'Weight'],
      [
        ['ROSE-250', ['Rose', '250 g'], 890, 330, 52, 30],
        ['ROSE-500', ['Rose', '500 g'], 1590, 620, 24, 12],
        ['PISTACHIO-250', ['Pistachio', '250 g'], 1190, 330, 40, 18],
        ['PISTACHIO-500', ['Pistachio', '500 g'], 2190, 620, 2, 1],
      ],
    ),
    status: 'published',
    picture: { shape: 'sweets', color: '#e0899a', accent: '#efd083', seed: 209 },
  },
  {
    slug: 'mountain-thyme-honey',
    title: 'Mountain Thyme Honey',
    description:
      'Dark, slow, and a little wild. The hives stand above the tree line, where the bees find thyme and not much else. Try it on white cheese before you put it in tea.',
    category: 'sweets-and-pantry',
    attributes: { color: 'Amber', origin: 'High Atlas, Morocco', diet: 'Vegetarian', kept: '36 months' },
    ...priceTable(
      'HONEY-THYME',
      ['Weight'],
      [
        ['250', ['250 g'], 1290, 480, 34, 20],
        ['500', ['500 g'], 2290, 840, 19, 8],
      ],
    ),
    status: 'published',
    picture: { shape: 'honey', color: '#d8922a', accent: dye.turquoise, pattern: 'flowers', seed: 210 },
  },
  {
    slug: 'rosewater',
    title: 'Distilled Rosewater',
    description:
      'Steam, copper, patience, roses. A spoonful lifts a syrup, a drop on the wrist lifts a Monday. Distilled once, never colored.',
    category: 'sweets-and-pantry',
    attributes: { color: 'Rose', origin: 'Kelaat M’Gouna, Morocco', diet: 'Vegan', kept: '24 months' },
    ...priceTable(
      'ROSEWATER',
      ['Volume'],
      [
        ['100', ['100 ml'], 790, 240, 46, 31],
        ['250', ['250 ml'], 1490, 480, 28, 14],
      ],
    ),
    status: 'published',
    picture: { shape: 'bottle', color: dye.rose, accent: dye.madder, pattern: 'flowers', seed: 211 },
  },
  {
    slug: 'roasted-argan-oil',
    title: 'Roasted Argan Oil',
    description:
      'Pressed from kernels roasted over olive wood by a women’s cooperative south of Essaouira. Nutty and golden; bread is all it needs. Not for frying, please.',
    category: 'sweets-and-pantry',
    attributes: { color: 'Gold', origin: 'Essaouira, Morocco', diet: 'Vegan', kept: '12 months' },
    ...priceTable(
      'OIL-ARGAN',
      ['Volume'],
      [
        ['100', ['100 ml'], 1690, 260, 22, 13],
        ['250', ['250 ml'], 3690, 500, 3, 2],
      ],
    ),
    status: 'published',
    picture: { shape: 'bottle', color: '#d79a35', accent: dye.olive, pattern: 'drops', seed: 212 },
  },
]
