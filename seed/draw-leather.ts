// From the tanners' lane: satchels, totes, pouches, slippers, belts and notebooks.
import { flower, motifs, starOfEight } from './draw-motifs.ts'
import { brass, clipped, cream, ellipse, line, mix, moved, type Pen, path, px, rect, times } from './draw-pen.ts'
import { weave } from './draw-weave.ts'

const stitched = (d: string, color: string) => line(d, color, 7, 'stroke-dasharray="20 13"')

function satchel(pen: Pen): string {
  const body = 'M-430 -560Q-440 -590 -400 -590H400Q440 -590 430 -560L465 -70Q470 -10 410 -10H-410Q-470 -10 -465 -70Z'
  const flap =
    'M-445 -600Q-440 -650 -390 -650H390Q440 -650 445 -600L455 -330Q440 -230 330 -215Q0 -170 -330 -215Q-440 -230 -455 -330Z'
  const buckle = (x: number) =>
    rect(x - 36, -420, 72, 300, pen.deep, 'rx="14"') +
    rect(x - 50, -256, 100, 74, 'none', `rx="14" stroke="${brass}" stroke-width="16"`) +
    rect(x - 6, -262, 12, 54, brass, 'rx="6"')
  const tooled =
    pen.pattern === 'plain'
      ? ''
      : moved(0, -420, (motifs[pen.pattern] ?? flower)(110, pen.accent)) +
        [-1, 1].map((s) => moved(s * 120, -300, starOfEight(26, pen.accent))).join('')
  return (
    line('M-380 -620C-330 -1060 330 -1060 380 -620', pen.deep, 46) +
    line('M-380 -628C-330 -1062 330 -1062 380 -628', mix(pen.color, '#ffffff', 0.1), 14, 'stroke-opacity=".5"') +
    path(body, pen.deep) +
    path(body, 'url(#round)') +
    stitched('M-425 -80Q-425 -46 -395 -46H395Q425 -46 425 -80', pen.accent) +
    path('M-440 -560L455 -300Q440 -200 330 -188Q0 -140 -330 -188Q-440 -200 -455 -300Z', '#000', 'fill-opacity=".18"') +
    path(flap, pen.color) +
    path(flap, 'url(#sheen)') +
    stitched('M-415 -600L-422 -340Q-410 -262 -320 -246Q0 -206 320 -246Q410 -262 422 -340L415 -600', pen.accent) +
    tooled +
    buckle(-250) +
    buckle(250)
  )
}

function tote(pen: Pen): string {
  const body = 'M-400 -640H400L455 -50Q458 0 410 0H-410Q-458 0 -455 -50Z'
  const handle = (lift: number, color: string) =>
    line(`M-190 ${-600 + lift}C-190 ${-1010 + lift} 190 ${-1010 + lift} 190 ${-600 + lift}`, color, 40)
  const foot = 'M-446 -150H446L455 -50Q458 0 410 0H-410Q-458 0 -455 -50Z'
  return (
    handle(-40, pen.accentDeep) +
    clipped(
      pen,
      body,
      weave({ ...pen, accent: mix(pen.color, cream, 0.55) }, { x: -460, y: -650, width: 920, height: 660 }),
    ) +
    path(body, 'url(#round)') +
    path(foot, pen.accent) +
    rect(-402, -650, 804, 64, pen.accent, 'rx="12"') +
    handle(0, pen.accent) +
    [-190, 190]
      .map(
        (x) =>
          rect(x - 38, -640, 76, 150, pen.accent, 'rx="18"') +
          ellipse(x, -600, 13, 13, brass) +
          ellipse(x, -530, 13, 13, brass),
      )
      .join('') +
    stitched('M-425 -128H425', cream)
  )
}

function pouch(pen: Pen): string {
  const body = 'M-440 -470Q-440 -500 -410 -500H410Q440 -500 440 -470V-60Q440 0 380 0H-380Q-440 0 -440 -60Z'
  const flap = 'M-448 -480Q-450 -545 -390 -548H390Q450 -545 448 -480L60 -190Q0 -160 -60 -190Z'
  return (
    path(body, pen.deep) +
    path(body, 'url(#round)') +
    stitched('M-408 -420V-70Q-408 -32 -370 -32H370Q408 -32 408 -70V-420', pen.accent) +
    path('M-440 -450L440 -450L60 -160Q0 -130 -60 -160Z', '#000', 'fill-opacity=".22"') +
    clipped(
      pen,
      flap,
      pen.pattern === 'plain'
        ? rect(-450, -560, 900, 420, pen.color)
        : weave(pen, { x: -450, y: -560, width: 900, height: 420 }),
    ) +
    path(flap, 'url(#sheen)') +
    stitched('M-400 -478L-40 -208Q0 -188 40 -208L400 -478', cream) +
    ellipse(0, -238, 48, 48, brass) +
    ellipse(0, -238, 34, 34, mix(brass, '#000000', 0.2)) +
    moved(0, -238, starOfEight(24, cream)) +
    line('M430 -440q70 40 60 130', pen.deep, 14) +
    times(6, (i) => line(`M490 -300l${(i - 2.5) * 11} 130`, pen.accent, 10)).join('') +
    ellipse(490, -302, 20, 24, brass)
  )
}

