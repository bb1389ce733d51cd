// The context of the products service's stories: its settings, caches and picture processes.
import { type ContextFor, integer, text } from '@souk/service'
import { readSearchIndex, type SearchTable } from './listing/search-index.ts'
import { languageList } from './listing/search-languages.ts'
import type { PictureProcess } from './pictures/picture-process.ts'
import type { ShortCache } from './short-cache.ts'

export const settings = {
  currency: text('the currency of prices when the caller names none', 'EUR'),
  textLanguage: text(
    'the language that the texts of the catalog are written in; other languages are translations',
    'en',
  ),
  languages: languageList('the languages whose word forms search knows; a change needs `npm run reindex`', [
    'english',
    'german',
    'greek',
    'russian',
  ]),
  pictureMegabytes: integer('how much memory each of the two processes that read pictures may take', 256, {
    min: 128,
    max: 4096,
  }),
}
export const calls = {}

export interface Resources {
  /** Counts that are expensive to compute: facets, totals, products per category. */
  readonly counts: ShortCache
  /** The category tree. */
  readonly tree: ShortCache
  /** Which table searches read. */
  readonly searchIndex: ShortCache
  /** Two processes, so that an upload does not wait for the sizes of other pictures. */
  readonly uploads: PictureProcess
  readonly thumbnails: PictureProcess
}
export type ProductsContext = ContextFor<typeof settings, typeof calls, Resources>

/** Clears the caches after a change. Other instances clear theirs when the message arrives, or when an entry expires. */
export function clearCaches({ resources }: ProductsContext): void {
  resources.counts.clear()
  resources.tree.clear()
  resources.searchIndex.clear()
}

/** The table that searches read at present. */
export async function searchTable({ resources, sql }: ProductsContext): Promise<SearchTable> {
  const { live } = await resources.searchIndex.get('search index', () => readSearchIndex(sql))
  return live
}
