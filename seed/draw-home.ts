// Things for the house: trays, coffee pots, mortars, baskets, soap and mirrors.
import { arch, flower, leaf, motifs, starOfEight } from './draw-motifs.ts'
import { clipped, cream, ellipse, line, mix, moved, type Pen, path, px, rect, times, wood } from './draw-pen.ts'
import { band, dress, mouth, type Profile, row, tilt, turned } from './draw-turned.ts'

function tray(pen: Pen): string {
  const ring = (count: number, at: number, markup: string, turn = 0) =>
    times(count, (i) => `<g transform="rotate(${(360 / count) * (i + turn)}) translate(0 ${-at})">${markup}</g>`).join(
      '',
    )
  const circle = (radius: number, width: number, stroke: string) =>
    `<circle r="${radius}" fill="none" stroke="${stroke}" stroke-width="${width}"/>`
  const dark = mix(pen.color, '#000000', 0.28)
  const knot = times(
    8,
    (i) =>
      `<g transform="rotate(${i * 22.5})"><rect x="-150" y="-150" width="300" height="300" fill="none" stroke="${dark}" stroke-width="6"/></g>`,
  ).join('')
  return moved(
    0,
    -510,
    ring(36, 478, `<circle r="34" fill="${pen.color}"/>`) +
      ellipse(0, 0, 484, 484, pen.color) +
      circle(470, 6, dark) +
      circle(400, 10, dark) +
      ring(24, 434, leaf(28, dark)) +
      ring(16, 336, arch(48, pen.accent)) +
      ring(16, 336, starOfEight(18, dark), 0.5) +
      circle(274, 6, dark) +
      knot +
      starOfEight(96, pen.accent) +
      starOfEight(54, pen.color) +
      starOfEight(24, dark) +
      ellipse(0, 0, 490, 490, 'url(#sheen)') +
      path('M-330 -330L-180 -440L420 220L330 340Z', '#fff', 'fill-opacity=".1"'),
  )
}

function coffeepot(pen: Pen): string {
  const body: Profile = [
    [-640, 120],
    [-560, 110],
    [-450, 150],
    [-260, 265],
    [-130, 275],
    [-50, 220],
    [-24, 228],
  ]
  const lid: Profile = [
    [-800, 26],
    [-740, 60],
    [-690, 110],
    [-636, 134],
  ]
  return (
    line('M110 -560C390 -640 430 -240 240 -180', pen.deep, 44) +
    line('M110 -566C375 -640 414 -250 240 -190', pen.accent, 26) +
    path('M-110 -560C-190 -560 -300 -640 -420 -660Q-440 -640 -410 -620C-330 -560 -280 -430 -170 -330Z', pen.color) +
    path('M-420 -660Q-440 -640 -410 -620L-330 -560Q-300 -600 -330 -630Z', pen.deep, 'fill-opacity=".4"') +
    turned(pen, body, pen.color, dress(pen, body, -420, -90) + band(body, -600, -584, pen.accent)) +
    turned(pen, lid, pen.color, band(lid, -660, -648, pen.accent)) +
    ellipse(0, -830, 30, 44, pen.accent)
  )
}

function mortar(pen: Pen): string {
  const body: Profile = [
    [-480, 330],
    [-430, 300],
    [-250, 255],
    [-120, 190],
    [-70, 240],
    [-26, 270],
  ]
  const pestle = moved(
    60,
    -440,
    rect(-40, -420, 80, 520, pen.accent, 'rx="40"') +
      rect(-40, -420, 28, 520, '#ffffff', 'rx="14" fill-opacity=".25"') +
      ellipse(0, -420, 66, 58, pen.accent) +
      ellipse(-16, -436, 22, 16, '#ffffff', 'fill-opacity=".3"') +
      rect(-46, -340, 92, 16, pen.accentDeep, 'rx="8"'),
    'rotate(24)',
  )
  const rimFront = `M-310 -478A310 ${px(310 * tilt)} 0 0 0 310 -478L310 -300L-310 -300Z`
  return (
    mouth(-480, 330, mix(pen.color, cream, 0.35), pen.deep, 26) +
    pestle +
    clipped(pen, rimFront, turned(pen, body, pen.color)) +
    turned(pen, body, pen.color, dress(pen, body, -400, -140)) +
    `<path d="M-330 -480A330 ${px(330 * tilt)} 0 0 0 330 -480L304 -476A304 ${px(304 * tilt)} 0 0 1 -304 -476Z" fill="${mix(pen.color, cream, 0.35)}"/>`
  )
}

