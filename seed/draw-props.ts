// Things that everybody knows the size of, drawn in tenths of a centimeter: they stand beside the goods to show theirs.
import { leaf } from './draw-motifs.ts'
import { cream, ellipse, line, mix, moved, type Pen, path, rect, times, wood } from './draw-pen.ts'
import type { Company } from './draw-shapes.ts'
import { band, mouth, outline, type Profile, turned } from './draw-turned.ts'

const white = '#f8f2e6'
const clay = '#a85a35'
const leafGreen = '#7d8f5f'

export interface Prop {
  draw(pen: Pen): string
  /** From left to right, in tenths of a centimeter. */
  width: number
  /** It lies in front of the goods, not beside them. */
  isInFront?: boolean
}

function mug(pen: Pen): string {
  const body: Profile = [
    [-88, 41],
    [-30, 41],
    [-8, 36],
    [-3, 33],
  ]
  return (
    line('M36 -70C78 -76 78 -22 34 -24', mix(white, '#5a4334', 0.35), 15) +
    line('M36 -70C76 -75 76 -23 34 -25', white, 10) +
    turned(pen, body, white, band(body, -26, -20, clay) + band(body, -16, -13, clay)) +
    mouth(-88, 41, '#fffaf0', '#8a5a38', 3)
  )
}

function tea(pen: Pen): string {
  const glass: Profile = [
    [-104, 32],
    [-84, 26],
    [-64, 23],
    [-38, 30],
    [-20, 30],
    [-9, 20],
    [-5, 23],
  ]
  const inside: Profile = glass.slice(1, 6).map(([y, half]) => [y, half - 3] as const)
  return (
    ellipse(0, -4, 52, 9, mix(white, '#000000', 0.12)) +
    ellipse(0, -7, 52, 9, white) +
    turned(
      pen,
      glass,
      '#f0ece2',
      path(outline(inside), '#b4561e') + ellipse(0, -84, 23, 3.4, '#cf7a3a') + band(glass, -99, -95, '#c8a04a'),
    ) +
    mouth(-104, 32, '#f4efe4', '#e4dccb', 2.4)
  )
}

function lemon(tone: string): string {
  return (
    path(
      'M-38 -26C-34 -48 -12 -54 4 -52C22 -50 32 -40 36 -31L46 -26L36 -20C30 -6 14 0 -2 0C-22 0 -36 -8 -38 -26Z',
      tone,
    ) +
    path('M-26 -34C-22 -44 -10 -48 0 -47C-12 -42 -18 -36 -22 -26Z', '#fff', 'fill-opacity=".4"') +
    path('M-36 -20C-20 -8 20 -8 36 -20C30 -6 14 0 -2 0C-20 0 -32 -6 -36 -20Z', '#1c1020', 'fill-opacity=".16"')
  )
}
const lemons = () =>
  moved(-24, -6, lemon('#e8bf45'), 'rotate(-6)') +
  moved(34, 0, lemon('#efcb57'), 'rotate(10) scale(.94)') +
  moved(-62, -34, leaf(17, leafGreen), 'rotate(-64)')

const spoon = () =>
  moved(
    0,
    -6,
    line('M-30 0L96 -9', mix(wood, '#000000', 0.08), 9) +
      ellipse(-52, 1, 36, 11, wood) +
      ellipse(-54, -1, 28, 7, mix(wood, '#2f2633', 0.3)),
  )

function books(): string {
  const book = (width: number, color: string) =>
    rect(-width / 2, -27, width, 27, color, 'rx="3"') +
    rect(-width / 2 + 8, -22, width - 8, 17, '#efe3cb') +
    rect(-width / 2 + 14, -17, width - 14, 2, '#cdbb98') +
    rect(-width / 2 + 14, -11, width - 14, 2, '#cdbb98') +
    rect(-width / 2, -27, 15, 27, mix(color, '#2f2633', 0.25), 'rx="3"')
  return moved(0, 0, book(190, '#5f7467')) + moved(-8, -27, book(165, clay)) + moved(4, -54, book(150, '#d8b878'))
}

const pencil = () =>
  rect(-80, -8, 140, 8, '#d8a53d') +
  rect(-80, -4, 140, 4, '#1c1020', 'fill-opacity=".18"') +
  path('M60 -8L86 -4L60 0Z', '#e6cda4') +
  path('M78 -5.4L86 -4L78 -2.6Z', '#3a3036') +
  rect(-92, -8, 14, 8, '#b96a5e', 'rx="2"')

/** A branch in a pot. */
export function plant(pen: Pen): string {
  const pot: Profile = [
    [-150, 92],
    [-128, 90],
    [-10, 66],
    [-4, 64],
  ]
  const stem = (lean: number, long: number) =>
    moved(
      0,
      -140,
      line(`M0 0Q${lean * 0.6} ${-long / 2} 0 ${-long}`, mix(leafGreen, '#2f2633', 0.3), 6) +
        times(7, (i) =>
          moved(
            0,
            -long + i * (long / 8),
            moved(0, -44, leaf(46, i % 2 ? leafGreen : mix(leafGreen, cream, 0.2))),
            `rotate(${i === 0 ? 0 : i % 2 ? 52 : -52})`,
          ),
        ).join(''),
      `rotate(${lean})`,
    )
  return (
    stem(-26, 330) +
    stem(24, 350) +
    stem(-4, 430) +
    turned(pen, pot, clay, band(pot, -112, -104, cream) + band(pot, -98, -95, cream))
  )
}

export const props: Record<Company, Prop> = {
  mug: { draw: mug, width: 110 },
  tea: { draw: tea, width: 110 },
  lemons: { draw: lemons, width: 190 },
  spoon: { draw: spoon, width: 190, isInFront: true },
  books: { draw: books, width: 190 },
  pencil: { draw: pencil, width: 180, isInFront: true },
}
