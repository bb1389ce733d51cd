// The products service: what is for sale and at which price.
import { join } from 'node:path'
import { CategoryChanged, ProductChanged, ProductDeleted, productsApi } from '@souk/contracts/products'
import { defineService } from '@souk/service'
import { change, remove } from './catalog/change-product.ts'
import { create, createMany } from './catalog/create-products.ts'
import { feed, feedSlugs } from './catalog/feed.ts'
import { listSkus } from './catalog/list-skus.ts'
import { read, readAny, related } from './catalog/read-product.ts'
import { listCategories } from './categories/categories.ts'
import { changeCategory, createCategory, removeCategory } from './categories/change-categories.ts'
import { refreshCategory } from './categories/refresh-category.ts'
import { calls, clearCaches, settings } from './context.ts'
import { listAll } from './listing/list-catalog.ts'
import { list } from './listing/list-products.ts'
import { indexKeptSeconds, rebuildSearch } from './listing/rebuild-search.ts'
import { prepareSearchIndex } from './listing/search-index.ts'
import { suggest } from './listing/suggest.ts'
import { checkSharp } from './pictures/check-sharp.ts'
import { makeWidths } from './pictures/make-widths.ts'
import { openPictureProcess } from './pictures/picture-process.ts'
import { addPicture, removePicture, servePicture } from './pictures/pictures.ts'
import { makeThumbnails } from './pictures/thumbnail-job.ts'
import { makeShortCache } from './short-cache.ts'

export const products = defineService({
  name: 'products',
  api: productsApi,
  settings,
  calls,
  migrations: join(import.meta.dirname, 'migrations'),
  open: async (context) => {
    await checkSharp()
    const { live } = await prepareSearchIndex(context.sql, context.settings.languages)
    if (live.name !== 'search_before' && live.languages.join() !== context.settings.languages.join())
      context.log.warn(
        { languages: live.languages },
        'Searches know the word forms of these languages until `npm run reindex` has run with the present PRODUCTS_LANGUAGES.',
      )
    const uploads = openPictureProcess(context.settings.pictureMegabytes)
    const thumbnails = openPictureProcess(context.settings.pictureMegabytes)
    const searchIndex = makeShortCache({ keptSeconds: indexKeptSeconds })
    return {
      resources: { counts: makeShortCache(), tree: makeShortCache(), searchIndex, uploads, thumbnails },
      close: async () => void (await Promise.all([uploads.close(), thumbnails.close()])),
    }
  },
  routes: {
    list,
    read,
    related,
    suggest,
    listCategories,
    feed,
    feedSlugs,
    readPicture: servePicture,

    listSkus,
    listAll,
    readAny,
    create,
    createMany,
    change,
    remove,
    addPicture,
    removePicture,
    createCategory,
    changeCategory,
    removeCategory,
  },
  broadcasts: {
    messages: [ProductChanged, ProductDeleted, CategoryChanged],
    receive: (_, context) => clearCaches(context),
    missed: clearCaches,
  },
  jobs: [makeThumbnails, refreshCategory],
  schedules: [rebuildSearch, makeWidths],
})
