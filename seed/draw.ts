// Pictures of the demo's goods, drawn by code so that the shop needs no foreign photographs. Of every product there are three: it alone,
// on the tile that all products stand on; where it is used, beside something of a known size; and a closer look. A recipe always
// gives the same pictures.
import sharp from 'sharp'
import { contactShadow, frame, lights, tile, wallShadow } from './draw-light.ts'
import { chance, ink, mix, type Pen, rect } from './draw-pen.ts'
import { drawSetting } from './draw-settings.ts'
import { measures, type Shape } from './draw-shapes.ts'
import { thing } from './draw-stage.ts'
import type { View } from './views.ts'

export type { Shape } from './draw-shapes.ts'

export interface PictureRecipe {
  shape: Shape
  color: string
  accent: string
  pattern?: string
  seed: number
}

/** Shares of the frame that a thing may fill, and where a thing of no height would stand. */
const fills = { width: 0.78, height: 0.74 }
const eyeLine = 850

export function drawPicture(recipe: PictureRecipe, view: View = 'alone'): string {
  const definitions: string[] = []
  const pen = takePen(recipe, definitions)
  const { width, height } = frame
  const { shape, seed } = recipe
  const drawn =
    view === 'setting'
      ? drawSetting({ pen, shape, seed })
      : rect(0, 0, width, height, tile) + (view === 'alone' ? alone(pen, shape) : closer(pen, shape))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<defs>${lights()}${definitions.join('')}</defs>`,
    drawn,
    '</svg>',
  ].join('\n')
}

/** The picture as it is uploaded. */
export async function paintPicture(recipe: PictureRecipe, view: View = 'alone'): Promise<Buffer> {
  return sharp(Buffer.from(drawPicture(recipe, view)))
    .webp({ quality: 86, effort: 1 })
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

/** Things that hang cast their shadow on the wall, this far to each side. */
const onWall: Partial<Record<Shape, number>> = { rug: 400, scarf: 270, towel: 350, mirror: 366 }

function alone(pen: Pen, shape: Shape): string {
  const { scale, x, y } = standsAt(shape)
  const [left, top, right, bottom] = measures[shape].box.map((edge) => edge * scale) as [number, number, number, number]
  const half = (onWall[shape] ?? 0) * scale
  const shadow =
    half > 0
      ? wallShadow(
          x - half,
          y + top + (shape === 'mirror' ? 480 * scale : 20),
          half * 2,
          bottom - top - (shape === 'mirror' ? 480 : 60) * scale,
        )
      : shape === 'pendant'
        ? ''
        : contactShadow(x + (left + right) / 2, y, (right - left) * (shape === 'plate' ? 0.6 : 0.94))
  return shadow + thing(pen, shape, frame.width / 2, y, scale)
}

function standsAt(shape: Shape): { scale: number; x: number; y: number } {
  const [left, top, right, bottom] = measures[shape].box
  const scale = Math.min((frame.width * fills.width) / (right - left), (frame.height * fills.height) / (bottom - top))
  return {
    scale,
    x: frame.width / 2 - ((left + right) / 2) * scale,
    y: eyeLine + ((bottom - top) * scale) / 2 - bottom * scale - 30,
  }
}

function closer(pen: Pen, shape: Shape): string {
  const { box, detail } = measures[shape]
  const [shareX, shareY, zoom] = detail
  const scale = standsAt(shape).scale * zoom
  const x = frame.width / 2 + (0.5 - shareX) * (box[2] - box[0]) * scale
  const y = frame.height / 2 - (box[1] + (box[3] - box[1]) * shareY) * scale
  return thing({ ...pen, isClose: true }, shape, x, y, scale)
}
