// A picture as callers see it: paths that stay the same for good, and a state that says whether its sizes are made.
import { pathOf as routePath } from '@souk/contracts'
import { type Picture, productsApi } from '@souk/contracts/products'
import type { Static } from 'typebox'
import { widthSizes } from './picture-sizes.ts'

export interface PictureRow {
  id: string
  alt: string
  status: 'processing' | 'ready' | 'failed'
  width: number
  height: number
  /** Which of its sizes by width are there. */
  widthsMade: 'none' | 'webp' | 'avif'
}

/** Without words of its own a picture is described by the title of what it shows, in the language asked for (`shownTitle`). */
export function pictureOf(picture: PictureRow, title: string, shownTitle: string = title): Static<typeof Picture> {
  const { id, alt: own, status, width, height } = picture
  const alt = own === '' || own === title ? shownTitle : own
  const original = pathOf(id, 'original')
  const urls =
    status === 'ready'
      ? { original, small: webpPath(id, 'small'), medium: webpPath(id, 'medium'), large: webpPath(id, 'large') }
      : { original }
  return { id, alt, width, height, urls, sizes: sizesOf(picture), status }
}

function sizesOf({ id, status, widthsMade, ...original }: PictureRow): Static<typeof Picture>['sizes'] {
  if (status !== 'ready' || widthsMade === 'none') return undefined
  return widthSizes(original).map(({ width, height, webp, avif }) => ({
    width,
    height,
    webp: webpPath(id, webp),
    avif: widthsMade === 'avif' ? pathOf(id, avif) : undefined,
  }))
}

/** Path of the picture to show beside a product: small, once that is made. */
export function pictureToShow(pictures: readonly PictureRow[]): string | undefined {
  const first = pictures.find((one) => one.status !== 'failed')
  return first && (first.status === 'ready' ? webpPath(first.id, 'small') : pathOf(first.id, 'original'))
}

function webpPath(id: string, name: string): string {
  return pathOf(id, `${name}.webp`)
}

function pathOf(id: string, size: string): string {
  return routePath(productsApi.routes.readPicture, { id, size })
}
