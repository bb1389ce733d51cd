// All things that can be drawn, with their measures: where their drawing ends, how large they are in life, where they belong, and
// which part of them is worth a closer look.
import { ceramicShapes } from './draw-ceramics.ts'
import { homeShapes } from './draw-home.ts'
import { lampShapes } from './draw-lamps.ts'
import { leatherShapes } from './draw-leather.ts'
import { pantryShapes } from './draw-pantry.ts'
import { teaTableShapes } from './draw-tea-table.ts'
import { textileShapes } from './draw-textiles.ts'

export const shapes = {
  ...ceramicShapes,
  ...teaTableShapes,
  ...pantryShapes,
  ...textileShapes,
  ...leatherShapes,
  ...lampShapes,
  ...homeShapes,
}
export type Shape = keyof typeof shapes

/** Where something is shown to tell its size. */
export type Place = 'table' | 'armchair' | 'floor' | 'rug' | 'hook' | 'bench' | 'lamp' | 'wall'
/** What lies beside it on the table. */
export type Company = 'lemons' | 'mug' | 'tea' | 'spoon' | 'books' | 'pencil'

export interface Measures {
  /** Left, top, right and bottom of the drawing; it stands on 0. */
  box: readonly [number, number, number, number]
  cmWide: number
  place: Place
  company?: Company
  /** The middle of the closer look, as shares of the box, and how much closer it is. */
  detail: readonly [x: number, y: number, zoom: number]
}

const of = (
  box: Measures['box'],
  cmWide: number,
  place: Place,
  detail: Measures['detail'],
  company?: Company,
): Measures => ({ box, cmWide, place, company, detail })

export const measures: Record<Shape, Measures> = {
  bowl: of([-490, -574, 490, 4], 20, 'table', [0.4, 0.5, 2.2], 'lemons'),
  bowls: of([-450, -568, 450, 12], 22, 'table', [0.32, 0.62, 2.2], 'mug'),
  plate: of([-490, -1016, 490, 12], 27, 'table', [0.34, 0.3, 2.2], 'mug'),
  teapot: of([-564, -726, 540, 4], 24, 'table', [0.4, 0.6, 2.4], 'tea'),
  cups: of([-440, -482, 446, 4], 19, 'table', [0.45, 0.6, 2.3], 'books'),
  glasses: of([-470, -582, 470, 40], 19, 'table', [0.5, 0.55, 2.4], 'lemons'),
  jar: of([-350, -844, 350, 2], 15, 'table', [0.42, 0.52, 2.2], 'mug'),
  vase: of([-290, -1116, 290, 4], 15, 'table', [0.42, 0.7, 2.4], 'books'),
  jug: of([-310, -796, 406, 4], 19, 'table', [0.42, 0.5, 2.2], 'tea'),
  tagine: of([-470, -856, 470, 10], 27, 'table', [0.42, 0.55, 2.2], 'lemons'),
  rug: of([-458, -1064, 458, 10], 160, 'rug', [0.42, 0.74, 2.3]),
  runner: of([-424, -762, 424, 12], 75, 'rug', [0.4, 0.72, 2.2]),
  cushion: of([-520, -906, 520, 56], 52, 'armchair', [0.36, 0.36, 2.3]),
  scarf: of([-358, -1040, 358, 16], 46, 'hook', [0.4, 0.62, 2.3]),
  folded: of([-456, -590, 440, 4], 40, 'bench', [0.26, 0.5, 2.2]),
  towel: of([-448, -1018, 448, -34], 66, 'hook', [0.4, 0.58, 2.4]),
  pouf: of([-516, -644, 516, 4], 55, 'floor', [0.42, 0.3, 2.2]),
  spice: of([-450, -674, 450, 4], 15, 'table', [0.46, 0.36, 2.3], 'spoon'),
  tin: of([-304, -836, 304, 4], 9, 'table', [0.44, 0.56, 2.2], 'tea'),
  packet: of([-326, -780, 326, 4], 13, 'table', [0.5, 0.24, 2], 'tea'),
  sweets: of([-480, -766, 480, 4], 20, 'table', [0.42, 0.42, 2.3], 'tea'),
  honey: of([-344, -658, 340, 6], 9, 'table', [0.5, 0.42, 2.1], 'spoon'),
  bottle: of([-222, -880, 222, 4], 7, 'table', [0.5, 0.62, 2.3], 'spoon'),
  satchel: of([-466, -974, 466, 4], 36, 'bench', [0.34, 0.62, 2.3]),
  tote: of([-456, -968, 456, 4], 42, 'bench', [0.36, 0.6, 2.2]),
  pouch: of([-448, -548, 522, 4], 25, 'table', [0.44, 0.52, 2.2], 'mug'),
  slippers: of([-550, -480, 572, 8], 28, 'floor', [0.56, 0.5, 3]),
  notebook: of([-360, -870, 300, 50], 15, 'table', [0.4, 0.3, 2.1], 'pencil'),
  belt: of([-400, -812, 570, 12], 15, 'table', [0.72, 0.8, 2.3], 'books'),
  lantern: of([-310, -1054, 310, 16], 18, 'table', [0.44, 0.58, 2.3], 'books'),
  pendant: of([-420, -1446, 420, -148], 40, 'lamp', [0.44, 0.72, 2.2]),
  mosaic: of([-310, -918, 310, 10], 15, 'table', [0.44, 0.3, 2.4], 'books'),
  candle: of([-286, -760, 286, 8], 9, 'table', [0.44, 0.66, 2.2], 'books'),
  tray: of([-512, -1022, 512, 4], 40, 'table', [0.4, 0.42, 2.3], 'tea'),
  coffeepot: of([-428, -874, 380, 10], 20, 'table', [0.44, 0.62, 2.3], 'tea'),
  mortar: of([-330, -884, 330, 14], 12, 'table', [0.46, 0.62, 2.2], 'lemons'),
  basket: of([-450, -802, 450, 16], 45, 'floor', [0.38, 0.66, 2.3]),
  soap: of([-484, -584, 514, 4], 18, 'table', [0.5, 0.45, 2.3], 'mug'),
  mirror: of([-366, -1066, 366, 6], 45, 'wall', [0.3, 0.34, 2.3]),
}
