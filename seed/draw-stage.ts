// Where goods stand in a picture: a table or a room, in the light from the upper left, and things put there at their true size.
import { contactShadow, outlined, tile } from './draw-light.ts'
import { line, mix, moved, type Pen, px, rect, times } from './draw-pen.ts'
import { measures, type Shape, shapes } from './draw-shapes.ts'

export interface Frame {
  width: number
  height: number
}

const wallTones = ['#d9b98f', '#a9b596', '#d29c80', '#93a9ad']
export const wallOf = (seed: number) => mix(tile, wallTones[seed % wallTones.length]!, 0.38)

const fine = (value: number) => String(Math.round(value * 1000) / 1000)

/** Pixels for each unit of a thing's drawing. */
export function scaleOf(shape: Shape, pixelsPerCm: number): number {
  const { box, cmWide } = measures[shape]
  return (cmWide * pixelsPerCm) / (box[2] - box[0])
}

export function heightCm(shape: Shape): number {
  const { box } = measures[shape]
  return scaleOf(shape, 1) * (box[3] - box[1])
}

/** The thing itself; its ground is at y. */
export function thing(pen: Pen, shape: Shape, x: number, y: number, scale: number, turn = 0): string {
  const { box } = measures[shape]
  const middle = ((box[0] + box[2]) / 2) * scale
  return moved(x - middle, y, outlined(pen, shapes[shape](pen), scale), `rotate(${turn}) scale(${fine(scale)})`)
}

/** The thing with the shadow where it stands. */
export function standing(pen: Pen, shape: Shape, x: number, y: number, pixelsPerCm: number): string {
  const wide = measures[shape].cmWide * pixelsPerCm
  return contactShadow(x, y, wide * 0.96) + thing(pen, shape, x, y, scaleOf(shape, pixelsPerCm))
}

/** Something that is drawn in tenths of a centimeter. */
export function placed(pen: Pen, markup: string, x: number, y: number, pixelsPerCm: number): string {
  const scale = pixelsPerCm / 10
  return moved(x, y, outlined(pen, markup, scale), `scale(${fine(scale)})`)
}

/** The sun through a window at the upper left. */
function windowLight(): string {
  const pane = (x: number, y: number, high: number) =>
    `<path d="M${x} ${y}l210 ${px(-high * 0.12)}l120 ${high}l-210 ${px(high * 0.12)}Z" fill="#fff" fill-opacity=".24"/>`
  return pane(120, 170, 300) + pane(370, 140, 300) + pane(250, 510, 270) + pane(500, 480, 270)
}

/** A wall and a table from `back` to `front`. */
export function tableTop({ width, height }: Frame, seed: number, back: number, front: number): string {
  const top = '#cfa67c'
  const depth = front - back
  return [
    rect(0, 0, width, height, wallOf(seed)),
    windowLight(),
    rect(0, back, width, height - back, top),
    rect(0, back, width, 7, mix(top, '#5a4334', 0.4)),
    ...times(5, (i) =>
      line(
        `M${px(((i * 397) % 700) * (width / 1280))} ${px(back + depth * (0.14 + i * 0.18))}h${380 + ((i * 131) % 300)}`,
        mix(top, '#7a4e33', 0.25),
        3,
      ),
    ),
    rect(0, front, width, height - front, mix(top, '#5a4334', 0.32)),
    rect(0, front - 6, width, 10, mix(top, '#ffffff', 0.35)),
  ].join('')
}

/** A wall, a skirting board and a floor that begins at `floorLine`. */
export function room({ width, height }: Frame, seed: number, floorLine: number): string {
  const floor = '#d8b78f'
  return [
    rect(0, 0, width, height, wallOf(seed)),
    windowLight(),
    rect(0, floorLine, width, height - floorLine, floor),
    rect(0, floorLine - 28, width, 32, mix(wallOf(seed), '#ffffff', 0.55)),
    rect(0, floorLine + 4, width, 5, mix(floor, '#5a4334', 0.4)),
    ...times(5, (i) => line(`M0 ${floorLine + 50 + i * i * 30 + i * 40}H${width}`, mix(floor, '#7a4e33', 0.22), 3)),
  ].join('')
}

/** The shadow of furniture, which touches the ground with its feet only. */
export function furnitureShadow(x: number, y: number, width: number): string {
  return `<ellipse cx="${x}" cy="${y - 8}" rx="${px(width * 0.56)}" ry="${px(width * 0.045 + 14)}" fill="url(#shadow)" fill-opacity=".7"/>`
}
