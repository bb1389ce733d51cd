// From the loom: rugs, cushions, throws, scarves, hammam towels and poufs.
import { star } from './draw-motifs.ts'
import { clipped, cream, ellipse, line, mix, moved, type Pen, path, px, rect, times, wood } from './draw-pen.ts'
import { weave } from './draw-weave.ts'

/** Undyed wool, a little darker than the ground of the pictures. */
const thread = '#dcc9a6'

export function fringe(x: number, y: number, width: number, long: number, color: string): string {
  const count = Math.round(width / 19)
  return times(count + 1, (i) =>
    line(`M${px(x + (width * i) / count)} ${px(y)}l${i % 2 === 0 ? 3 : -3} ${long}`, color, 8),
  ).join('')
}

function rod(width: number, y: number): string {
  return (
    rect(-width, y - 15, width * 2, 30, wood, 'rx="15"') +
    rect(-width, y - 15, width * 2, 11, '#fff', 'rx="6" fill-opacity=".2"') +
    ellipse(-width, y, 28, 28, mix(wood, '#000000', 0.2)) +
    ellipse(width, y, 28, 28, mix(wood, '#000000', 0.2))
  )
}

function rug(pen: Pen): string {
  const cloth = { x: -370, y: -1030, width: 740, height: 980 }
  return fringe(-366, -50, 732, 56, thread) + weaveInside(pen, cloth) + rod(430, -1036)
}

function runner(pen: Pen): string {
  // Half unrolled: the roll stands at the top, the runner comes towards us.
  const strip = 'M-250 -560L250 -560L420 -40L-420 -40Z'
  const roll = 'M-300 -760Q-330 -660 -300 -560H300Q330 -660 300 -760Z'
  return (
    clipped(pen, strip, moved(0, 0, weave(pen, { x: -430, y: -580, width: 860, height: 560 }))) +
    fringe(-416, -40, 832, 48, thread) +
    path('M-262 -560H262L276 -516H-276Z', '#000', 'fill-opacity=".2"') +
    clipped(pen, roll, weave(pen, { x: -330, y: -780, width: 660, height: 240 })) +
    path(roll, 'url(#fold)') +
    ellipse(312, -660, 46, 102, pen.deep) +
    ellipse(312, -660, 33, 76, mix(pen.deep, cream, 0.4)) +
    ellipse(312, -660, 20, 48, pen.deep) +
    ellipse(312, -660, 8, 20, cream)
  )
}

function weaveInside(pen: Pen, cloth: { x: number; y: number; width: number; height: number }): string {
  const { x, y, width, height } = cloth
  const shape = `M${x} ${y}H${x + width}V${y + height}H${x}Z`
  return (
    clipped(pen, shape, weave(pen, cloth)) +
    rect(x, y, width, height, 'none', `stroke="${pen.deep}" stroke-width="10"`) +
    rect(x, y, width, height, 'url(#drape)')
  )
}

function cushion(pen: Pen): string {
  const pad =
    'M-430 -800Q-445 -830 -410 -835Q0 -770 410 -835Q445 -830 430 -800Q365 -430 430 -60Q440 -30 405 -28Q0 -85 -405 -28Q-440 -30 -430 -60Q-365 -430 -430 -800Z'
  const tassels = [
    [-425, -828, 135],
    [425, -828, -135],
    [-420, -36, 45],
    [420, -36, -45],
  ].map(([x, y, turn]) =>
    moved(
      x!,
      y!,
      ellipse(0, 12, 20, 20, pen.accentDeep) +
        times(5, (i) => line(`M0 24L${(i - 2) * 13} 92`, pen.accent, 9)).join('') +
        rect(-16, 24, 32, 12, pen.accentDeep, 'rx="6"'),
      `rotate(${turn! > 90 ? 125 : turn! < -90 ? -125 : turn! > 0 ? 40 : -40})`,
    ),
  )
  return (
    tassels.join('') +
    clipped(pen, pad, weave(pen, { x: -440, y: -850, width: 880, height: 840 })) +
    path(pad, 'url(#puff)') +
    line(pad, pen.deep, 9, 'stroke-opacity=".55"')
  )
}

