// Everything that came off a wheel: a profile turned around its axis, with patterns that bend around the body.
// x is 0 on the axis and y is 0 on the floor, so heights are negative; we look down a little, which is the tilt.
import { type Motif, motifs, star } from './draw-motifs.ts'
import { clipped, ellipse, line, type Pen, path, px, times } from './draw-pen.ts'

/** Points of the right edge from top to bottom. */
export type Profile = readonly (readonly [y: number, halfWidth: number])[]

export const tilt = 0.15

/** How wide the body is at a height: a monotone curve through the profile, so that nothing bulges by itself. */
export function halfWidthAt(profile: Profile, y: number): number {
  const after = profile.findIndex(([at]) => at >= y)
  if (after === 0) return profile[0]![1]
  if (after === -1) return profile[profile.length - 1]![1]
  const [[y0, w0], [y1, w1]] = [profile[after - 1]!, profile[after]!]
  const share = (y - y0) / (y1 - y0)
  const slopes = [slopeAt(profile, after - 1), slopeAt(profile, after)] as const
  const [s2, s3] = [share * share, share * share * share]
  return (
    w0 * (2 * s3 - 3 * s2 + 1) +
    slopes[0] * (y1 - y0) * (s3 - 2 * s2 + share) +
    w1 * (3 * s2 - 2 * s3) +
    slopes[1] * (y1 - y0) * (s3 - s2)
  )
}

function slopeAt(profile: Profile, i: number): number {
  const slope = (a: number, b: number) => (profile[b]![1] - profile[a]![1]) / (profile[b]![0] - profile[a]![0])
  if (i === 0) return slope(0, 1)
  if (i === profile.length - 1) return slope(i - 1, i)
  const [before, after] = [slope(i - 1, i), slope(i, i + 1)]
  return before * after <= 0 ? 0 : (2 * before * after) / (before + after)
}

const top = (profile: Profile) => profile[0]![0]
const bottom = (profile: Profile) => profile[profile.length - 1]![0]

/** The silhouette, closed below by the front of the foot. */
export function outline(profile: Profile): string {
  const steps = 36
  const side = times(steps + 1, (i) => {
    const y = top(profile) + ((bottom(profile) - top(profile)) * i) / steps
    return [halfWidthAt(profile, y), y] as const
  })
  const foot = side[steps]![0]
  const left = side.map(([x, y]) => `${px(-x)} ${px(y)}`).join('L')
  const right = side
    .toReversed()
    .map(([x, y]) => `${px(x)} ${px(y)}`)
    .join('L')
  return `M${left}A${px(foot)} ${px(foot * tilt)} 0 0 0 ${right}Z`
}

/** A painted band around the body between two heights. */
export function band(profile: Profile, from: number, to: number, fill: string): string {
  const [a, b] = [halfWidthAt(profile, from) + 2, halfWidthAt(profile, to) + 2]
  return path(
    `M${px(-a)} ${px(from)}A${px(a)} ${px(a * tilt)} 0 0 0 ${px(a)} ${px(from)}L${px(b)} ${px(to)}A${px(b)} ${px(b * tilt)} 0 0 1 ${px(-b)} ${px(to)}Z`,
    fill,
  )
}

/** A row of ornaments around the body; those that turn away are foreshortened. */
export function row(profile: Profile, y: number, count: number, motif: string, shift = 0): string {
  const width = halfWidthAt(profile, y)
  return times(count, (i) => {
    const angle = ((i + shift) * 2 * Math.PI) / count
    const turned = Math.cos(angle)
    if (turned < 0.06) return ''
    const [x, sag] = [width * Math.sin(angle), width * tilt * turned]
    return `<g transform="translate(${px(x)} ${px(y + sag)}) scale(${px(turned * 10)} 10) scale(.1)">${motif}</g>`
  }).join('')
}

function zigzag(profile: Profile, y: number, height: number, teeth: number, stroke: string): string {
  const points = times(teeth * 2 + 1, (i) => {
    const angle = -Math.PI / 2 + (i * Math.PI) / (teeth * 2)
    const at = y + (i % 2 === 0 ? height / 2 : -height / 2)
    const width = halfWidthAt(profile, at)
    return `${px(width * Math.sin(angle))} ${px(at + width * tilt * Math.cos(angle))}`
  })
  return line(`M${points.join('L')}`, stroke, Math.max(9, height * 0.2))
}

