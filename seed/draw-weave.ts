// Cloth by the yard: the flat patterns that rugs, cushions, scarves, towels and bags are cut from.
import { motifs, starOfEight, steppedDiamond, triangle } from './draw-motifs.ts'
import { cream, line, mix, moved, type Pen, path, px, rect, times } from './draw-pen.ts'

export interface Cloth {
  x: number
  y: number
  width: number
  height: number
}

/** Fills the rectangle with the recipe's pattern. */
export function weave(pen: Pen, cloth: Cloth): string {
  const { x, y, width, height } = cloth
  const ground = rect(x, y, width, height, pen.color)
  return ground + (patterns[pen.pattern] ?? scattered)(pen, cloth) + (pen.isClose ? threads(cloth) : '')
}

/** Light and shadow of the threads, over the pattern that they make. */
function threads({ x, y, width, height }: Cloth): string {
  const along = times(Math.ceil(height / 9), (i) => `M${px(x)} ${px(y + i * 9)}h${px(width)}`).join('')
  const across = times(Math.ceil(width / 9), (i) => `M${px(x + i * 9)} ${px(y)}v${px(height)}`).join('')
  return (
    line(along, '#1c1020', 2.4, 'stroke-opacity=".16"') +
    line(across, '#ffffff', 2.4, 'stroke-opacity=".13" stroke-dasharray="6 12"')
  )
}

const patterns: Record<string, (pen: Pen, cloth: Cloth) => string> = {
  plain: (pen, { x, y, width, height }) =>
    times(Math.ceil(height / 26), (i) => rect(x, y + i * 26, width, 4, pen.deep, 'fill-opacity=".16"')).join(''),
  stripes: (pen, { x, y, width, height }) => {
    const widths = [34, 10, 60, 10, 34, 90]
    const colors = [pen.accent, cream, pen.deep, cream, pen.accent, '']
    let at = y + 30
    const bands: string[] = []
    for (let i = 0; at < y + height && i < 60; i++) {
      if (colors[i % 6]) bands.push(rect(x, at, width, widths[i % 6]!, colors[i % 6]!))
      at += widths[i % 6]! + 12
    }
    return bands.join('')
  },
  checks: (pen, { x, y, width, height }) =>
    times(Math.ceil(width / 110), (i) => rect(x + i * 110 + 20, y, 50, height, pen.accent, 'fill-opacity=".5"')).join(
      '',
    ) +
    times(Math.ceil(height / 110), (i) => rect(x, y + i * 110 + 20, width, 50, pen.accent, 'fill-opacity=".5"')).join(
      '',
    ) +
    times(Math.ceil(width / 110), (i) => rect(x + i * 110 + 84, y, 7, height, cream, 'fill-opacity=".7"')).join('') +
    times(Math.ceil(height / 110), (i) => rect(x, y + i * 110 + 84, width, 7, cream, 'fill-opacity=".7"')).join(''),
  zigzag: (pen, { x, y, width, height }) => {
    const tooth = width / 8
    const colors = [pen.accent, cream, pen.deep]
    return times(Math.ceil(height / 78) + 1, (i) => {
      const points = times(17, (n) => `${px(x + (n * tooth) / 2)} ${px(y + i * 78 + (n % 2 === 0 ? 30 : -30))}`)
      return `<path d="M${points.join('L')}" fill="none" stroke="${colors[i % 3]}" stroke-width="26"/>`
    }).join('')
  },
  kilim,
  lattice,
  medallion,
  ikat: (pen, { x, y, width, height }) => {
    const columns = 4
    const step = width / columns
    return times(Math.ceil(height / (step * 1.3)) + 1, (r) =>
      times(columns, (c) => {
        const blurred = (size: number, fill: string) =>
          path(
            `${times(12, (i) => {
              const angle = (i * Math.PI) / 6
              const reach = size * (i % 2 === 0 ? 1 : 0.72 + pen.random() * 0.16)
              return `${i === 0 ? 'M' : 'L'}${px(Math.sin(angle) * reach * 0.62)} ${px(-Math.cos(angle) * reach)}`
            }).join('')}Z`,
            fill,
          )
        return moved(
          x + step * (c + 0.5),
          y + step * 1.3 * (r + (c % 2 === 0 ? 0.5 : 0)),
          blurred(step * 0.62, pen.accent) + blurred(step * 0.42, cream) + blurred(step * 0.24, pen.deep),
        )
      }).join(''),
    ).join('')
  },
}

