// The products service: what is for sale and at which price. Everything it does, on one page.
import { join } from 'node:path'
import { CategoryChanged, ProductChanged, ProductDeleted, productsApi } from '@souk/contracts/products'
import { defineService } from '@souk/service'
import { listCategories } from './categories.ts'
import { changeCategory, createCategory, removeCategory } from './change-categories.ts'
import { change, remove } from './change-product.ts'
import { calls, forgetCounts, settings } from './context.ts'
import { create, createMany } from './create-products.ts'
import { listAll } from './listing/list-catalogue.ts'
import { list } from './listing/list-products.ts'
import { suggest } from './listing/suggest.ts'
import { makeThumbnails } from './pictures/make-thumbnails.ts'
import { openPainter } from './pictures/painter.ts'
import { addPicture, removePicture, servePicture } from './pictures/pictures.ts'
import { read, readAny, related } from './read-product.ts'
import { refreshCategory } from './refresh-category.ts'
import { remember } from './remembered.ts'

export const products = defineService({
  name: 'products',
  api: productsApi,
  settings,
  calls,
  migrations: join(import.meta.dirname, 'migrations'),
  open: async (context) => {
    const painter = openPainter(context.settings.pictureMegabytes)
    return { resources: { counts: remember(), tree: remember(), painter }, close: painter.close }
  },
  routes: {
    list,
    read,
    related,
    suggest,
    listCategories,
    readPicture: servePicture,

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
    receive: (_, context) => forgetCounts(context),
  },
  jobs: [makeThumbnails, refreshCategory],
})