function basket(pen: Pen): string {
  const body: Profile = [
    [-520, 430],
    [-400, 450],
    [-200, 400],
    [-60, 320],
    [-30, 305],
  ]
  const straw = times(12, (r) => {
    const y = -505 + r * 41
    const tone =
      (pen.pattern === 'zigzag' && r % 4 < 2) ||
      (pen.pattern === 'stripes' && r % 3 === 0) ||
      (pen.pattern === 'checks' && r > 4 && r < 8)
    const strand = (c: number) =>
      `<rect x="-33" y="-17" width="64" height="36" rx="15" fill="${tone && (pen.pattern !== 'checks' || (c + r) % 2) ? pen.accent : mix(pen.color, c % 2 ? '#ffffff' : '#000000', 0.07)}"/>`
    return times(40, (c) => row(body, y, 1, strand(c), (c + (r % 2) / 2) / 40)).join('')
  })
  const handle = (y: number, color: string) => line(`M-230 ${y}C-250 ${y - 300} 250 ${y - 300} 230 ${y}`, color, 34)
  return (
    handle(-560, pen.accentDeep) +
    mouth(-520, 430, mix(pen.color, cream, 0.3), mix(pen.deep, '#000000', 0.25), 22) +
    turned(pen, body, pen.deep, straw.join('')) +
    line('M-430 -520A430 64 0 0 0 430 -520', mix(pen.color, cream, 0.3), 24) +
    handle(-440, pen.accent) +
    [-230, 230].map((x) => rect(x - 28, -475, 56, 90, pen.accentDeep, 'rx="14"')).join('')
  )
}

function soap(pen: Pen): string {
  const bar = (color: string) =>
    path(
      'M-330 -190Q-330 -220 -300 -224L-230 -262H300Q330 -258 330 -230V-50Q330 -26 300 -20L230 0H-300Q-330 -4 -330 -30Z',
      mix(color, '#000000', 0.12),
    ) +
    rect(-330, -222, 590, 222, color, 'rx="26"') +
    path('M-316 -214L-236 -262H306Q326 -258 322 -246L250 -216Z', mix(color, '#ffffff', 0.4)) +
    moved(-35, -108, (motifs[pen.pattern] ?? flower)(70, mix(color, '#000000', 0.2))) +
    rect(-300, -192, 530, 164, 'none', `rx="18" stroke="${mix(color, '#000000', 0.14)}" stroke-width="6"`)
  const string = line('M-30 0V-224L60 -262', wood, 13) + line('M-330 -112H260L330 -140', wood, 13)
  return (
    moved(-232, 0, bar(pen.color), 'scale(.76)') +
    moved(262, 0, bar(mix(pen.color, cream, 0.4)), 'scale(.76)') +
    moved(
      10,
      -190,
      bar(pen.accent) +
        string +
        line('M-30 -112Q-120 -200 -130 -140Q-110 -100 -30 -112Q50 -200 70 -140Q50 -100 -30 -112', wood, 11),
      'scale(.92)',
    ) +
    moved(
      0,
      -440,
      times(
        5,
        (i) =>
          `<g transform="rotate(${-60 + i * 30}) translate(0 -70)">${leaf(74, mix('#7f9263', cream, (i % 2) * 0.25))}</g>`,
      ).join(''),
    )
  )
}

function mirror(pen: Pen): string {
  const frame =
    'M-360 -20V-620C-360 -830 -130 -900 0 -1060C130 -900 360 -830 360 -620V-20Q360 0 340 0H-340Q-360 0 -360 -20Z'
  const glass = 'M-240 -120V-600C-240 -740 -90 -800 0 -900C90 -800 240 -740 240 -600V-120Z'
  const inlay = [
    ...times(8, (i) => [-300, -90 - i * 72]),
    ...times(8, (i) => [300, -90 - i * 72]),
    ...times(7, (i) => [-216 + i * 72, -58]),
  ]
  return (
    path(frame, pen.color) +
    line(frame, pen.deep, 12) +
    inlay
      .map(([x, y], i) => moved(x!, y!, i % 2 ? starOfEight(26, pen.accent) : motifs.diamonds!(28, cream)))
      .join('') +
    [
      [-250, -715],
      [-155, -800],
      [-70, -890],
      [0, -975],
      [70, -890],
      [155, -800],
      [250, -715],
    ]
      .map(([x, y]) => moved(x!, y!, starOfEight(24, pen.accent)))
      .join('') +
    path(glass, '#cfdfe2') +
    clipped(
      pen,
      glass,
      path('M-300 -250L120 -900L260 -900L-300 -60Z', '#fff', 'fill-opacity=".45"') +
        path('M-60 -60L300 -640V-480L40 -60Z', '#fff', 'fill-opacity=".3"'),
    ) +
    line(glass, pen.accent, 14)
  )
}

export const homeShapes = { tray, coffeepot, mortar, basket, soap, mirror }