function scattered(pen: Pen, { x, y, width, height }: Cloth): string {
  const motif = motifs[pen.pattern] ?? starOfEight
  const columns = Math.max(3, Math.round(width / 130))
  const step = width / columns
  return times(Math.ceil(height / step) + 1, (r) =>
    times(columns + 1, (c) =>
      moved(
        x + step * (c + (r % 2 === 0 ? 0.5 : 0)),
        y + step * (r + 0.5),
        motif(step * 0.34, (r + c) % 3 === 0 ? mix(pen.accent, cream, 0.45) : pen.accent),
      ),
    ).join(''),
  ).join('')
}

/** Rows of triangles, stepped diamonds and stripes, as on a flat loom. */
function kilim(pen: Pen, { x, y, width, height }: Cloth): string {
  const tooth = width / 10
  const teeth = (at: number, fill: string, flip: number) =>
    times(10, (i) => moved(x + tooth * (i + 0.5), at, triangle(tooth * 0.5, fill), `scale(1 ${flip})`)).join('')
  const big = width / 4
  const parts: string[] = []
  let at = y
  for (let r = 0; at < y + height && r < 12; r++) {
    const fill = r % 2 === 0 ? pen.accent : cream
    parts.push(rect(x, at, width, 18, pen.deep), rect(x, at + 26, width, 8, fill))
    parts.push(teeth(at + 40 + tooth * 0.5, fill, 1), teeth(at + 44 + tooth * 1.6, mix(fill, pen.color, 0.35), -1))
    at += 50 + tooth * 2.1
    parts.push(rect(x, at, width, big, r % 2 === 0 ? pen.deep : mix(pen.color, pen.accent, 0.35)))
    parts.push(
      times(4, (i) =>
        moved(
          x + big * (i + 0.5),
          at + big / 2,
          steppedDiamond(big * 0.48, fill) + steppedDiamond(big * 0.3, pen.color) + steppedDiamond(big * 0.13, cream),
        ),
      ).join(''),
    )
    at += big + 8
  }
  return parts.join('')
}

/** Diamonds held by crossing lines, as on the rugs of the Atlas. */
function lattice(pen: Pen, { x, y, width, height }: Cloth): string {
  const step = width / 3
  const lines = times(12, (i) => {
    const from = y + (i - 3) * step * 1.25
    return line(
      `M${px(x)} ${px(from)}l${px(width)} ${px(step * 3.75)}M${px(x + width)} ${px(from)}l${px(-width)} ${px(step * 3.75)}`,
      pen.accent,
      13,
    )
  })
  const hearts = times(Math.ceil(height / (step * 0.625)) + 1, (r) =>
    times(4, (c) =>
      moved(
        x + step * (c + (r % 2 === 0 ? 0.5 : 0)),
        y + r * step * 0.625,
        steppedDiamond(step * 0.2, pen.accent) + steppedDiamond(step * 0.09, pen.color),
      ),
    ).join(''),
  )
  return lines.join('') + hearts.join('')
}

/** One great diamond in the field, a border around it. */
function medallion(pen: Pen, { x, y, width, height }: Cloth): string {
  const [middleX, middleY] = [x + width / 2, y + height / 2]
  const frame = (inset: number, thick: number, stroke: string) =>
    rect(
      x + inset,
      y + inset,
      width - inset * 2,
      height - inset * 2,
      'none',
      `stroke="${stroke}" stroke-width="${thick}"`,
    )
  const edge = 62
  const along = Math.round((height - edge * 2) / 66)
  const across = Math.round((width - edge * 2) / 66)
  const border =
    times(along + 1, (i) =>
      [x + edge, x + width - edge]
        .map((at) => moved(at, y + edge + ((height - edge * 2) * i) / along, starOfEight(24, pen.accent)))
        .join(''),
    ).join('') +
    times(across + 1, (i) =>
      [y + edge, y + height - edge]
        .map((at) => moved(x + edge + ((width - edge * 2) * i) / across, at, starOfEight(24, pen.accent)))
        .join(''),
    ).join('')
  const great = (share: number, fill: string) =>
    moved(
      middleX,
      middleY,
      steppedDiamond(100, fill),
      `scale(${px((width / 2 - 120) * share)} ${px((height / 2 - 130) * share)}) scale(.01)`,
    )
  const corner = times(4, (i) =>
    moved(
      i % 2 === 0 ? x + 190 : x + width - 190,
      i < 2 ? y + 200 : y + height - 200,
      steppedDiamond(58, pen.accent) + steppedDiamond(28, cream),
    ),
  ).join('')
  return (
    rect(x, y, width, height, pen.deep) +
    frame(22, 8, cream) +
    border +
    frame(104, 8, cream) +
    rect(x + 110, y + 110, width - 220, height - 220, pen.color) +
    corner +
    great(1, pen.accent) +
    great(0.86, pen.deep) +
    great(0.7, cream) +
    great(0.58, pen.color) +
    great(0.34, pen.accent) +
    moved(middleX, middleY, starOfEight(56, cream))
  )
}