function folded(pen: Pen): string {
  const layers = times(3, (i) => {
    const y = -70 - i * 175
    const wide = 430 - i * 14
    const shape = `M${-wide} ${y - 100}Q${-wide - 50} ${y - 15} ${-wide} ${y + 70}H${wide}V${y - 100}Z`
    const colored = {
      ...pen,
      color: i === 1 ? mix(pen.color, cream, 0.72) : i === 2 ? pen.color : pen.accent,
      accent: i === 0 ? cream : pen.accent,
    }
    return (
      clipped(pen, shape, weave(colored, { x: -wide - 60, y: y - 100, width: wide * 2 + 60, height: 172 })) +
      path(shape, 'url(#fold)') +
      line(`M${wide} ${y - 15}H${-wide + 20}`, '#000000', 4, 'stroke-opacity=".22"') +
      line(
        `M${-wide + 10} ${y - 80}Q${-wide - 24} ${y - 15} ${-wide + 10} ${y + 50}`,
        '#fff',
        9,
        'stroke-opacity=".22"',
      )
    )
  })
  const topShape = 'M-400 -518L-330 -590H330L400 -518Z'
  return (
    layers.join('') +
    clipped(pen, topShape, weave(pen, { x: -410, y: -600, width: 820, height: 90 })) +
    path(topShape, '#fff', 'fill-opacity=".16"')
  )
}

function scarf(pen: Pen): string {
  const back = 'M-40 -1010C40 -1030 200 -1020 215 -930C235 -640 220 -420 250 -250L20 -236C10 -520 -20 -760 -90 -930Z'
  const front = 'M60 -1010C-60 -1040 -230 -1020 -235 -930C-250 -560 -225 -330 -270 -76L10 -60C25 -380 30 -620 110 -900Z'
  const cloth = { x: -300, y: -1040, width: 600, height: 1000 }
  return (
    fringe(24, -240, 224, 70, mix(pen.deep, cream, 0.25)) +
    clipped(pen, back, weave(pen, cloth)) +
    path(back, '#000', 'fill-opacity=".2"') +
    fringe(-268, -70, 276, 74, mix(pen.color, cream, 0.35)) +
    clipped(pen, front, weave(pen, cloth)) +
    path(front, 'url(#drape)') +
    line(
      'M-150 -985C-165 -700 -130 -400 -165 -90M-40 -990C-60 -680 -40 -400 -75 -80',
      '#000000',
      10,
      'stroke-opacity=".1"',
    ) +
    line('M-190 -960C-205 -700 -180 -420 -215 -110', '#ffffff', 14, 'stroke-opacity=".14"') +
    rod(330, -1012)
  )
}

function towel(pen: Pen): string {
  const shape = 'M-310 -960H310V-90H-310Z'
  const border = [-220, -190, -130].map((y, i) => rect(-310, y, 620, [14, 44, 14][i]!, pen.accent))
  return (
    times(
      25,
      (i) =>
        line(`M${-300 + i * 25} -92V-40`, mix(pen.color, cream, 0.3), 9) +
        ellipse(-300 + i * 25, -46, 9, 11, mix(pen.color, cream, 0.3)),
    ).join('') +
    clipped(pen, shape, weave(pen, { x: -310, y: -960, width: 620, height: 870 }) + border.join('')) +
    path(shape, 'url(#drape)') +
    path('M-318 -985H318V-540H-318Z', pen.color) +
    clipped(
      pen,
      'M-318 -985H318V-540H-318Z',
      weave({ ...pen, color: mix(pen.color, cream, 0.4) }, { x: -318, y: -985, width: 636, height: 445 }),
    ) +
    times(26, (i) => line(`M${-312 + i * 25} -540V-490`, mix(pen.color, cream, 0.5), 8)).join('') +
    path('M-318 -985H318V-540H-318Z', 'url(#drape)') +
    rod(420, -990)
  )
}

function pouf(pen: Pen): string {
  const body =
    'M-330 -520C-500 -480 -530 -330 -510 -220C-490 -90 -400 -10 -300 0H300C400 -10 490 -90 510 -220C530 -330 500 -480 330 -520Z'
  const seams = times(7, (i) => {
    const lean = (i - 3) / 3.3
    return line(
      `M${px(lean * 330)} -500C${px(lean * 560)} -380 ${px(lean * 560)} -140 ${px(lean * 330)} -4`,
      pen.accent,
      9,
      'stroke-dasharray="22 14"',
    )
  })
  const top = times(
    8,
    (i) =>
      `<g transform="rotate(${i * 45})">${path('M0 0L-86 -215Q0 -262 86 -215Z', i % 2 === 0 ? pen.color : mix(pen.color, pen.accent, 0.28))}</g>`,
  )
  return (
    path(body, pen.color) +
    path(body, 'url(#round)') +
    line('M-505 -290Q0 -180 505 -290', pen.deep, 10, 'stroke-opacity=".6"') +
    seams.join('') +
    moved(
      0,
      -520,
      ellipse(0, 0, 380, 124, pen.deep) +
        `<g transform="scale(1.62 .5)">${top.join('')}${star(8, 130, 0.6, pen.accent)}${star(8, 84, 0.6, pen.color)}<circle r="22" fill="${pen.accent}"/></g>`,
    )
  )
}

export const textileShapes = { rug, runner, cushion, folded, scarf, towel, pouf }
