// Which sizes a picture has: three that fit into squares, and those by width for `srcset`. Sizes follow from the original's, so that
// nothing needs to be stored about them but whether they are made.
import { pictureWidths } from '@souk/contracts/products'

export interface Pixels {
  width: number
  height: number
}
/** A file to make. `name` is its path's last part without `.webp`, as in the table of files. */
export interface Size extends Pixels {
  name: string
}
export interface WidthSize extends Pixels {
  /** The name of the file in each format. One of the squares stands in for a WebP of the same size. */
  webp: string
  avif: string
}

const squares = { small: 320, medium: 800, large: 1600 }
/** A size by width is at most so many times as high as its bound is wide. */
const tallest = 2

export function squareSizes(original: Pixels): Size[] {
  return Object.entries(squares).map(([name, side]) => ({ name, ...within(original, side, side) }))
}

/** Narrowest first. The last one is as wide as the original, or as the largest bound. */
export function widthSizes(original: Pixels): WidthSize[] {
  const sizes: WidthSize[] = []
  for (const bound of pictureWidths) {
    const pixels = within(original, bound, bound * tallest)
    const square = squareSizes(original).find((one) => one.width === pixels.width && one.height === pixels.height)
    sizes.push({ ...pixels, webp: square?.name ?? String(bound), avif: `${bound}.avif` })
    if (pixels.width === original.width) break
  }
  return sizes
}

/** All WebP files of a picture. */
export function webpSizes(original: Pixels): Size[] {
  const squares = squareSizes(original)
  const widths = widthSizes(original).map(({ webp, width, height }) => ({ name: webp, width, height }))
  return [...squares, ...widths.filter(({ name }) => squares.every((square) => square.name !== name))]
}

export function avifSizes(original: Pixels): Size[] {
  return widthSizes(original).map(({ avif, width, height }) => ({ name: avif, width, height }))
}

/** As large as fits, and never larger than the original. */
function within({ width, height }: Pixels, mostWide: number, mostHigh: number): Pixels {
  const share = Math.min(1, mostWide / width, mostHigh / height)
  return { width: Math.max(1, Math.round(width * share)), height: Math.max(1, Math.round(height * share)) }
}
