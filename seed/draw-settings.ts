// Goods where they are used, beside something of a size that everybody knows: on a table with a mug, in a room with a chair.
import { armchair, bench, chair, diningTable, hallTable, pegRail } from './draw-furniture.ts'
import { contactShadow, frame, outlined, wallShadow } from './draw-light.ts'
import { line, moved, type Pen } from './draw-pen.ts'
import { plant, props } from './draw-props.ts'
import { flatCloth } from './draw-rug.ts'
import { measures, type Place, type Shape, shapes } from './draw-shapes.ts'
import { furnitureShadow, heightCm, placed, room, scaleOf, standing, tableTop, thing } from './draw-stage.ts'

interface Goods {
  pen: Pen
  shape: Shape
  seed: number
}

/** The picture of a thing in its place, without its frame. */
export function drawSetting(goods: Goods): string {
  return places[measures[goods.shape].place](goods)
}

/** Room at each side of what stands on the table. */
const margin = 70

function onTable({ pen, shape, seed }: Goods): string {
  const { cmWide, company = 'mug' } = measures[shape]
  const prop = props[company]
  const gapCm = prop.isInFront ? -cmWide * 0.42 : 1.2
  const allCm = cmWide + gapCm + prop.width / 10
  const pixelsPerCm = Math.min((frame.width - margin * 2) / allCm, 820 / heightCm(shape), 700 / cmWide, 44)
  const left = (frame.width - allCm * pixelsPerCm) / 2
  const ground = 1190
  const propAt = left + (allCm - prop.width / 20) * pixelsPerCm
  const propGround = prop.isInFront ? ground + 130 : ground - 60
  const drawnProp =
    contactShadow(propAt, propGround, prop.width * pixelsPerCm * 0.09) +
    placed(pen, prop.draw(pen), propAt, propGround, pixelsPerCm)
  const drawnGoods = standing(pen, shape, left + (cmWide * pixelsPerCm) / 2, ground, pixelsPerCm)
  return tableTop(frame, seed, 900, 1470) + (prop.isInFront ? drawnGoods + drawnProp : drawnProp + drawnGoods)
}

function inArmchair({ pen, shape, seed }: Goods): string {
  const pixelsPerCm = 12
  const ground = 1400
  return (
    room(frame, seed, 1180) +
    furnitureShadow(640, ground, 1000) +
    placed(pen, armchair(), 640, ground, pixelsPerCm) +
    thing(pen, shape, 650, ground - 41 * pixelsPerCm, scaleOf(shape, pixelsPerCm * 0.94), -4)
  )
}

function onFloor({ pen, shape, seed }: Goods): string {
  const pixelsPerCm = shape === 'slippers' ? 14 : 11
  const chairAt = shape === 'slippers' ? 960 : 890
  return (
    room(frame, seed, 1130) +
    furnitureShadow(chairAt, 1280, pixelsPerCm * 82) +
    placed(pen, armchair(), chairAt, 1280, pixelsPerCm) +
    standing(pen, shape, 390, 1430, pixelsPerCm)
  )
}

function lying({ pen, shape, seed }: Goods): string {
  if (shape === 'runner') {
    const pixelsPerCm = 8.4
    return (
      room(frame, seed, 930) +
      furnitureShadow(760, 990, 1150) +
      placed(pen, hallTable(), 760, 990, pixelsPerCm) +
      placed(pen, plant(pen), 1010, 990 - 75 * pixelsPerCm, pixelsPerCm * 0.6) +
      flatCloth(pen, frame, { wide: 75 * pixelsPerCm, y: 1530, ratio: 3, seen: 0.27, lean: 0.12 })
    )
  }
  const pixelsPerCm = 6.6
  return (
    room(frame, seed, 1010) +
    placed(pen, plant(pen), 190, 1060, pixelsPerCm * 1.6) +
    flatCloth(pen, frame, { wide: measures[shape].cmWide * pixelsPerCm, y: 1500, ratio: 1.36, seen: 0.34, lean: 0.2 }) +
    furnitureShadow(850, 1130, 560) +
    placed(pen, armchair(), 850, 1130, pixelsPerCm)
  )
}

function onHook({ pen, shape, seed }: Goods): string {
  const pixelsPerCm = 10.5
  const scale = scaleOf(shape, pixelsPerCm)
  const [left, top, right, bottom] = measures[shape].box
  const [x, railY] = [500, 250]
  return (
    room(frame, seed, 1330) +
    placed(pen, pegRail(), 640, railY, pixelsPerCm) +
    wallShadow(x + left * 0.75 * scale, railY + 30, (right - left) * 0.75 * scale, (bottom - top - 60) * scale) +
    thing(pen, shape, x, railY - top * scale + 10, scale) +
    furnitureShadow(700, 1480, 1150) +
    placed(pen, bench(), 700, 1480, 9.4) +
    placed(pen, plant(pen), 1010, 1480 - 45 * 9.4, 9)
  )
}

function onBench({ pen, shape, seed }: Goods): string {
  const pixelsPerCm = 14
  const seat = 1400 - 45 * pixelsPerCm
  return (
    room(frame, seed, 1250) +
    furnitureShadow(640, 1400, 1500) +
    placed(pen, bench(), 640, 1400, pixelsPerCm) +
    placed(pen, plant(pen), 1070, seat, pixelsPerCm * 0.8) +
    standing(pen, shape, 470, seat + 6, pixelsPerCm)
  )
}

function overTable({ pen, seed }: Goods): string {
  const pixelsPerCm = 9
  const scale = scaleOf('pendant', pixelsPerCm)
  const ground = 1500
  const top = ground - 75 * pixelsPerCm
  const lamp = line('M0 -1440V-4000', pen.deep, 12) + shapes.pendant(pen)
  return (
    room(frame, seed, 1330) +
    moved(640, 620, outlined(pen, lamp, scale), `scale(${scale})`) +
    placed(pen, chair(), 330, ground - 60, pixelsPerCm) +
    placed(pen, chair(), 950, ground - 60, pixelsPerCm) +
    furnitureShadow(640, ground, 1150) +
    placed(pen, diningTable(), 640, ground, pixelsPerCm) +
    placed(pen, props.lemons.draw(pen), 540, top, pixelsPerCm * 1.1) +
    placed(pen, props.mug.draw(pen), 760, top, pixelsPerCm * 1.1)
  )
}

function onWall({ pen, shape, seed }: Goods): string {
  const pixelsPerCm = 8.6
  const scale = scaleOf(shape, pixelsPerCm)
  const [left, top, right] = measures[shape].box
  const ground = 1470
  const board = ground - 75 * pixelsPerCm
  const hangsAt = board - 80
  return (
    room(frame, seed, 1350) +
    wallShadow(600 + left * scale, hangsAt + (top + 480) * scale, (right - left) * scale, -(top + 480) * scale) +
    thing(pen, shape, 600, hangsAt, scale) +
    furnitureShadow(640, ground, 1200) +
    placed(pen, hallTable(), 640, ground, pixelsPerCm) +
    placed(pen, props.books.draw(pen), 300, board, pixelsPerCm * 1.1) +
    placed(pen, plant(pen), 990, board, pixelsPerCm)
  )
}

const places: Record<Place, (goods: Goods) => string> = {
  table: onTable,
  armchair: inArmchair,
  floor: onFloor,
  rug: lying,
  hook: onHook,
  bench: onBench,
  lamp: overTable,
  wall: onWall,
}
