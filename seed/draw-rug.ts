// A rug that lies on the floor, seen from a chair's height.
import { mix, type Pen, px, rect } from './draw-pen.ts'
import type { Frame } from './draw-stage.ts'
import { fringe } from './draw-textiles.ts'
import { weave } from './draw-weave.ts'

export interface Lying {
  /** In pixels. */
  wide: number
  /** Where its near edge is. */
  y: number
  /** So many times as long as wide. */
  ratio: number
  /** This share of its length is seen. */
  seen: number
  /** How much its far edge is moved to the right. */
  lean: number
  /** Its middle; that of the picture when left out. */
  x?: number
}

const width = 740

export function flatCloth(pen: Pen, frame: Frame, { wide, y, ratio, seen, lean, x }: Lying): string {
  const long = width * ratio
  const thread = '#e6d6ba'
  const edge = mix(pen.deep, '#2f2633', 0.3)
  const id = pen.define((id) => {
    const area = `x="-370" y="${px(-long)}" width="${width}" height="${px(long)}"`
    const cloth = weave(pen, { x: -370, y: -long, width, height: long })
    return `<g id="${id}">${fringe(-366, 0, 732, 50, thread)}${fringe(-366, -long - 50, 732, 50, thread)}<svg ${area} viewBox="-370 ${px(-long)} ${width} ${px(long)}" overflow="hidden">${cloth}</svg>${rect(-370, -long, width, long, 'none', `stroke="${edge}" stroke-width="9"`)}</g>`
  })
  const scale = wide / width
  const middle = (x ?? frame.width / 2) - (long * lean * scale) / 2
  const place = (away: number, markup: string) =>
    `<g transform="matrix(${px(scale * 1000)} 0 ${px(-lean * scale * 1000)} ${px(scale * seen * 1000)} ${px(middle + away)} ${px(y + away)}) scale(.001)">${markup}</g>`
  return place(15, rect(-370, -long, width, long, '#2f2633', 'fill-opacity=".2"')) + place(0, `<use href="#${id}"/>`)
}
