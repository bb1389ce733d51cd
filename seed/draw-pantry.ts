// The spice merchant's counter: heaped bowls, tins, packets, bottles and jars of honey.
import { drop, flower, leaf, starOfEight } from './draw-motifs.ts'
import { clipped, cream, ellipse, line, mix, moved, type Pen, path, px, rect, times, wood } from './draw-pen.ts'
import { band, outline, type Profile, row, tilt, turned } from './draw-turned.ts'

/** The heap is the recipe's color; the bowl that holds it is the accent. */
function spice(pen: Pen): string {
  const body: Profile = [
    [-330, 450],
    [-250, 430],
    [-130, 300],
    [-60, 190],
    [-26, 195],
  ]
  const heap =
    'M-425 -325C-300 -350 -170 -520 -70 -640C-30 -686 30 -686 70 -640C170 -520 300 -350 425 -325A425 64 0 0 1 -425 -325Z'
  const grains = times(240, () => {
    const high = pen.random() ** 1.4
    const x = (pen.random() * 2 - 1) * (410 * (1 - high) + 20)
    const tone = pen.random() < 0.5 ? mix(pen.color, '#000000', 0.22) : mix(pen.color, '#ffffff', 0.4)
    return ellipse(x, -290 - high * 360, 4 + pen.random() * 5, 3 + pen.random() * 4, tone, 'fill-opacity=".8"')
  })
  const whole =
    pen.pattern === 'whole'
      ? times(70, () => {
          const high = pen.random()
          const x = (pen.random() * 2 - 1) * (390 * (1 - high))
          const tone = mix(pen.color, pen.random() < 0.5 ? '#000000' : '#ffffff', pen.random() * 0.3)
          return moved(x, -300 - high * 310, leaf(26 + pen.random() * 10, tone), `rotate(${px(pen.random() * 180)})`)
        })
      : []
  const wooden = turned(
    pen,
    body,
    pen.accent,
    band(body, -296, -284, mix(pen.accent, cream, 0.4)) +
      row(body, -225, 26, starOfEight(22, mix(pen.accent, cream, 0.4))),
  )
  return (
    ellipse(0, -330, 450, 450 * tilt, mix(pen.accent, cream, 0.3)) +
    wooden +
    ellipse(0, -330, 450, 450 * tilt, mix(pen.accent, cream, 0.3)) +
    path(heap, pen.color) +
    clipped(
      pen,
      heap,
      path('M30 -700C60 -560 130 -380 60 -240L460 -240V-700Z', '#000', 'fill-opacity=".12"') +
        path('M-30 -690C-150 -520 -240 -400 -330 -330C-230 -360 -90 -500 -30 -690Z', '#fff', 'fill-opacity=".18"') +
        grains.join('') +
        whole.join(''),
    )
  )
}

function label(pen: Pen, width: number, y: number, height: number): string {
  const motif =
    pen.pattern === 'leaves'
      ? leaf(54, pen.accentDeep)
      : pen.pattern === 'drops'
        ? drop(50, pen.accentDeep)
        : pen.pattern === 'flowers'
          ? flower(62, pen.accentDeep)
          : starOfEight(54, pen.accentDeep)
  return (
    rect(-width, y, width * 2, height, cream, 'rx="14"') +
    rect(-width + 14, y + 14, width * 2 - 28, height - 28, 'none', `rx="8" stroke="${pen.accent}" stroke-width="5"`) +
    moved(0, y + height * 0.4, motif) +
    rect(-width * 0.5, y + height * 0.72, width, 10, pen.deep, 'rx="5"') +
    rect(-width * 0.3, y + height * 0.72 + 26, width * 0.6, 8, pen.accent, 'rx="4"')
  )
}