function slippers(pen: Pen): string {
  const slipper =
    path(
      'M-470 -40Q-500 -150 -440 -190Q-330 -205 -180 -175C-90 -260 40 -290 170 -235C300 -180 400 -150 500 -215Q545 -240 540 -190Q520 -80 400 -40Q0 0 -440 -20Z',
      pen.color,
    ) +
    path(
      'M-440 -188Q-330 -205 -180 -175C-120 -225 -60 -250 0 -258Q-70 -120 -200 -130Q-360 -130 -440 -188Z',
      mix(pen.deep, '#000000', 0.3),
    ) +
    path('M-470 -40Q-500 -150 -440 -190Q-390 -140 -230 -130Q-330 -60 -470 -60Z', pen.deep, 'fill-opacity=".65"') +
    path(
      'M-470 -46Q0 -10 400 -48Q470 -64 500 -110Q480 -30 400 -10Q0 20 -440 0Q-472 -8 -470 -46Z',
      mix(pen.deep, '#000000', 0.4),
    ) +
    stitched('M10 -240Q-50 -100 -210 -108', pen.accent) +
    moved(130, -150, pen.pattern === 'plain' ? '' : (motifs[pen.pattern] ?? flower)(66, pen.accent), 'rotate(14)') +
    (pen.pattern === 'plain'
      ? ''
      : moved(270, -122, starOfEight(26, pen.accent)) + moved(30, -110, starOfEight(22, pen.accent))) +
    line('M60 -262C180 -258 300 -180 420 -180', '#ffffff', 13, 'stroke-opacity=".25"') +
    (pen.pattern === 'drops'
      ? times(9, (i) => line(`M540 -215l${px(Math.cos(i) * 44)} ${px(Math.sin(i) * 44)}`, pen.accent, 9)).join('')
      : '')
  return moved(70, -200, slipper, 'rotate(-7) scale(.98)') + moved(-50, 0, slipper, 'scale(1.04)')
}

function belt(pen: Pen): string {
  const coil = times(4, (i) => {
    const reach = 400 - i * 84
    return (
      ellipse(0, -420, reach, reach * 0.98, i % 2 === 0 ? pen.color : pen.deep) +
      ellipse(0, -420, reach - 62, (reach - 62) * 0.98, mix(pen.deep, '#000000', 0.45)) +
      `<ellipse cx="0" cy="-420" rx="${reach - 30}" ry="${(reach - 30) * 0.98}" fill="none" stroke="${pen.accent}" stroke-width="6" stroke-dasharray="18 12"/>`
    )
  })
  return (
    coil.join('') +
    path('M0 -28Q260 -20 470 -30V-112Q260 -96 40 -100Z', pen.color) +
    stitched('M60 -64Q260 -56 450 -68', pen.accent) +
    rect(440, -140, 110, 140, 'none', `rx="22" stroke="${brass}" stroke-width="24"`) +
    rect(486, -84, 84, 20, brass, 'rx="10"') +
    ellipse(0, -420, 402, 394, 'url(#sheen)')
  )
}

function notebook(pen: Pen): string {
  const book = (color: string, accent: string) =>
    rect(-300, -860, 630, 850, mix(color, '#000000', 0.4), 'rx="22"') +
    times(4, (i) => rect(-290, -846 + i * 4, 612 - i * 4, 826 - i * 3, i % 2 ? '#efe3cb' : '#d9c9aa', 'rx="14"')).join(
      '',
    ) +
    rect(-330, -870, 630, 850, color, 'rx="24"') +
    rect(-330, -870, 76, 850, '#000', 'rx="24" fill-opacity=".16"') +
    rect(-222, -830, 482, 770, 'none', `rx="16" stroke="${accent}" stroke-width="7"`) +
    rect(-204, -812, 446, 734, 'none', `rx="12" stroke="${accent}" stroke-width="3"`) +
    moved(20, -445, (motifs[pen.pattern] ?? starOfEight)(150, accent)) +
    moved(20, -445, starOfEight(60, color)) +
    moved(20, -445, starOfEight(34, accent)) +
    [
      [-150, -760],
      [190, -760],
      [-150, -130],
      [190, -130],
    ]
      .map(([x, y]) => moved(x!, y!, flower(44, accent)))
      .join('')
  const strap = line('M302 -520C210 -500 120 -560 20 -300', pen.deep, 20) + ellipse(20, -300, 22, 22, brass)
  return moved(
    -30,
    0,
    book(pen.color, pen.accent) +
      rect(-330, -870, 630, 850, 'url(#sheen)', 'rx="24"') +
      (pen.pattern === 'plain' ? strap : '') +
      path('M90 -22V50L112 26L134 50V-22Z', pen.accent),
  )
}

export const leatherShapes = { satchel, tote, pouch, slippers, belt, notebook }
