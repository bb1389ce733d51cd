// What each picture of a demo product shows, in words for people who do not see it: in English, and how a sentence is made in any language.

import { measures, type Shape } from './draw-shapes.ts'
import type { SeedProduct } from './seed-product.ts'
import type { View } from './views.ts'

/** The words of one language. */
export interface PictureWords {
  shapes: Record<Shape, string>
  patterns: Record<string, string>
  /** What stands beside it on a table. */
  companies: Record<Company, string>
  alone(title: string, shape: string, pattern?: string): string
  detail(title: string, pattern?: string): string
  setting(title: string, place: Place, company: string): string
}
type Company = NonNullable<(typeof measures)[Shape]['company']>
type Place = (typeof measures)[Shape]['place'] | 'hall'

const shapes: PictureWords['shapes'] = {
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

const patterns: PictureWords['patterns'] = {
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

const companies: PictureWords['companies'] = {
  lemons: 'two lemons',
  mug: 'a mug of coffee',
  tea: 'a glass of tea',
  spoon: 'a wooden spoon',
  books: 'a stack of three books',
  pencil: 'a pencil',
}

const places: Record<Place, string> = {
  table: 'on a table beside',
  armchair: 'on the seat of an armchair',
  floor: 'on the floor in front of an armchair',
  rug: 'on the floor under an armchair',
  hall: 'on the floor in front of a hall table',
  hook: 'hung from a rail of pegs above a bench',
  bench: 'on a wooden bench beside a potted plant',
  lamp: 'above a dining table with two chairs',
  wall: 'above a hall table with books and a potted plant',
}

const english: PictureWords = {
  shapes,
  patterns,
  companies,
  alone: (title, shape, pattern) => `${title}: ${shape}${pattern ? `, with ${pattern}` : ''}`,
  detail: (title, pattern) => `${title}, seen closely${pattern ? `: ${pattern}` : ''}`,
  setting: (title, place, company) => `${title} ${places[place]}${place === 'table' ? ` ${company}` : ''}`,
}

type Pictured = Pick<SeedProduct, 'title' | 'picture'>

/** One sentence: what it is, and what else can be seen. At most 300 characters. */
export function altOf(product: Pictured, view: View): string {
  return describe(product, view, english)
}

export function describe({ title, picture }: Pictured, view: View, words: PictureWords): string {
  const { shape } = picture
  const pattern = picture.pattern && words.patterns[picture.pattern]
  if (view === 'detail') return words.detail(title, pattern)
  if (view === 'alone') return words.alone(title, words.shapes[shape], pattern)
  const { place, company } = measures[shape]
  return words.setting(title, shape === 'runner' ? 'hall' : place, words.companies[company ?? 'mug'])
}
