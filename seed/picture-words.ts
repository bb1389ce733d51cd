// What each picture of a demo product shows, in words for people who do not see it.

import { measures, type Shape } from './draw-shapes.ts'
import type { SeedProduct } from './seed-product.ts'
import type { View } from './views.ts'

const shapeWords: Record<Shape, string> = {
  bowl: 'a round bowl on a foot',
  bowls: 'three bowls, one inside the other',
  plate: 'a round plate on a small wooden stand',
  teapot: 'a round teapot with a curved spout',
  cups: 'three cups without handles',
  glasses: 'three tulip glasses of tea on saucers',
  jar: 'a round jar with a lid',
  vase: 'a round vase with three green branches',
  jug: 'a jug with a wide spout and a handle',
  tagine: 'a tagine with a tall pointed lid',
  rug: 'a fringed rug, hung from a rod',
  runner: 'a long rug, half unrolled',
  cushion: 'a square cushion with tassels at its corners',
  scarf: 'a fringed scarf, hung over a rod',
  folded: 'a folded stack of cloth',
  towel: 'a fringed towel, hung over a rod',
  pouf: 'a round leather pouf with seams',
  spice: 'a bowl heaped to a point',
  tin: 'a round tin with a lid and a label',
  packet: 'a closed paper bag with a label',
  sweets: 'a pyramid of sugared cubes on a stand',
  honey: 'a glass jar with a cloth tied over its lid',
  bottle: 'a corked glass bottle with a label',
  satchel: 'a leather satchel with two buckles',
  tote: 'a woven bag with leather handles',
  pouch: 'a flat bag with a pointed flap',
  slippers: 'a pair of slippers with turned-up toes',
  notebook: 'a bound notebook with a tooled cover',
  belt: 'a coiled leather belt with a brass buckle',
  lantern: 'a round lantern of pierced metal, lit from inside',
  pendant: 'a round hanging lamp of pierced metal, lit from inside',
  mosaic: 'a table lamp with a globe of glass tiles, lit',
  candle: 'a burning candle in a painted glass',
  tray: 'a round engraved tray',
  coffeepot: 'a coffee pot with a long beak',
  mortar: 'a mortar with its pestle',
  basket: 'a braided basket with two handles',
  soap: 'three bars of soap, the upper one tied with string',
  mirror: 'a mirror with a pointed arch and an inlaid frame',
}

const patternWords: Record<string, string> = {
  stars: 'eight-pointed stars',
  zigzag: 'zigzag lines',
  dip: 'glaze that runs down in drops',
  leaves: 'leaves',
  diamonds: 'diamonds',
  scales: 'overlapping scales',
  bands: 'painted bands',
  flowers: 'flowers',
  triangles: 'triangles',
  arches: 'small arches',
  drops: 'drops',
  medallion: 'one great stepped diamond and a border',
  kilim: 'stripes of triangles and stepped diamonds',
  lattice: 'diamonds between crossing lines',
  ikat: 'blurred ikat ovals',
  stripes: 'stripes',
  checks: 'checks',
  whole: 'whole dried petals',
}

const companyWords = {
  lemons: 'two lemons',
  mug: 'a mug of coffee',
  tea: 'a glass of tea',
  spoon: 'a wooden spoon',
  books: 'a stack of three books',
  pencil: 'a pencil',
}

/** One sentence: what it is, and what else can be seen. At most 300 characters. */
export function altOf({ title, picture }: Pick<SeedProduct, 'title' | 'picture'>, view: View): string {
  const { shape, pattern } = picture
  const ornament = pattern ? patternWords[pattern] : undefined
  if (view === 'detail') return `${title}, seen closely${ornament ? `: ${ornament}` : ''}`
  if (view === 'setting') return `${title} ${placeWords(shape)}`
  return `${title}: ${shapeWords[shape]}${ornament ? `, with ${ornament}` : ''}`
}

function placeWords(shape: Shape): string {
  const { place, company } = measures[shape]
  switch (place) {
    case 'table':
      return `on a table beside ${companyWords[company ?? 'mug']}`
    case 'armchair':
      return 'on the seat of an armchair'
    case 'floor':
      return 'on the floor in front of an armchair'
    case 'rug':
      return shape === 'runner' ? 'on the floor in front of a hall table' : 'on the floor under an armchair'
    case 'hook':
      return 'hung from a rail of pegs above a bench'
    case 'bench':
      return 'on a wooden bench beside a potted plant'
    case 'lamp':
      return 'above a dining table with two chairs'
    case 'wall':
      return 'above a hall table with books and a potted plant'
  }
}
