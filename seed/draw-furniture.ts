// Furniture in tenths of a centimeter, seen from the front: what the larger goods are shown with.
import { line, mix, path, rect, times, wood } from './draw-pen.ts'

const oak = '#b98558'
const oakDark = mix(oak, '#2f2633', 0.22)
const linen = '#d9cbb4'

/** 86 cm wide, 98 cm high, its seat at 43 cm. */
export function armchair(cloth = linen): string {
  const dark = mix(cloth, '#2f2633', 0.16)
  const pale = mix(cloth, '#ffffff', 0.16)
  const leg = (x: number, lean: number) => path(`M${x - 24} -140H${x + 24}L${x + lean + 13} 0H${x + lean - 13}Z`, oak)
  const back = 'M-318 -420C-352 -700 -356 -930 -250 -968C-120 -990 120 -990 250 -968C356 -930 352 -700 318 -420Z'
  const arm = (side: number) => {
    const shape = `M${side * 276} -560C${side * 276} -612 ${side * 300} -632 ${side * 352} -632C${side * 410} -632 ${side * 430} -604 ${side * 428} -560L${side * 414} -140Q${side * 412} -124 ${side * 396} -124H${side * 292}Q${side * 276} -124 ${side * 276} -140Z`
    return (
      path(shape, side < 0 ? pale : dark) +
      line(shape, dark, 4, 'stroke-opacity=".7"') +
      line(
        `M${side * 296} -556C${side * 296} -590 ${side * 316} -606 ${side * 352} -606C${side * 390} -606 ${side * 404} -590 ${side * 404} -556`,
        mix(dark, '#2f2633', 0.2),
        4,
        'stroke-opacity=".45"',
      )
    )
  }
  return (
    leg(-330, -26) +
    leg(330, 26) +
    path(back, cloth) +
    path(back, 'url(#drape)') +
    line(
      'M-120 -960C-134 -800 -130 -600 -118 -440M120 -960C134 -800 130 -600 118 -440',
      dark,
      5,
      'stroke-opacity=".6"',
    ) +
    path('M-290 -300H290V-136Q290 -124 278 -124H-278Q-290 -124 -290 -136Z', cloth) +
    path('M-290 -300H290V-268H-290Z', '#2f2633', 'fill-opacity=".14"') +
    path(
      'M-284 -404Q-284 -448 -240 -450Q0 -462 240 -450Q284 -448 284 -404V-330Q284 -298 250 -298H-250Q-284 -298 -284 -330Z',
      pale,
    ) +
    line('M-278 -372Q0 -384 278 -372', dark, 4, 'stroke-opacity=".7"') +
    arm(-1) +
    arm(1)
  )
}

/** 110 cm wide, 45 cm high. */
export function bench(): string {
  const leg = (x: number) => path(`M${x - 26} -410H${x + 26}L${x + 16} 0H${x - 16}Z`, oakDark)
  return (
    leg(-470) +
    leg(470) +
    rect(-470, -250, 940, 26, oakDark) +
    rect(-550, -450, 1100, 46, oak, 'rx="8"') +
    rect(-550, -450, 1100, 14, '#fff', 'rx="7" fill-opacity=".2"')
  )
}

/** A rail of pegs, 120 cm wide; the pegs stick out at its middle, 24 cm apart. */
export function pegRail(): string {
  return (
    rect(-600, -50, 1200, 100, oak, 'rx="10"') +
    rect(-600, -50, 1200, 30, '#fff', 'rx="10" fill-opacity=".16"') +
    times(5, (i) => `<circle cx="${-480 + i * 240}" cy="6" r="22" fill="${oakDark}"/>`).join('')
  )
}

/** 140 cm wide, 75 cm high. */
export function hallTable(): string {
  const leg = (x: number) => path(`M${x - 24} -700H${x + 24}L${x + 15} 0H${x - 15}Z`, oakDark)
  return (
    leg(-610) +
    leg(610) +
    rect(-650, -705, 1300, 120, oak) +
    rect(-300, -690, 600, 90, mix(oak, '#ffffff', 0.12), 'rx="6"') +
    `<circle cx="0" cy="-645" r="15" fill="${wood}"/>` +
    rect(-700, -750, 1400, 48, mix(oak, '#ffffff', 0.1), 'rx="8"')
  )
}

/** A dining chair from the side of its back, 45 cm wide and 88 cm high. */
export function chair(): string {
  return (
    path('M-205 0L-190 -460H-150L-170 0ZM205 0L190 -460H150L170 0Z', oakDark) +
    path(
      'M-190 -440L-205 -860Q-205 -880 -185 -880Q-165 -880 -165 -860L-150 -440ZM190 -440L205 -860Q205 -880 185 -880Q165 -880 165 -860L150 -440Z',
      oakDark,
    ) +
    [-850, -740, -630].map((y) => rect(-190, y, 380, 56, oak, 'rx="20"')).join('') +
    rect(-230, -475, 460, 44, oak, 'rx="16"')
  )
}

/** 128 cm wide, 75 cm high. */
export function diningTable(): string {
  const leg = (x: number) => path(`M${x - 24} -705H${x + 24}L${x + 16} 0H${x - 16}Z`, oakDark)
  return (
    leg(-540) +
    leg(540) +
    rect(-570, -705, 1140, 56, oakDark) +
    rect(-640, -750, 1280, 50, mix(oak, '#ffffff', 0.1), 'rx="8"') +
    rect(-640, -750, 1280, 16, '#fff', 'rx="8" fill-opacity=".2"')
  )
}
