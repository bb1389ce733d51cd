// The ornaments of the house, drawn around the origin at a given radius; every pattern is made of these.
import { px, times } from './draw-pen.ts'

export type Motif = (radius: number, fill: string) => string

const polygon = (points: [number, number][], fill: string) =>
  `<polygon points="${points.map(([x, y]) => `${px(x)},${px(y)}`).join(' ')}" fill="${fill}"/>`

/** A star with this many points; `depth` is how far its inner corners reach. */
export function star(points: number, radius: number, depth: number, fill: string): string {
  const corners = times(points * 2, (i): [number, number] => {
    const reach = i % 2 === 0 ? radius : radius * depth
    const angle = (i * Math.PI) / points - Math.PI / 2
    return [Math.cos(angle) * reach, Math.sin(angle) * reach]
  })
  return polygon(corners, fill)
}

export const dot: Motif = (r, fill) => `<circle r="${px(r)}" fill="${fill}"/>`

export const starOfEight: Motif = (r, fill) => star(8, r, 0.7, fill)

export const diamond: Motif = (r, fill) =>
  polygon(
    [
      [0, -r],
      [r * 0.72, 0],
      [0, r],
      [-r * 0.72, 0],
    ],
    fill,
  )

export const triangle: Motif = (r, fill) =>
  polygon(
    [
      [-r, r * 0.8],
      [0, -r],
      [r, r * 0.8],
    ],
    fill,
  )

export const leaf: Motif = (r, fill) =>
  `<path d="M0 ${px(r)} Q${px(r * 0.95)} ${px(r * 0.1)} 0 ${px(-r)} Q${px(-r * 0.95)} ${px(r * 0.1)} 0 ${px(r)}Z" fill="${fill}"/>`

export const drop: Motif = (r, fill) =>
  `<path d="M0 ${px(-r)} C${px(r * 0.3)} ${px(-r * 0.3)} ${px(r * 0.7)} 0 ${px(r * 0.7)} ${px(r * 0.4)} A${px(r * 0.7)} ${px(r * 0.7)} 0 0 1 ${px(-r * 0.7)} ${px(r * 0.4)} C${px(-r * 0.7)} 0 ${px(-r * 0.3)} ${px(-r * 0.3)} 0 ${px(-r)}Z" fill="${fill}"/>`

export const arch: Motif = (r, fill) =>
  `<path d="M${px(-r * 0.7)} ${px(r)} V${px(-r * 0.1)} Q${px(-r * 0.7)} ${px(-r * 0.6)} 0 ${px(-r)} Q${px(r * 0.7)} ${px(-r * 0.6)} ${px(r * 0.7)} ${px(-r * 0.1)} V${px(r)}Z" fill="${fill}"/>`

export const scale: Motif = (r, fill) =>
  `<path d="M${px(-r)} ${px(-r * 0.4)} A${px(r)} ${px(r)} 0 0 0 ${px(r)} ${px(-r * 0.4)}" fill="none" stroke="${fill}" stroke-width="${px(r * 0.24)}"/>`

/** The stepped diamond of the flat-woven rugs. */
export const steppedDiamond: Motif = (r, fill) => {
  const step = r / 4
  const quarter: [number, number][] = times(4, (i): [number, number][] => [
    [i * step, -r + i * step],
    [(i + 1) * step, -r + i * step],
  ]).flat()
  const right = [...quarter, ...quarter.map(([x, y]): [number, number] => [x, -y]).reverse()]
  return polygon([...right, ...right.map(([x, y]): [number, number] => [-x, y]).reverse()], fill)
}

/** A many-petaled flower. */
export const flower: Motif = (r, fill) =>
  times(8, (i) => `<g transform="rotate(${i * 45}) translate(0 ${px(-r * 0.58)})">${leaf(r * 0.42, fill)}</g>`).join(
    '',
  ) + dot(r * 0.16, fill)

export const motifs: Record<string, Motif> = {
  dots: dot,
  stars: starOfEight,
  diamonds: diamond,
  triangles: triangle,
  leaves: leaf,
  drops: drop,
  arches: arch,
  scales: scale,
  flowers: flower,
  kilim: steppedDiamond,
}
