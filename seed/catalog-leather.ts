// From the tanners' lane: what Souk's demo sells in bags, slippers and small leather.

import { dye } from './palette.ts'
import type { SeedProduct } from './seed-product.ts'
import { priceTable } from './variants.ts'

export const leather: SeedProduct[] = [
  {
    slug: 'letter-writers-satchel',
    title: 'Letter Writer’s Satchel',
    description:
      'Two buckles, one flower, no lining to tear. Cut from a single goat hide and sewn with waxed linen, it carries a laptop as calmly as it once carried other people’s love letters. Scratches are welcome; they are how it learns your name.',
    category: 'bags',
    attributes: { material: 'Goat leather', color: 'Copper', origin: 'Fez, Morocco', tanning: 'Vegetable' },
    ...priceTable(
      'BAG-LETTER',
      ['Size', 'Color'],
      [
        ['13-COPPER', ['13 inch', 'Copper'], 12900, 1100, 14, 7],
        ['13-WALNUT', ['13 inch', 'Walnut'], 12900, 1100, 12, 5],
        ['15-COPPER', ['15 inch', 'Copper'], 14900, 1350, 8, 3],
        ['15-WALNUT', ['15 inch', 'Walnut'], 14900, 1350, 0, 1],
      ],
    ),
    status: 'published',
    picture: { shape: 'satchel', color: dye.copper, accent: dye.cream, pattern: 'flowers', seed: 301 },
  },
  {
    slug: 'ikat-market-tote',
    title: 'Ikat Market Tote',
    description:
      'Ikat cloth above, saddle leather below, because markets are wet at the bottom. Holds two melons and a newspaper. The handles are long enough for a winter coat.',
    category: 'bags',
    attributes: { material: 'Cotton and leather', color: 'Indigo', origin: 'Margilan, Uzbekistan', volume: '18 l' },
    ...priceTable(
      'TOTE-IKAT',
      ['Color'],
      [
        ['INDIGO', ['Indigo'], 6900, 640, 23, 11],
        ['MADDER', ['Madder'], 6900, 640, 17, 6],
        ['OLIVE', ['Olive'], 6900, 640, 2, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'tote', color: dye.indigo, accent: dye.walnut, pattern: 'ikat', seed: 302 },
  },
  {
    slug: 'kilim-weekender',
    title: 'Kilim Weekender',
    description:
      'Made from an old kilim that had a hole in the middle, so no two are alike. Strong leather base, brass rivets, room for two nights away.',
    category: 'bags',
    attributes: { material: 'Wool and leather', color: 'Madder', origin: 'Istanbul, Türkiye', volume: '32 l' },
    ...priceTable(
      'WEEKENDER-KILIM',
      ['Color'],
      [
        ['MADDER', ['Madder'], 18900, 1600, 3, 1],
        ['TURQUOISE', ['Turquoise'], 18900, 1600, 2, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'tote', color: dye.madder, accent: dye.copper, pattern: 'kilim', seed: 303 },
  },
  {
    slug: 'tassel-clutch',
    title: 'Tassel Clutch',
    description:
      'A flap of kilim, a brass star to close it, a tassel to be noticed by. Fits a phone, keys, and a secret.',
    category: 'bags',
    attributes: { material: 'Leather and wool', color: 'Madder', origin: 'Marrakech, Morocco', lining: 'Cotton' },
    ...priceTable(
      'CLUTCH-TASSEL',
      ['Color'],
      [
        ['MADDER', ['Madder'], 5900, 320, 19, 8],
        ['PLUM', ['Plum'], 5900, 320, 13, 5],
      ],
    ),
    status: 'published',
    picture: { shape: 'pouch', color: dye.madder, accent: dye.saffron, pattern: 'kilim', seed: 304 },
  },
  {
    slug: 'saffron-babouches',
    title: 'Saffron Babouches',
    description:
      'The yellow slipper of Fez, softened with pomegranate peel, exactly as yellow as tradition demands. Fold the heel down at home and up for the baker’s. Take your usual size; they give a little.',
    category: 'slippers',
    attributes: { material: 'Goat leather', color: 'Saffron', origin: 'Fez, Morocco', sole: 'Leather' },
    ...priceTable(
      'BABOUCHE-SAFFRON',
      ['Size'],
      [
        ['38', ['38'], 3900, 420, 12, 6],
        ['39', ['39'], 3900, 430, 15, 8],
        ['40', ['40'], 3900, 440, 14, 7],
        ['41', ['41'], 3900, 460, 13, 5],
        ['42', ['42'], 3900, 480, 9, 0],
        ['43', ['43'], 3900, 500, 2, 1],
      ],
    ),
    status: 'published',
    picture: { shape: 'slippers', color: dye.saffron, accent: dye.madder, pattern: 'flowers', seed: 305 },
  },
  {
    slug: 'rose-court-slippers',
    title: 'Rose Court Slippers',
    description:
      'Soft suede with a small embroidered diamond, for palaces and for apartments with creaking floors. A rubber sole hides under the leather one.',
    category: 'slippers',
    attributes: { material: 'Suede', color: 'Rose', origin: 'Marrakech, Morocco', sole: 'Leather and rubber' },
    ...priceTable(
      'SLIPPER-ROSE',
      ['Size', 'Color'],
      [
        ['37-ROSE', ['37', 'Rose'], 4400, 380, 11, 5],
        ['37-SKY', ['37', 'Sky'], 4400, 380, 8, 4],
        ['38-ROSE', ['38', 'Rose'], 4400, 390, 14, 6],
        ['38-SKY', ['38', 'Sky'], 4400, 390, 9, 0],
        ['39-ROSE', ['39', 'Rose'], 4400, 400, 10, 3],
        ['39-SKY', ['39', 'Sky'], 4400, 400, 1, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'slippers', color: dye.rose, accent: dye.cream, pattern: 'diamonds', seed: 306 },
  },
  {
    slug: 'night-watch-slippers',
    title: 'Night Watch Slippers',
    description:
      'Indigo leather lined with shearling, for those who get up at three to look at the moon. Quiet on tiles.',
    category: 'slippers',
    attributes: { material: 'Leather and shearling', color: 'Indigo', origin: 'Konya, Türkiye', sole: 'Felt' },
    ...priceTable(
      'SLIPPER-NIGHT',
      ['Size'],
      [
        ['38', ['38'], 5400, 520, 8, 4],
        ['40', ['40'], 5400, 550, 10, 5],
        ['42', ['42'], 5400, 580, 9, 3],
        ['44', ['44'], 5400, 610, 0, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'slippers', color: dye.indigo, accent: dye.gold, pattern: 'stars', seed: 307 },
  },
  {
    slug: 'travelers-notebook',
    title: 'Traveler’s Notebook',
    description:
      'Gold-stamped leather around two hundred pages of cotton paper. It lies flat, takes ink well, and has a ribbon so you know where you were. Refills cost less than the first one.',
    category: 'small-leather',
    attributes: { material: 'Leather and paper', color: 'Olive', origin: 'Cairo, Egypt', pages: '200' },
    ...priceTable(
      'NOTEBOOK-TRAVEL',
      ['Size', 'Pages'],
      [
        ['A6-BLANK', ['A6', 'Blank'], 2400, 260, 33, 17],
        ['A6-LINED', ['A6', 'Lined'], 2400, 260, 29, 14],
        ['A5-BLANK', ['A5', 'Blank'], 3600, 480, 21, 10],
        ['A5-LINED', ['A5', 'Lined'], 3600, 480, 16, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'notebook', color: dye.olive, accent: dye.gold, pattern: 'stars', seed: 308 },
  },
  {
    slug: 'saddlers-belt',
    title: 'Saddler’s Belt',
    description:
      'Four millimeters of bridle leather, edge-dyed and stitched in saffron thread by a man who makes harnesses the rest of the week. The buckle is solid brass and will outlive several pairs of trousers.',
    category: 'small-leather',
    attributes: { material: 'Cow leather', color: 'Walnut', origin: 'Essaouira, Morocco', width: '3.5 cm' },
    ...priceTable(
      'BELT-SADDLER',
      ['Length'],
      [
        ['85', ['85 cm'], 4400, 260, 18, 9],
        ['95', ['95 cm'], 4400, 280, 22, 12],
        ['105', ['105 cm'], 4400, 300, 11, 3],
      ],
    ),
    status: 'published',
    picture: { shape: 'belt', color: dye.walnut, accent: dye.saffron, seed: 309 },
  },
  {
    slug: 'hagglers-purse',
    title: 'Haggler’s Purse',
    description:
      'A flat purse for coins, cards and the note you were not going to spend. Plain hide outside, a flash of turquoise stitching where it counts.',
    category: 'small-leather',
    attributes: { material: 'Goat leather', color: 'Walnut', origin: 'Fez, Morocco', lining: 'None' },
    ...priceTable(
      'PURSE-HAGGLER',
      ['Color'],
      [
        ['WALNUT', ['Walnut'], 2600, 110, 41, 23],
        ['TURQUOISE', ['Turquoise'], 2600, 110, 27, 2],
      ],
    ),
    status: 'published',
    picture: { shape: 'pouch', color: dye.copper, accent: dye.turquoise, pattern: 'plain', seed: 310 },
  },
  {
    slug: 'stitched-pouf',
    title: 'Stitched Pouf',
    description:
      'A seat, a footstool, a table for one glass of tea. Eight panels of hide meet in a star on top, sewn from the inside so that no seam ever touches the floor. Comes flat; fill it with wool, straw or old letters.',
    category: 'small-leather',
    attributes: { material: 'Goat leather', color: 'Walnut', origin: 'Marrakech, Morocco', diameter: '55 cm' },
    ...priceTable(
      'POUF-STAR',
      ['Color'],
      [
        ['WALNUT', ['Walnut'], 9900, 1500, 10, 6],
        ['COPPER', ['Copper'], 9900, 1500, 8, 2],
        ['CREAM', ['Cream'], 9900, 1500, 1, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'pouf', color: dye.walnut, accent: dye.saffron, seed: 311 },
  },
]