function tin(pen: Pen): string {
  const body: Profile = [
    [-700, 290],
    [-40, 290],
  ]
  const lid: Profile = [
    [-790, 304],
    [-690, 304],
  ]
  const trim = band(body, -640, -626, pen.accent) + band(body, -86, -72, pen.accent)
  const ornaments = row(body, -596, 26, starOfEight(24, pen.accent)) + row(body, -130, 26, starOfEight(24, pen.accent))
  const sticker = moved(0, 42, label(pen, 176, -500, 300))
  return (
    turned(pen, body, pen.color, trim + ornaments + sticker) +
    turned(pen, lid, pen.deep, band(lid, -712, -702, pen.accent)) +
    ellipse(0, -790, 304, 304 * tilt, mix(pen.color, cream, 0.16)) +
    ellipse(0, -794, 250, 250 * tilt, 'none', `stroke="${pen.accent}" stroke-width="6"`)
  )
}

function packet(pen: Pen): string {
  const bag = 'M-290 -640L290 -640L325 -30Q325 0 295 4L-295 4Q-325 0 -325 -30Z'
  return (
    path('M-280 -770Q0 -790 280 -770L292 -636L-292 -636Z', pen.deep) +
    line('M-288 -690Q0 -706 288 -690', mix(pen.deep, '#000000', 0.25), 6) +
    path(bag, pen.color) +
    clipped(
      pen,
      bag,
      path('M150 -650L325 -650L330 10L235 10Z', '#000', 'fill-opacity=".08"') +
        path('M-290 -650L-235 -650L-262 10L-330 10Z', '#fff', 'fill-opacity=".2"'),
    ) +
    moved(0, 0, label(pen, 200, -520, 380)) +
    ellipse(0, -722, 30, 30, pen.accent) +
    line('M0 -692L-34 -610M0 -692L36 -600', pen.accent, 9)
  )
}

function bottle(pen: Pen): string {
  const body: Profile = [
    [-800, 62],
    [-700, 64],
    [-630, 110],
    [-540, 205],
    [-420, 222],
    [-60, 222],
    [-30, 205],
  ]
  const fill: Profile = [
    [-600, 130],
    [-540, 194],
    [-420, 206],
    [-66, 206],
    [-44, 190],
  ]
  return (
    rect(-44, -880, 88, 110, wood, 'rx="12"') +
    rect(-44, -880, 30, 110, '#ffffff', 'rx="12" fill-opacity=".2"') +
    turned(pen, body, mix(pen.color, cream, 0.55), path(outline(fill), pen.color)) +
    ellipse(0, -800, 74, 18, mix(pen.color, cream, 0.7)) +
    rect(-74, -806, 148, 26, mix(pen.color, cream, 0.6), 'rx="13"') +
    clipped(pen, outline(body), moved(0, 20, label(pen, 150, -430, 300)))
  )
}

function honey(pen: Pen): string {
  const body: Profile = [
    [-520, 235],
    [-470, 305],
    [-380, 330],
    [-90, 330],
    [-40, 300],
  ]
  const cap =
    'M-250 -625Q0 -690 250 -625L262 -545C310 -520 330 -480 340 -450C300 -470 280 -440 240 -455C200 -430 160 -460 110 -440C60 -425 30 -455 -20 -440C-70 -425 -110 -455 -160 -440C-210 -430 -240 -460 -280 -442C-300 -455 -320 -450 -345 -440C-330 -480 -305 -520 -262 -545Z'
  const checks =
    times(9, (i) => rect(-350 + i * 84, -700, 30, 300, pen.accentDeep, 'fill-opacity=".28"')).join('') +
    times(4, (i) => rect(-350, -660 + i * 64, 700, 24, pen.accentDeep, 'fill-opacity=".28"')).join('')
  return (
    turned(
      pen,
      body,
      pen.color,
      path('M-340 -420Q0 -360 340 -420V-560H-340Z', mix(pen.color, cream, 0.6)) +
        moved(0, 30, label(pen, 170, -360, 270)),
    ) +
    path(cap, pen.accent) +
    clipped(pen, cap, checks + path('M80 -700L360 -700L360 -400L140 -400Z', '#000', 'fill-opacity=".1"')) +
    line('M-258 -548Q0 -510 258 -548', wood, 16) +
    line(
      'M30 -528Q90 -600 120 -560Q110 -520 40 -526Q-30 -590 -50 -548Q-30 -510 30 -528M30 -524L-10 -450M40 -524L86 -446',
      wood,
      10,
    )
  )
}

export const pantryShapes = { spice, tin, packet, bottle, honey }
