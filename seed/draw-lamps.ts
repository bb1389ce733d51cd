// Whatever glows: lanterns, hanging lamps, mosaic lamps and candles.
import { arch, leaf, motifs, star, starOfEight } from './draw-motifs.ts'
import { cream, ellipse, line, mix, moved, type Pen, path, rect, times } from './draw-pen.ts'
import { band, dress, mouth, type Profile, row, turned } from './draw-turned.ts'

const light = '#ffd98a'

const warmth = (y: number, radius: number) => `<circle cy="${y}" r="${radius}" fill="url(#glow)" stroke="none"/>`

/** Ornaments cut through metal: the light shows, brighter in the middle. */
const cutOut = (
  profile: Profile,
  y: number,
  count: number,
  size: number,
  motif: (r: number, fill: string) => string,
  shift = 0,
) => row(profile, y, count, motif(size * 1.14, '#fff2cf') + motif(size, light), shift)

function lantern(pen: Pen): string {
  const cage: Profile = [
    [-640, 235],
    [-560, 262],
    [-180, 262],
    [-110, 225],
  ]
  const roof: Profile = [
    [-930, 26],
    [-880, 70],
    [-800, 90],
    [-730, 180],
    [-630, 290],
  ]
  const foot: Profile = [
    [-110, 240],
    [-70, 300],
    [-30, 310],
  ]
  const motif = motifs[pen.pattern] ?? starOfEight
  // The metal is in shadow, so that the light inside stands out.
  const shade = mix(pen.color, '#5a3a22', 0.32)
  return (
    warmth(-380, 560) +
    `<circle cy="-992" r="52" fill="none" stroke="${pen.deep}" stroke-width="20"/>` +
    turned(pen, foot, shade, row(foot, -70, 30, starOfEight(14, light))) +
    turned(
      pen,
      cage,
      shade,
      cutOut(cage, -500, 10, 62, motif) +
        cutOut(cage, -375, 10, 62, motif, 0.5) +
        cutOut(cage, -250, 10, 62, motif) +
        cutOut(cage, -560, 24, 12, starOfEight) +
        cutOut(cage, -170, 24, 12, starOfEight),
    ) +
    turned(
      pen,
      roof,
      shade,
      cutOut(roof, -720, 12, 30, arch) + band(roof, -668, -650, pen.accent) + cutOut(roof, -800, 12, 14, starOfEight),
    ) +
    ellipse(0, -935, 34, 22, pen.accent)
  )
}

function pendant(pen: Pen): string {
  const globe: Profile = [
    [-640, 60],
    [-600, 190],
    [-480, 360],
    [-320, 420],
    [-170, 370],
    [-70, 250],
    [-30, 150],
  ]
  const cap: Profile = [
    [-720, 30],
    [-680, 60],
    [-625, 95],
  ]
  const motif = motifs[pen.pattern] ?? starOfEight
  return moved(
    0,
    -140,
    warmth(-340, 640) +
      line('M0 -710V-1300', pen.deep, 10) +
      times(9, (i) => ellipse(0, -760 - i * 60, 11, 22, 'none', `stroke="${pen.deep}" stroke-width="9"`)).join('') +
      turned(
        pen,
        globe,
        pen.color,
        cutOut(globe, -520, 16, 34, motif) +
          cutOut(globe, -410, 16, 46, motif, 0.5) +
          cutOut(globe, -290, 16, 52, motif) +
          cutOut(globe, -175, 16, 44, motif, 0.5) +
          cutOut(globe, -340, 48, 9, starOfEight) +
          cutOut(globe, -100, 22, 15, starOfEight),
      ) +
      turned(pen, cap, pen.accent),
  )
}

function mosaic(pen: Pen): string {
  const globe: Profile = [
    [-830, 110],
    [-780, 215],
    [-640, 310],
    [-480, 250],
    [-420, 120],
  ]
  const stem: Profile = [
    [-430, 95],
    [-380, 60],
    [-230, 50],
    [-120, 110],
    [-50, 215],
    [-24, 225],
  ]
  const tones = [pen.color, pen.accent, mix(pen.color, cream, 0.5), mix(pen.accent, cream, 0.4)]
  const tiles = times(6, (r) => times(20, (c) => ({ r, c })))
    .flat()
    .map(({ r, c }) => {
      const angle = -Math.PI / 2 + ((c + (r % 2) / 2) * Math.PI) / 20
      const y = -790 + r * 66
      return row(globe, y, 1, star(6, 30, 0.86, tones[(r * 3 + c) % 4]!), angle / (2 * Math.PI))
    })
  return (
    warmth(-630, 600) +
    turned(pen, stem, '#b98d4f', band(stem, -90, -76, '#7c5a2c') + row(stem, -60, 20, leaf(20, '#7c5a2c'))) +
    turned(pen, globe, mix(pen.accent, '#fff2cf', 0.7), tiles.join('')) +
    moved(0, -630, `<circle r="230" fill="url(#glow)" stroke="none"/>`) +
    turned(
      pen,
      [
        [-880, 60],
        [-850, 110],
        [-815, 128],
      ],
      '#b98d4f',
    ) +
    ellipse(0, -890, 30, 28, '#b98d4f')
  )
}

function candle(pen: Pen): string {
  const glass: Profile = [
    [-520, 285],
    [-60, 270],
    [-30, 250],
  ]
  const flame = 'M0 -760C70 -660 70 -610 0 -590C-70 -610 -70 -660 0 -760Z'
  return (
    warmth(-640, 420) +
    turned(pen, glass, pen.color, dress(pen, glass, -470, -90)) +
    mouth(-520, 285, mix(pen.color, cream, 0.5), mix(pen.accent, cream, 0.75), 16) +
    ellipse(0, -518, 130, 18, '#fff3d6') +
    rect(-5, -610, 10, 92, '#4a3a34') +
    path(flame, '#f6a93b') +
    moved(0, -600, path('M0 -100C32 -50 32 -16 0 -2C-32 -16 -32 -50 0 -100Z', '#fff0c2'))
  )
}

export const lampShapes = { lantern, pendant, mosaic, candle }
