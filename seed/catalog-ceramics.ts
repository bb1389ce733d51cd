// The potter's shelf: what Souk's demo sells in ceramics.

import { dye } from './palette.ts'
import type { SeedProduct } from './seed-product.ts'
import { priceTable } from './variants.ts'

export const ceramics: SeedProduct[] = [
  {
    slug: 'indigo-star-bowl',
    title: 'Indigo Star Bowl',
    description:
      'A footed bowl painted freehand with the eight-pointed star of the old quarter. The cobalt runs a little in the kiln, so no two stars are quite alike. The small one likes olives; the large one was made for couscous on Fridays.',
    category: 'bowls',
    attributes: { material: 'Stoneware', color: 'Indigo', origin: 'Fez, Morocco', care: 'Dishwasher safe' },
    ...priceTable(
      'BOWL-INDIGO',
      ['Size'],
      [
        ['S', ['Small, 14 cm'], 1900, 380, 42, 18],
        ['M', ['Medium, 20 cm'], 3200, 760, 31, 12],
        ['L', ['Large, 28 cm'], 5400, 1480, 14, 3],
      ],
    ),
    status: 'published',
    picture: { shape: 'bowl', color: dye.cream, accent: dye.indigo, pattern: 'stars', seed: 1 },
  },
  {
    slug: 'river-bowl',
    title: 'River Bowl',
    description:
      'Three waves run around a turquoise glaze the color of shallow water. Thrown thin, fired hot, and pleasantly light in the hand. A good bowl for soup, fruit, or nothing at all.',
    category: 'bowls',
    attributes: { material: 'Stoneware', color: 'Turquoise', origin: 'Kütahya, Türkiye', care: 'Dishwasher safe' },
    ...priceTable(
      'BOWL-RIVER',
      ['Size', 'Color'],
      [
        ['M-TURQUOISE', ['Medium, 18 cm', 'Turquoise'], 2800, 640, 26, 10],
        ['M-SAFFRON', ['Medium, 18 cm', 'Saffron'], 2800, 640, 19, 0],
        ['L-TURQUOISE', ['Large, 26 cm', 'Turquoise'], 4600, 1250, 9, 4],
        ['L-SAFFRON', ['Large, 26 cm', 'Saffron'], 4600, 1250, 2, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'bowl', color: dye.turquoise, accent: dye.cream, pattern: 'zigzag', seed: 2 },
  },
  {
    slug: 'nesting-meze-bowls',
    title: 'Nesting Meze Bowls, Set of Three',
    description:
      'Three bowls that live inside each other and come out when guests do: one for hummus, one for olives, one for the stones. The clay keeps its warm red at the foot, where the glaze was wiped away by hand.',
    category: 'bowls',
    attributes: { material: 'Terracotta', color: 'Terracotta', origin: 'Nabeul, Tunisia', pieces: '3' },
    ...priceTable(
      'BOWL-MEZE',
      ['Color'],
      [
        ['TERRACOTTA', ['Terracotta'], 4900, 1320, 22, 14],
        ['OLIVE', ['Olive'], 4900, 1320, 17, 6],
        ['NIGHT', ['Night blue'], 5200, 1320, 0, 3],
      ],
    ),
    status: 'published',
    picture: { shape: 'bowls', color: dye.terracotta, accent: dye.cream, seed: 3 },
  },
  {
    slug: 'honey-dip-bowl',
    title: 'Honey-Dipped Bowl',
    description:
      'Dark clay, dipped once to the waist in amber glaze and left to drip as it likes. Every bowl stops dripping somewhere else.',
    category: 'bowls',
    attributes: { material: 'Stoneware', color: 'Charcoal', origin: 'Avanos, Türkiye', care: 'Dishwasher safe' },
    ...priceTable(
      'BOWL-HONEY',
      ['Size'],
      [
        ['S', ['Breakfast, 15 cm'], 2200, 450, 38, 20],
        ['L', ['Salad, 25 cm'], 4800, 1300, 12, 8],
      ],
    ),
    status: 'published',
    picture: { shape: 'bowl', color: dye.charcoal, accent: dye.saffron, pattern: 'dip', seed: 4 },
  },
  {
    slug: 'garden-of-fez-plate',
    title: 'Garden of Fez Plate',
    description:
      'Leaves on the rim, leaves in the middle, and a star to keep them in order. The painter starts at the center and never lifts the brush for the ring. Hang it on a wall or serve lemon cake on it; it has no opinion.',
    category: 'plates',
    attributes: { material: 'Earthenware', color: 'White and indigo', origin: 'Fez, Morocco', care: 'Wash by hand' },
    ...priceTable(
      'PLATE-FEZ',
      ['Size'],
      [
        ['22', ['Dessert, 22 cm'], 2400, 520, 36, 24],
        ['27', ['Dinner, 27 cm'], 3400, 840, 30, 16],
        ['36', ['Serving, 36 cm'], 6900, 1700, 5, 2],
      ],
    ),
    status: 'published',
    picture: { shape: 'plate', color: dye.cream, accent: dye.indigo, pattern: 'leaves', seed: 5 },
  },
  {
    slug: 'saffron-sun-platter',
    title: 'Saffron Sun Platter',
    description:
      'A platter as yellow as four in the afternoon, ringed with madder-red diamonds. It is heavy, generous, and carries a roast chicken without complaint.',
    category: 'plates',
    attributes: { material: 'Stoneware', color: 'Saffron', origin: 'Safi, Morocco', care: 'Dishwasher safe' },
    ...priceTable(
      'PLATE-SUN',
      ['Size'],
      [
        ['30', ['30 cm'], 4900, 1150, 16, 9],
        ['40', ['40 cm'], 7900, 2100, 3, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'plate', color: dye.saffron, accent: dye.madder, pattern: 'diamonds', seed: 6 },
  },
  {
    slug: 'bosphorus-plate',
    title: 'Bosphorus Plate',
    description:
      'Overlapping scales in sea green, drawn with the rim of a copper cup as a compass. Six of them make a table; one makes a good home for keys.',
    category: 'plates',
    attributes: { material: 'Earthenware', color: 'Sea green', origin: 'İznik, Türkiye', care: 'Wash by hand' },
    ...priceTable(
      'PLATE-BOSPHORUS',
      ['Size', 'Color'],
      [
        ['21-SEA', ['21 cm', 'Sea green'], 2600, 500, 24, 11],
        ['21-PLUM', ['21 cm', 'Plum'], 2600, 500, 18, 7],
        ['27-SEA', ['27 cm', 'Sea green'], 3600, 820, 20, 0],
        ['27-PLUM', ['27 cm', 'Plum'], 3600, 820, 1, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'plate', color: dye.mint, accent: dye.turquoise, pattern: 'scales', seed: 7 },
  },
  {
    slug: 'storyteller-teapot',
    title: 'Storyteller Teapot',
    description:
      'Holds enough mint tea for one long story or four short ones. The spout was cut by a man who hates drips, and it shows. The lid sits deep, so it stays on when you pour from high.',
    category: 'teapots-and-cups',
    attributes: { material: 'Stoneware', color: 'Indigo', origin: 'Fez, Morocco', care: 'Wash by hand' },
    ...priceTable(
      'TEAPOT-STORY',
      ['Volume', 'Color'],
      [
        ['08-INDIGO', ['0.8 l', 'Indigo'], 5900, 980, 15, 8],
        ['08-SAGE', ['0.8 l', 'Sage'], 5900, 980, 11, 5],
        ['12-INDIGO', ['1.2 l', 'Indigo'], 7200, 1280, 8, 2],
        ['12-SAGE', ['1.2 l', 'Sage'], 7200, 1280, 0, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'teapot', color: dye.indigo, accent: dye.saffron, pattern: 'leaves', seed: 8 },
  },
  {
    slug: 'courtyard-cups',
    title: 'Courtyard Cups, Set of Three',
    description:
      'Cups without handles, because if it is too hot to hold it is too hot to drink. Brushed turquoise bands, a white inside, and a foot that does not scratch the table.',
    category: 'teapots-and-cups',
    attributes: { material: 'Stoneware', color: 'White and turquoise', origin: 'Nabeul, Tunisia', pieces: '3' },
    ...priceTable(
      'CUPS-COURTYARD',
      ['Color'],
      [
        ['TURQUOISE', ['Turquoise'], 2900, 660, 44, 21],
        ['TERRACOTTA', ['Terracotta'], 2900, 660, 33, 12],
        ['INDIGO', ['Indigo'], 2900, 660, 27, 9],
      ],
    ),
    status: 'published',
    picture: { shape: 'cups', color: dye.cream, accent: dye.turquoise, pattern: 'bands', seed: 9 },
  },
  {
    slug: 'gilded-tea-glasses',
    title: 'Gilded Tea Glasses with Saucers',
    description:
      'Tulip glasses with a gold lip: narrow at the waist to keep the tea hot, wide at the top to let it cool. They come with painted saucers and ring very nicely against each other.',
    category: 'teapots-and-cups',
    attributes: { material: 'Glass', color: 'Gold', origin: 'Istanbul, Türkiye', care: 'Wash by hand' },
    ...priceTable(
      'GLASS-TULIP',
      ['Pieces'],
      [
        ['2', ['Set of 2'], 1800, 420, 50, 30],
        ['6', ['Set of 6'], 4600, 1260, 21, 10],
        ['12', ['Set of 12'], 8400, 2520, 3, 1],
      ],
    ),
    status: 'published',
    picture: { shape: 'glasses', color: dye.indigo, accent: dye.brass, seed: 10 },
  },
  {
    slug: 'jar-of-seven-spices',
    title: 'Jar of Seven Spices',
    description:
      'A lidded jar from a spice shop that needed more beautiful drawers. Glazed inside and out, tight enough for saffron, large enough for rice. Spices not included; secrets optional.',
    category: 'jars-and-vases',
    attributes: { material: 'Earthenware', color: 'Turquoise', origin: 'Kütahya, Türkiye', care: 'Wash by hand' },
    ...priceTable(
      'JAR-SEVEN',
      ['Size'],
      [
        ['S', ['Small, 15 cm'], 3400, 700, 28, 13],
        ['M', ['Medium, 24 cm'], 5600, 1400, 13, 7],
        ['L', ['Large, 35 cm'], 9800, 3100, 2, 1],
      ],
    ),
    status: 'published',
    picture: { shape: 'jar', color: dye.turquoise, accent: dye.cream, pattern: 'flowers', seed: 11 },
  },
  {
    slug: 'atlas-vase',
    title: 'Atlas Vase',
    description:
      'Triangles stand for mountains in the language of Berber potters, and this vase has three ranges of them. Unglazed outside, sealed inside. It is happy with one branch.',
    category: 'jars-and-vases',
    attributes: { material: 'Terracotta', color: 'Terracotta', origin: 'Rif, Morocco', height: '26 cm' },
    ...priceTable(
      'VASE-ATLAS',
      ['Color'],
      [
        ['TERRACOTTA', ['Terracotta'], 4400, 1150, 18, 9],
        ['SPECKLED', ['Speckled white'], 4700, 1150, 12, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'vase', color: dye.terracotta, accent: dye.cream, pattern: 'triangles', seed: 12 },
  },
  {
    slug: 'olive-grove-jug',
    title: 'Olive Grove Jug',
    description:
      'Dipped in green from the lip down, as if it had been held by the foot over a vat of olive oil. Which is nearly what happened. Pours water, wine, and cut flowers.',
    category: 'jars-and-vases',
    attributes: { material: 'Stoneware', color: 'Olive', origin: 'Djerba, Tunisia', care: 'Dishwasher safe' },
    ...priceTable(
      'JUG-OLIVE',
      ['Volume'],
      [
        ['1', ['1 l'], 3900, 900, 25, 12],
        ['2', ['2 l'], 5800, 1500, 10, 4],
      ],
    ),
    status: 'published',
    picture: { shape: 'jug', color: dye.cream, accent: dye.olive, pattern: 'dip', seed: 13 },
  },
  {
    slug: 'friday-tagine',
    title: 'Friday Tagine',
    description:
      'The tall lid sends the steam back down, which is all the secret there is. Cooks on gas, in the oven, and over coals; asks only to be soaked in water the first night. The painted one is for serving, and for showing off.',
    category: 'jars-and-vases',
    attributes: { material: 'Terracotta', color: 'Terracotta', origin: 'Salé, Morocco', care: 'Soak before first use' },
    ...priceTable(
      'TAGINE-FRIDAY',
      ['Size', 'Finish'],
      [
        ['27-RAW', ['27 cm', 'For cooking'], 4500, 3200, 19, 11],
        ['27-PAINTED', ['27 cm', 'Painted'], 5900, 3200, 8, 3],
        ['32-RAW', ['32 cm', 'For cooking'], 5900, 4500, 12, 5],
        ['32-PAINTED', ['32 cm', 'Painted'], 7900, 4500, 1, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'tagine', color: dye.terracotta, accent: dye.saffron, pattern: 'arches', seed: 14 },
  },
]
