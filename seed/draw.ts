// Pictures of the demo's goods, drawn by code so that the shop needs no foreign photographs: every product stands in
// an arched niche in soft light. A recipe always gives the same picture.
import sharp from 'sharp'
import { ceramicShapes } from './draw-ceramics.ts'
import { homeShapes } from './draw-home.ts'
import { lampShapes } from './draw-lamps.ts'
import { leatherShapes } from './draw-leather.ts'
import { pantryShapes } from './draw-pantry.ts'
import { chance, ellipse, ink, line, mix, moved, type Pen, path, rect } from './draw-pen.ts'
import { teaTableShapes } from './draw-tea-table.ts'
import { textileShapes } from './draw-textiles.ts'

const shapes = {
  ...ceramicShapes,
  ...teaTableShapes,
  ...pantryShapes,
  ...textileShapes,
  ...leatherShapes,
  ...lampShapes,
  ...homeShapes,
}

export type Shape = keyof typeof shapes

export interface PictureRecipe {
  shape: Shape
  color: string
  accent: string
  pattern?: string
  seed: number
}

const side = 1600
const floorLine = 1130
const standsAt = 1345

/** Things on a rod cast their shadow on the wall, this far to each side, and not on the floor. */
const onRod: Partial<Record<Shape, number>> = { rug: 400, scarf: 290, towel: 350 }

/** Low things come a little closer, so that they fill the picture as the tall ones do. */
const low: readonly Shape[] = ['bowl', 'bowls', 'cups', 'glasses', 'slippers', 'pouch', 'folded', 'spice', 'runner']

const walls = ['#ecdfcb', '#c5d9d5', '#ecd2c4', '#d5dec9', '#edcfa6', '#ddd4e0', '#c8d8e4', '#e4ddcf']

const arches = [
  'M280 1130V640C280 330 520 160 800 160C1080 160 1320 330 1320 640V1130Z',
  'M280 1130V700C280 470 470 420 590 330C690 260 760 200 800 120C840 200 910 260 1010 330C1130 420 1320 470 1320 700V1130Z',
  'M330 1130V880C230 800 230 620 300 540C250 420 350 320 460 330C490 200 640 160 720 220C750 160 850 160 880 220C960 160 1110 200 1140 330C1250 320 1350 420 1300 540C1370 620 1370 800 1270 880V1130Z',
]

export function drawPicture(recipe: PictureRecipe): string {
  const definitions: string[] = []
  const pen = takePen(recipe, definitions)
  // Neighbors in a category have neighboring seeds: stepping through the walls keeps their colors apart.
  const wall = walls[(recipe.seed * 3) % walls.length]!
  const niche = arches[recipe.seed % arches.length]!
  const shadowHalf = onRod[recipe.shape]
  const hangs = shadowHalf !== undefined || recipe.shape === 'pendant'
  const product = shapes[recipe.shape](pen)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" width="${side}" height="${side}">`,
    `<defs>${lights(wall)}${definitions.join('')}</defs>`,
    rect(0, 0, side, side, wall),
    path(niche, 'url(#niche)'),
    line(niche, mix(wall, '#ffffff', 0.75), 10),
    rect(0, floorLine, side, side - floorLine, mix(wall, '#a9784d', 0.3)),
    rect(0, floorLine, side, side - floorLine, 'url(#floor)'),
    rect(0, floorLine - 8, side, 16, mix(wall, '#ffffff', 0.55)),
    shadow(recipe.shape, shadowHalf),
    moved(
      side / 2,
      hangs ? standsAt - 30 : standsAt,
      product,
      `scale(${hangs ? 1.08 : low.includes(recipe.shape) ? 1.17 : 1.06})`,
    ),
    '</svg>',
  ].join('\n')
}

/** The picture as the shop shows it. Measured at 100 ms and 49 kB on average; at most 130 ms and 110 kB. */
export async function paintPicture(recipe: PictureRecipe): Promise<Buffer> {
  return sharp(Buffer.from(drawPicture(recipe)))
    .webp({ quality: 82, effort: 1 })
    .toBuffer()
}

function takePen({ color, accent, pattern = 'plain', seed }: PictureRecipe, definitions: string[]): Pen {
  return {
    color,
    accent,
    pattern,
    deep: mix(color, ink, 0.32),
    accentDeep: mix(accent, ink, 0.3),
    random: chance(seed),
    define(write) {
      const id = `d${definitions.length}`
      definitions.push(write(id))
      return id
    },
  }
}

function shadow(shape: Shape, half: number | undefined): string {
  if (half) return rect(846 - half, 225, half * 2, 1070, ink, 'rx="40" fill-opacity=".12"')
  if (shape === 'pendant') return ellipse(800, standsAt + 10, 360, 50, 'url(#shadow)')
  return ellipse(850, standsAt + 2, 640, 84, 'url(#shadow)')
}

/** The light of the house: from the upper left, always. */
function lights(wall: string): string {
  const stop = (at: number, color: string, opacity: number) =>
    `<stop offset="${at}" stop-color="${color}" stop-opacity="${opacity}"/>`
  const linear = (id: string, stops: string, to = 'x2="1" y2="0"') =>
    `<linearGradient id="${id}" x1="0" y1="0" ${to}>${stops}</linearGradient>`
  const radial = (id: string, stops: string, at = '') => `<radialGradient id="${id}" ${at}>${stops}</radialGradient>`
  return [
    linear(
      'round',
      stop(0, '#000', 0.1) +
        stop(0.2, '#fff', 0.2) +
        stop(0.42, '#fff', 0) +
        stop(0.7, '#1c1020', 0.1) +
        stop(1, '#1c1020', 0.36),
    ),
    linear('hollow', stop(0, '#1c1020', 0.36) + stop(0.6, '#1c1020', 0.1) + stop(1, '#fff', 0.12)),
    linear('fold', stop(0, '#fff', 0.14) + stop(0.4, '#000', 0) + stop(1, '#1c1020', 0.28), 'x2="0" y2="1"'),
    linear('drape', stop(0, '#fff', 0.12) + stop(0.5, '#fff', 0) + stop(1, '#1c1020', 0.16), 'x2="1" y2=".6"'),
    linear('sheen', stop(0, '#fff', 0.26) + stop(0.45, '#fff', 0) + stop(1, '#1c1020', 0.22), 'x2="1" y2="1"'),
    linear(
      'niche',
      stop(0, mix(wall, '#5b4636', 0.2), 1) +
        stop(0.5, mix(wall, '#ffffff', 0.2), 1) +
        stop(1, mix(wall, '#ffffff', 0.45), 1),
    ),
    linear('floor', stop(0, '#1c1020', 0.12) + stop(0.5, '#1c1020', 0), 'x2="0" y2="1"'),
    radial('puff', stop(0, '#fff', 0.2) + stop(0.55, '#fff', 0) + stop(1, '#1c1020', 0.4), 'cx=".4" cy=".38" r=".72"'),
    radial('glow', stop(0, '#ffdf94', 0.75) + stop(0.4, '#ffd98a', 0.3) + stop(1, '#ffd98a', 0)),
    radial('shadow', stop(0, ink, 0.5) + stop(0.55, ink, 0.28) + stop(1, ink, 0)),
  ].join('')
}
