// The tea table: a pot, cups without handles, tulip glasses, and sweets on a stand.
import { drop, leaf } from './draw-motifs.ts'
import { cream, ellipse, ink, line, mix, moved, type Pen, path, times } from './draw-pen.ts'
import { band, dress, mouth, outline, type Profile, row, tilt, turned } from './draw-turned.ts'

function teapot(pen: Pen): string {
  const body: Profile = [
    [-560, 140],
    [-500, 265],
    [-360, 370],
    [-220, 360],
    [-90, 260],
    [-36, 205],
  ]
  const lid: Profile = [
    [-668, 24],
    [-640, 90],
    [-590, 142],
    [-556, 158],
  ]
  return (
    line('M300 -470C560 -560 600 -170 320 -170', pen.deep, 52) +
    line('M300 -478C545 -560 585 -180 322 -182', pen.color, 34) +
    path('M-300 -330C-400 -330 -440 -420 -500 -560L-560 -548C-540 -420 -480 -180 -270 -150Z', pen.color) +
    path(
      'M-300 -240C-430 -270 -490 -400 -530 -552L-560 -548C-540 -420 -480 -180 -270 -150Z',
      pen.deep,
      'fill-opacity=".5"',
    ) +
    ellipse(-530, -555, 33, 13, pen.deep, 'transform="rotate(-8 -530 -555)"') +
    turned(pen, body, pen.color, dress(pen, body, -450, -130)) +
    turned(pen, lid, pen.pattern === 'plain' ? pen.color : pen.accent) +
    ellipse(0, -690, 40, 36, pen.accentDeep) +
    ellipse(-10, -700, 14, 10, '#fff', 'fill-opacity=".3"')
  )
}

function cups(pen: Pen): string {
  const body: Profile = [
    [-330, 205],
    [-220, 200],
    [-100, 165],
    [-40, 108],
    [-14, 112],
  ]
  const cup = (color: string) =>
    turned(pen, body, color, dress(pen, body, -300, -90)) +
    mouth(-330, 205, mix(color, cream, 0.4), mix(pen.accent, cream, 0.55), 13)
  return (
    moved(-235, -120, cup(pen.color)) +
    moved(240, -90, cup(mix(pen.color, cream, 0.25))) +
    moved(0, 0, cup(pen.color), 'scale(1.18)')
  )
}

function glasses(pen: Pen): string {
  const tulip: Profile = [
    [-410, 132],
    [-330, 104],
    [-250, 92],
    [-150, 122],
    [-80, 122],
    [-36, 82],
    [-20, 92],
  ]
  const tea: Profile = tulip.slice(1, 6).map(([y, half]) => [y, half - 12] as const)
  const glass =
    turned(
      pen,
      tulip,
      mix(pen.color, '#ffffff', 0.75),
      path(outline(tea), '#b4561e') +
        ellipse(0, -330, 92, 14, '#cf7a3a') +
        band(tulip, -385, -368, pen.accent) +
        row(tulip, -290, 16, dress(pen, tulip, -300, -200) ? leaf(22, pen.accent) : '') +
        band(tulip, -230, -222, pen.accent),
    ) + mouth(-410, 132, mix(pen.color, '#ffffff', 0.6), mix(pen.color, '#ffffff', 0.85), 9)
  const saucer =
    ellipse(0, -14, 190, 36, pen.deep) +
    ellipse(0, -22, 190, 36, pen.color) +
    ellipse(0, -22, 160, 28, 'none', `stroke="${pen.accent}" stroke-width="6"`) +
    ellipse(0, -20, 110, 18, mix(pen.color, '#000000', 0.15))
  const set = saucer + moved(0, -6, glass)
  return moved(-265, -110, set, 'scale(1.08)') + moved(265, -110, set, 'scale(1.08)') + moved(0, 10, set, 'scale(1.35)')
}

function sweets(pen: Pen): string {
  const foot: Profile = [
    [-230, 80],
    [-120, 50],
    [-50, 130],
    [-24, 190],
  ]
  const dish: Profile = [
    [-290, 480],
    [-250, 440],
    [-215, 120],
  ]
  const metal = '#c9a45a'
  const cube = (x: number, y: number, color: string) =>
    moved(
      x,
      y,
      path('M0 -88L86 -50V46L0 88L-86 46V-50Z', color) +
        path('M0 -88L86 -50L0 -10L-86 -50Z', mix(color, '#ffffff', 0.5)) +
        path('M0 -10L86 -50V46L0 88Z', '#000', 'fill-opacity=".14"') +
        times(9, () =>
          ellipse((pen.random() - 0.5) * 130, -20 + (pen.random() - 0.3) * 90, 4, 3, '#fff', 'fill-opacity=".75"'),
        ).join(''),
    )
  const layers: [number, number][] = [
    [-260, -366],
    [-88, -372],
    [88, -372],
    [260, -366],
    [-174, -330],
    [0, -324],
    [174, -330],
    [-174, -478],
    [0, -484],
    [174, -478],
    [-86, -446],
    [86, -446],
    [-86, -590],
    [86, -590],
    [0, -560],
    [0, -686],
  ]
  return (
    turned(pen, foot, metal) +
    turned(pen, dish, metal, row(dish, -266, 40, drop(15, mix(metal, ink, 0.35)))) +
    ellipse(0, -290, 480, 480 * tilt, mix(metal, cream, 0.45)) +
    ellipse(0, -288, 450, 450 * tilt, mix(metal, ink, 0.2)) +
    layers.map(([x, y], i) => cube(x, y + 8, i % 3 === 1 ? pen.accent : pen.color)).join('')
  )
}

export const teaTableShapes = { teapot, cups, glasses, sweets }
