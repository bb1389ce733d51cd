// Pictures of goods as the browser chooses among them: their sizes as srcset, and the one for browsers that know none.
import type { Product } from '@souk/contracts/products'

export type Picture = Product['images'][number]

const srcsetOf = (sizes: readonly { width: number; path: string | undefined }[]) =>
  sizes.flatMap(({ width, path }) => (path ? [`${path} ${width}w`] : [])).join(', ') || undefined

/** What an `img` and its sources need. Pictures without sizes yet are shown from the one that is there. */
export function sourcesOf({ urls, sizes = [], width = 800, height = 1000 }: Picture) {
  return {
    width,
    height,
    src: urls.medium ?? urls.original,
    webp: srcsetOf(sizes.map((one) => ({ width: one.width, path: one.webp }))),
    // A half-made list would make the browser take a small AVIF for a big place.
    avif: sizes.every((one) => one.avif)
      ? srcsetOf(sizes.map((one) => ({ width: one.width, path: one.avif })))
      : undefined,
  }
}

/** The largest that there is, for looking closely and for those who share the page. */
export function largestOf({ urls, sizes = [] }: Picture): string {
  return sizes.at(-1)?.webp ?? urls.large ?? urls.original
}
