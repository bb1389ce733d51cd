// From the loom: what Souk's demo sells in rugs, cushions, scarves and hammam cloth.

import { dye } from './palette.ts'
import type { SeedProduct } from './seed-product.ts'
import { priceTable } from './variants.ts'

export const textiles: SeedProduct[] = [
  {
    slug: 'pomegranate-rug',
    title: 'Pomegranate Rug',
    description:
      'One great diamond in madder red, guarded by a border of stars. Knotted in wool on wool by a family workshop that signs each rug on the back with a single blue knot. It grows softer for about forty years.',
    category: 'rugs-and-kilims',
    attributes: { material: 'Wool', color: 'Madder red', origin: 'Konya, Türkiye', technique: 'Hand-knotted' },
    ...priceTable(
      'RUG-POMEGRANATE',
      ['Size'],
      [
        ['120', ['120 × 180 cm'], 48900, 6500, 4, 2],
        ['160', ['160 × 230 cm'], 79000, 11000, 2, 1],
        ['200', ['200 × 300 cm'], 124000, 18000, 1, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'rug', color: dye.madder, accent: dye.saffron, pattern: 'medallion', seed: 101 },
  },
  {
    slug: 'night-market-kilim',
    title: 'Night Market Kilim',
    description:
      'Flat-woven in indigo and terracotta, row upon row of triangles and stepped diamonds. Both sides are the right side. Light enough to take along when you move house, which is what kilims are for.',
    category: 'rugs-and-kilims',
    attributes: { material: 'Wool', color: 'Indigo', origin: 'Cappadocia, Türkiye', technique: 'Flat-woven' },
    ...priceTable(
      'KILIM-NIGHT',
      ['Size'],
      [
        ['90', ['90 × 150 cm'], 18900, 2400, 9, 5],
        ['140', ['140 × 200 cm'], 32900, 4600, 5, 3],
        ['170', ['170 × 240 cm'], 44900, 6700, 2, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'rug', color: dye.indigo, accent: dye.terracotta, pattern: 'kilim', seed: 102 },
  },
  {
    slug: 'beni-diamond-rug',
    title: 'Beni Diamond Rug',
    description:
      'Undyed wool the color of milk, with charcoal diamonds drawn from memory. The pile is deep and a little unruly. Bare feet recommended.',
    category: 'rugs-and-kilims',
    attributes: { material: 'Wool', color: 'Natural', origin: 'Middle Atlas, Morocco', technique: 'Hand-knotted' },
    ...priceTable(
      'RUG-BENI',
      ['Size'],
      [
        ['120', ['120 × 180 cm'], 42900, 7200, 6, 2],
        ['200', ['200 × 300 cm'], 109000, 20000, 0, 1],
      ],
    ),
    status: 'published',
    picture: { shape: 'rug', color: dye.cream, accent: dye.charcoal, pattern: 'lattice', seed: 103 },
  },
  {
    slug: 'long-corridor-runner',
    title: 'Long Corridor Runner',
    description:
      'For the hallway that everybody walks through and nobody looks at. Woven tight, in earth colors that forgive shoes. We roll it around a cedar stick, and the scent stays for weeks.',
    category: 'rugs-and-kilims',
    attributes: {
      material: 'Wool and cotton',
      color: 'Terracotta',
      origin: 'Kairouan, Tunisia',
      technique: 'Flat-woven',
    },
    ...priceTable(
      'RUNNER-LONG',
      ['Length'],
      [
        ['200', ['70 × 200 cm'], 14900, 2300, 11, 8],
        ['300', ['70 × 300 cm'], 21900, 3400, 7, 3],
        ['400', ['70 × 400 cm'], 28900, 4500, 2, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'runner', color: dye.terracotta, accent: dye.indigo, pattern: 'kilim', seed: 104 },
  },
  {
    slug: 'caravan-cushion',
    title: 'Caravan Cushion',
    description:
      'Cut from kilim weave, with four tassels that cats adore. The back is plain cotton with a hidden zipper. Sold with a feather inside, or as a cover if you have feathers of your own.',
    category: 'cushions',
    attributes: { material: 'Wool', color: 'Saffron', origin: 'Uşak, Türkiye', size: '45 × 45 cm' },
    ...priceTable(
      'CUSHION-CARAVAN',
      ['Color', 'Filling'],
      [
        ['SAFFRON-COVER', ['Saffron', 'Cover only'], 3400, 350, 32, 15],
        ['SAFFRON-FEATHER', ['Saffron', 'With feather inside'], 4600, 950, 20, 9],
        ['MADDER-COVER', ['Madder', 'Cover only'], 3400, 350, 24, 8],
        ['MADDER-FEATHER', ['Madder', 'With feather inside'], 4600, 950, 3, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'cushion', color: dye.saffron, accent: dye.madder, pattern: 'kilim', seed: 105 },
  },
  {
    slug: 'samarkand-ikat-cushion',
    title: 'Samarkand Ikat Cushion',
    description:
      'The threads are dyed before they are woven, so the edges of the pattern shiver a little. Silk on the front, cotton behind, indigo all through.',
    category: 'cushions',
    attributes: { material: 'Silk and cotton', color: 'Indigo', origin: 'Margilan, Uzbekistan', size: '50 × 50 cm' },
    ...priceTable(
      'CUSHION-IKAT',
      ['Color'],
      [
        ['INDIGO', ['Indigo'], 5900, 420, 18, 10],
        ['PLUM', ['Plum'], 5900, 420, 13, 4],
        ['OLIVE', ['Olive'], 5900, 420, 0, 2],
      ],
    ),
    status: 'published',
    picture: { shape: 'cushion', color: dye.indigo, accent: dye.cream, pattern: 'ikat', seed: 106 },
  },
  {
    slug: 'dune-cushion',
    title: 'Dune Cushion',
    description:
      'Dunes seen from very high up: chevrons in rust, cream and shadow. The weave is coarse and friendly and does not slide off the sofa.',
    category: 'cushions',
    attributes: { material: 'Cotton', color: 'Terracotta', origin: 'Marrakech, Morocco', size: '45 × 45 cm' },
    ...priceTable(
      'CUSHION-DUNE',
      ['Color'],
      [
        ['RUST', ['Rust'], 2900, 380, 40, 22],
        ['SAGE', ['Sage'], 2900, 380, 35, 16],
      ],
    ),
    status: 'published',
    picture: { shape: 'cushion', color: dye.terracotta, accent: dye.cream, pattern: 'zigzag', seed: 107 },
  },
  {
    slug: 'merchants-scarf',
    title: 'Merchant’s Scarf',
    description:
      'Long enough to go around twice and still wave goodbye. Fine wool in plum with saffron stripes, finished with a hand-twisted fringe. It has been mistaken for silk more than once.',
    category: 'scarves-and-throws',
    attributes: { material: 'Merino wool', color: 'Plum', origin: 'Amritsar, India', size: '70 × 200 cm' },
    ...priceTable(
      'SCARF-MERCHANT',
      ['Color'],
      [
        ['PLUM', ['Plum'], 4900, 220, 28, 14],
        ['INDIGO', ['Indigo'], 4900, 220, 24, 11],
        ['SAGE', ['Sage'], 4900, 220, 16, 2],
        ['MADDER', ['Madder'], 4900, 220, 1, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'scarf', color: dye.plum, accent: dye.saffron, pattern: 'stripes', seed: 108 },
  },
  {
    slug: 'silk-road-scarf',
    title: 'Silk Road Scarf',
    description:
      'Block-printed silk: a carved pear-wood stamp, a steady hand, and some nine hundred little diamonds. Cool in June, warm in the evening.',
    category: 'scarves-and-throws',
    attributes: { material: 'Silk', color: 'Turquoise', origin: 'Jaipur, India', size: '90 × 180 cm' },
    ...priceTable(
      'SCARF-SILK',
      ['Color'],
      [
        ['TURQUOISE', ['Turquoise'], 7900, 110, 15, 6],
        ['ROSE', ['Rose'], 7900, 110, 12, 3],
      ],
    ),
    status: 'published',
    picture: { shape: 'scarf', color: dye.turquoise, accent: dye.cream, pattern: 'diamonds', seed: 109 },
  },
  {
    slug: 'rooftop-throw',
    title: 'Rooftop Throw',
    description:
      'For nights when the stars are out and the stones have gone cold. Washed cotton and wool in soft stripes, large enough for two who like each other.',
    category: 'scarves-and-throws',
    attributes: { material: 'Cotton and wool', color: 'Sage', origin: 'Chefchaouen, Morocco', size: '140 × 200 cm' },
    ...priceTable(
      'THROW-ROOFTOP',
      ['Color'],
      [
        ['SAGE', ['Sage'], 8900, 1400, 14, 9],
        ['SKY', ['Sky'], 8900, 1400, 10, 5],
        ['ROSE', ['Rose'], 8900, 1400, 6, 0],
      ],
    ),
    status: 'published',
    picture: { shape: 'folded', color: dye.sage, accent: dye.terracotta, pattern: 'stripes', seed: 110 },
  },
  {
    slug: 'hammam-towel',
    title: 'Hammam Towel',
    description:
      'A flat-woven towel that dries you, then dries itself. Folds to the size of a book and comes along to the bath, the beach and the park. The knots of the fringe are tied by hand, all fifty of them.',
    category: 'hammam',
    attributes: {
      material: 'Organic cotton',
      color: 'White and indigo',
      origin: 'Denizli, Türkiye',
      size: '100 × 180 cm',
    },
    ...priceTable(
      'TOWEL-HAMMAM',
      ['Color'],
      [
        ['INDIGO', ['Indigo'], 2700, 320, 60, 40],
        ['TERRACOTTA', ['Terracotta'], 2700, 320, 48, 25],
        ['OLIVE', ['Olive'], 2700, 320, 37, 18],
        ['CHARCOAL', ['Charcoal'], 2700, 320, 29, 12],
      ],
    ),
    status: 'published',
    picture: { shape: 'towel', color: dye.cream, accent: dye.indigo, pattern: 'stripes', seed: 111 },
  },
  {
    slug: 'guest-towels',
    title: 'Guest Towels, Stack of Three',
    description:
      'Three small towels in three moods, for guests who were only going to stay for tea. Waffle-soft after the first wash.',
    category: 'hammam',
    attributes: { material: 'Organic cotton', color: 'Sky', origin: 'Denizli, Türkiye', pieces: '3' },
    ...priceTable(
      'TOWEL-GUEST',
      ['Color'],
      [
        ['SKY', ['Sky'], 3200, 480, 26, 17],
        ['ROSE', ['Rose'], 3200, 480, 21, 2],
      ],
    ),
    status: 'published',
    picture: { shape: 'folded', color: dye.sky, accent: dye.indigo, pattern: 'plain', seed: 112 },
  },
]
