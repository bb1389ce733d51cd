// The potter's shelf: bowls, plates, jars, vases, jugs and tagines.
import { leaf, motifs, star, starOfEight } from './draw-motifs.ts'
import { cream, ellipse, line, mix, moved, type Pen, path, times, wood } from './draw-pen.ts'
import { band, dress, mouth, type Profile, turned } from './draw-turned.ts'

function bowl(pen: Pen): string {
  const body: Profile = [
    [-500, 490],
    [-400, 470],
    [-240, 370],
    [-110, 215],
    [-66, 180],
    [-26, 195],
  ]
  return (
    turned(pen, body, pen.color, dress(pen, body, -470, -150)) +
    mouth(-500, 490, mix(pen.color, cream, 0.35), mix(pen.color, cream, pen.pattern === 'dip' ? 0.1 : 0.7), 20)
  )
}

function bowls(pen: Pen): string {
  const nested = (wide: number, color: string) => {
    const body: Profile = [
      [-0.62 * wide, wide],
      [-0.45 * wide, wide * 0.95],
      [-0.2 * wide, wide * 0.66],
      [-0.08 * wide, wide * 0.42],
      [-0.04 * wide, wide * 0.44],
    ]
    return (
      turned(
        pen,
        body,
        color,
        band(body, -0.56 * wide, -0.52 * wide, pen.accent) + band(body, -0.48 * wide, -0.46 * wide, pen.accent),
      ) + mouth(-0.62 * wide, wide, mix(color, cream, 0.4), mix(color, cream, 0.55), 16)
    )
  }
  return (
    nested(450, pen.color) +
    moved(0, -190, nested(370, mix(pen.color, cream, 0.3))) +
    moved(0, -340, nested(295, mix(pen.color, cream, 0.58)))
  )
}

function plate(pen: Pen): string {
  const motif = motifs[pen.pattern] ?? leaf
  const ring = (count: number, at: number, markup: string, turn = 0) =>
    times(count, (i) => `<g transform="rotate(${(360 / count) * (i + turn)}) translate(0 ${-at})">${markup}</g>`).join(
      '',
    )
  const circle = (radius: number, width: number) =>
    `<circle r="${radius}" fill="none" stroke="${pen.accent}" stroke-width="${width}"/>`
  const face =
    ellipse(0, 0, 490, 490, pen.color) +
    circle(468, 14) +
    (pen.pattern === 'plain'
      ? circle(440, 4)
      : ring(18, 396, motif(44, pen.accent)) + ring(18, 396, star(4, 13, 0.5, pen.accent), 0.5)) +
    circle(330, 8) +
    ellipse(0, 0, 322, 322, mix(pen.color, '#000000', 0.05)) +
    ellipse(6, 8, 314, 312, pen.color) +
    (pen.pattern === 'plain'
      ? ''
      : ring(12, 240, leaf(62, pen.accent)) +
        ring(12, 258, `<circle r="11" fill="${pen.accentDeep}"/>`, 0.5) +
        circle(160, 6) +
        starOfEight(128, pen.accent) +
        star(8, 84, 0.62, pen.color) +
        ellipse(0, 0, 24, 24, pen.accentDeep))
  const easel = (side: number) => line(`M${side * 190} -130L${side * 225} -10L${side * 150} -2`, wood, 28)
  return (
    easel(-1) +
    easel(1) +
    moved(0, -525, face + ellipse(0, 0, 490, 490, 'url(#sheen)')) +
    times(2, (i) => ellipse(i === 0 ? -208 : 208, -74, 20, 26, mix(wood, '#000000', 0.15))).join('')
  )
}

function jar(pen: Pen): string {
  const body: Profile = [
    [-640, 150],
    [-590, 185],
    [-480, 320],
    [-330, 350],
    [-150, 260],
    [-30, 205],
  ]
  const lid: Profile = [
    [-775, 40],
    [-750, 120],
    [-700, 178],
    [-640, 190],
  ]
  return (
    turned(pen, body, pen.color, dress(pen, body, -520, -110) + band(body, -80, -40, pen.accent)) +
    turned(pen, lid, pen.color, band(lid, -668, -640, pen.accent) + band(lid, -700, -692, pen.accent)) +
    ellipse(0, -800, 46, 44, pen.accent) +
    ellipse(-12, -814, 14, 11, '#fff', 'fill-opacity=".35"')
  )
}

function vase(pen: Pen): string {
  const body: Profile = [
    [-680, 120],
    [-650, 98],
    [-570, 92],
    [-450, 220],
    [-310, 290],
    [-150, 225],
    [-26, 140],
  ]
  const green = mix('#7d8f5f', pen.accent, 0.2)
  const stems = [-20, -4, 15].map((lean, i) => {
    const long = 400 + pen.random() * 60 - i * 20
    const leaves = times(6, (n) => {
      const side = n % 2 === 0 ? 1 : -1
      return `<g transform="translate(0 ${-long + n * 54}) rotate(${side * 48}) translate(0 -44)">${leaf(50, n % 3 === 0 ? mix(green, cream, 0.25) : green)}</g>`
    })
    return moved(
      0,
      -640,
      line(`M0 0V${-long}`, mix(green, '#000000', 0.2), 8) + leaves.join('') + moved(0, -long - 20, leaf(52, green)),
      `rotate(${lean})`,
    )
  })
  return (
    moved(0, -680, mouth(0, 120, mix(pen.color, cream, 0.35), pen.deep, 14)) +
    stems.join('') +
    turned(pen, body, pen.color, dress(pen, body, -470, -120))
  )
}

function jug(pen: Pen): string {
  const body: Profile = [
    [-760, 165],
    [-690, 130],
    [-590, 145],
    [-430, 270],
    [-270, 310],
    [-120, 245],
    [-30, 180],
  ]
  return (
    line('M110 -690C430 -740 450 -330 250 -300', pen.deep, 54) +
    line('M110 -698C415 -740 436 -340 250 -312', pen.color, 36) +
    path('M-120 -775C-190 -800 -235 -800 -250 -790C-215 -750 -170 -690 -120 -660Z', pen.color) +
    turned(pen, body, pen.color, dress(pen, body, -520, -120)) +
    mouth(-762, 165, mix(pen.color, cream, 0.35), pen.deep, 15) +
    path(
      'M-250 -791C-200 -800 -150 -790 -110 -775L-120 -750C-160 -770 -210 -780 -250 -791Z',
      mix(pen.color, cream, 0.35),
    )
  )
}

function tagine(pen: Pen): string {
  const base: Profile = [
    [-190, 470],
    [-150, 455],
    [-80, 380],
    [-40, 330],
  ]
  const cone: Profile = [
    [-800, 52],
    [-700, 76],
    [-560, 140],
    [-400, 235],
    [-280, 340],
    [-205, 425],
  ]
  return (
    turned(pen, base, pen.deep) +
    ellipse(0, -190, 470, 470 * 0.15, mix(pen.deep, cream, 0.25)) +
    ellipse(0, -186, 440, 440 * 0.14, mix(pen.deep, '#000000', 0.35)) +
    turned(pen, cone, pen.color, dress(pen, cone, -560, -235)) +
    ellipse(0, -806, 78, 50, pen.accent) +
    ellipse(-20, -822, 24, 12, '#fff', 'fill-opacity=".3"')
  )
}

export const ceramicShapes = { bowl, bowls, plate, jar, vase, jug, tagine }
