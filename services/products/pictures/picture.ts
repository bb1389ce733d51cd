// A picture as callers see it: paths that stay the same for good, and a state that says whether its sizes are made.
import { pathOf as routePath } from '@souk/contracts'
import { type Picture, productsApi } from '@souk/contracts/products'
import type { Static } from 'typebox'

export interface PictureRow {
  id: string
  alt: string
  status: 'processing' | 'ready' | 'failed'
}

const sizes = { small: 'small.webp', medium: 'medium.webp', large: 'large.webp' } as const

/** Without words of its own a picture is described by the title of what it shows. */
export function pictureOf({ id, alt, status }: PictureRow, title: string): Static<typeof Picture> {
  const original = pathOf(id, 'original')
  const urls =
    status === 'ready'
      ? { original, small: pathOf(id, sizes.small), medium: pathOf(id, sizes.medium), large: pathOf(id, sizes.large) }
      : { original }
  return { id, alt: alt || title, urls, status }
}

/** Path of the picture to show beside a product: small, once that is made. */
export function pictureToShow(pictures: readonly PictureRow[]): string | undefined {
  const first = pictures.find((one) => one.status !== 'failed')
  return first && pathOf(first.id, first.status === 'ready' ? sizes.small : 'original')
}

function pathOf(id: string, size: string): string {
  return routePath(productsApi.routes.readPicture, { id, size })
}