/** The painted decoration of a body between two heights, in the recipe's pattern. */
export function dress(pen: Pen, profile: Profile, from: number, to: number): string {
  const tall = to - from
  const wide = Math.max(...times(8, (i) => halfWidthAt(profile, from + (tall * i) / 7)))
  const lines = (color: string) =>
    band(profile, from, from + 13, color) + band(profile, to - 13, to, color) + band(profile, to - 36, to - 29, color)
  const motif = motifs[pen.pattern]
  if (motif) return lines(pen.accent) + rows(pen, profile, from, to, wide, motif)
  switch (pen.pattern) {
    case 'bands':
      return (
        band(profile, from, from + tall * 0.2, pen.accent) +
        band(profile, from + tall * 0.3, from + tall * 0.36, pen.accent) +
        band(profile, from + tall * 0.62, from + tall * 0.9, pen.accent)
      )
    case 'zigzag':
      return (
        lines(pen.accent) +
        times(3, (i) => zigzag(profile, from + tall * (0.25 + i * 0.23), tall * 0.15, 11, pen.accent)).join('')
      )
    case 'dip': {
      const edge = from + tall * 0.5
      const drips = times(15, (i) => {
        const angle = -Math.PI / 2 + ((i + 0.5) * Math.PI) / 15
        const width = halfWidthAt(profile, edge)
        const long = 26 + pen.random() * 46
        return ellipse(width * Math.sin(angle), edge + width * tilt * Math.cos(angle), width * 0.1, long, pen.accent)
      })
      return band(profile, top(profile) - 20, edge, pen.accent) + drips.join('')
    }
    case 'speckle':
      return times(150, () => {
        const [x, y] = [
          (pen.random() * 2 - 1) * wide,
          top(profile) + pen.random() * (bottom(profile) - top(profile) + 60),
        ]
        return ellipse(x, y, 3 + pen.random() * 6, 3 + pen.random() * 5, pen.accent, 'fill-opacity=".75"')
      }).join('')
    case 'ribs':
      return times(Math.floor(tall / 34), (i) => band(profile, from + i * 34, from + i * 34 + 9, pen.accent)).join('')
    default:
      return ''
  }
}

function rows(pen: Pen, profile: Profile, from: number, to: number, wide: number, motif: Motif): string {
  const room = to - from - 60
  const count = Math.max(1, Math.round(room / (wide * 0.36)))
  const size = Math.min(room / count / 2.15, wide * 0.25)
  const around = Math.max(9, Math.round((2 * Math.PI * wide) / (size * 2.7)))
  return times(count, (i) => {
    const y = from + 24 + (room * (i + 0.5)) / count
    const shift = i % 2 === 0 ? 0 : 0.5
    const between = size > 26 ? row(profile, y, around, star(4, size * 0.26, 0.5, pen.accent), shift + 0.5) : ''
    return row(profile, y, around, motif(size * 0.9, pen.accent), shift) + between
  }).join('')
}

/** The body itself: filled, decorated, and shaded as round. */
export function turned(pen: Pen, profile: Profile, fill: string, decoration = ''): string {
  const shape = outline(profile)
  const glint = times(13, (i) => {
    const y = top(profile) + (bottom(profile) - top(profile)) * (0.14 + i * 0.05)
    const width = halfWidthAt(profile, y)
    return `${px(-width * 0.74)} ${px(y + width * tilt * 0.67)}`
  })
  const width = Math.max(...profile.map(([, half]) => half))
  return (
    path(shape, fill) +
    clipped(pen, shape, decoration + line(`M${glint.join('L')}`, '#ffffff', width * 0.055, 'stroke-opacity=".26"')) +
    path(shape, 'url(#round)')
  )
}

/** An open mouth: the rim, and the dark inside. */
export function mouth(y: number, halfWidth: number, rim: string, inside: string, thick = 16): string {
  return (
    ellipse(0, y, halfWidth, halfWidth * tilt, rim) +
    ellipse(0, y + 2, halfWidth - thick, (halfWidth - thick) * tilt, inside) +
    ellipse(0, y + 2, halfWidth - thick, (halfWidth - thick) * tilt, 'url(#hollow)')
  )
}
