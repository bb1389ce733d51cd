// What all pictures share: their frame, the tile they stand on, the light from the upper left, one line around each thing, and the
// soft shadow where it touches the ground.
import { ellipse, ink, type Pen, px } from './draw-pen.ts'

/** Products stand in 4:5. */
export const frame = { width: 1280, height: 1600 }
/** The tile of the shop front, in light and dark. */
export const tile = '#F2EADD'
const lineColor = '#5a4334'
/** In pixels of the picture, whatever the size of what is drawn. */
const lineWidth = 5

/** The thing with a line around it, of the same width at every scale. */
export function outlined(pen: Pen, markup: string, scale: number): string {
  const id = pen.define((id) => `<g id="${id}">${markup}</g>`)
  // Half of the stroke shows; the other half lies under the thing itself.
  const stroke = `stroke="${lineColor}" stroke-width="${px((lineWidth * 2) / scale)}" stroke-linejoin="round"`
  return `<use href="#${id}" ${stroke}/><use href="#${id}"/>`
}

/** Where a thing of this width stands on the ground: dark where it touches, and falling to the right. */
export function contactShadow(x: number, y: number, width: number): string {
  return (
    ellipse(x + width * 0.1, y + width * 0.012, width * 0.66, width * 0.1 + 10, 'url(#shadow)', 'fill-opacity=".55"') +
    ellipse(x + width * 0.02, y, width * 0.5, width * 0.045 + 8, 'url(#shadow)')
  )
}

/** The shadow on the wall behind something flat that hangs. */
export function wallShadow(x: number, y: number, width: number, height: number): string {
  return [44, 32, 20]
    .map(
      (away) =>
        `<rect x="${px(x + away * 0.8)}" y="${px(y + away)}" width="${px(width)}" height="${px(height)}" rx="${away}" fill="${ink}" fill-opacity=".06"/>`,
    )
    .join('')
}

/** Gradients by name. The drawings of things refer to them. */
export function lights(): string {
  const stop = (at: number, color: string, opacity: number) =>
    `<stop offset="${at}" stop-color="${color}" stop-opacity="${opacity}"/>`
  const linear = (id: string, stops: string, to = 'x2="1" y2="0"') =>
    `<linearGradient id="${id}" x1="0" y1="0" ${to}>${stops}</linearGradient>`
  const radial = (id: string, stops: string, at = '') => `<radialGradient id="${id}" ${at}>${stops}</radialGradient>`
  return [
    linear(
      'round',
      stop(0, '#000', 0.1) +
        stop(0.2, '#fff', 0.2) +
        stop(0.42, '#fff', 0) +
        stop(0.7, '#1c1020', 0.1) +
        stop(1, '#1c1020', 0.36),
    ),
    linear('hollow', stop(0, '#1c1020', 0.36) + stop(0.6, '#1c1020', 0.1) + stop(1, '#fff', 0.12)),
    linear('fold', stop(0, '#fff', 0.14) + stop(0.4, '#000', 0) + stop(1, '#1c1020', 0.28), 'x2="0" y2="1"'),
    linear('drape', stop(0, '#fff', 0.12) + stop(0.5, '#fff', 0) + stop(1, '#1c1020', 0.16), 'x2="1" y2=".6"'),
    linear('sheen', stop(0, '#fff', 0.26) + stop(0.45, '#fff', 0) + stop(1, '#1c1020', 0.22), 'x2="1" y2="1"'),
    radial('puff', stop(0, '#fff', 0.2) + stop(0.55, '#fff', 0) + stop(1, '#1c1020', 0.4), 'cx=".4" cy=".38" r=".72"'),
    radial('glow', stop(0, '#ffdf94', 0.7) + stop(0.35, '#ffd98a', 0.24) + stop(0.8, '#ffd98a', 0)),
    radial('shadow', stop(0, ink, 0.5) + stop(0.55, ink, 0.26) + stop(1, ink, 0)),
  ].join('')
}
