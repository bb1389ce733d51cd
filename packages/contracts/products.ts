// What the products service promises: the catalog, its pictures, search and categories.
import { type Static, Type } from 'typebox'
import { byId, Currency, Id, Money, Page, Price, paging, Sku, Slug, Time } from './basics.ts'
import { Bytes, defineApi, message, Nothing, OneOf, Patch, Shape } from './define.ts'
import {
  CategoryTranslations,
  Fact,
  Keywords,
  Language,
  Legal,
  Measure,
  ProductTranslations,
  Reduction,
  UnitPrice,
} from './product-parts.ts'
import { Line, Lines, SearchText, Texts } from './text.ts'

const words = (maxLength: number) => Line({ minLength: 1, maxLength })
const Attributes = Type.Record(Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' }), Line({ maxLength: 200 }), {
  maxProperties: 50,
  additionalProperties: false,
})

/** Bounds of a picture's width for `srcset`; a narrower picture has its own width under the first bound that holds it. */
export const pictureWidths = [320, 640, 960, 1280] as const
const PictureSize = Shape({
  width: Type.Integer(),
  height: Type.Integer(),
  webp: Type.String({ description: 'Its path.' }),
  avif: Type.Optional(Type.String({ description: 'Its path, once it has been made, some time after the WebP.' })),
})
export const Picture = Shape({
  id: Id,
  alt: Type.String(),
  width: Type.Optional(Type.Integer({ description: 'Of the original as it is shown, in pixels.' })),
  height: Type.Optional(Type.Integer()),
  /** Paths of the three sizes, once the background job has made them; until then only the original. */
  urls: Shape({
    original: Type.String(),
    small: Type.Optional(Type.String()),
    medium: Type.Optional(Type.String()),
    large: Type.Optional(Type.String()),
  }),
  sizes: Type.Optional(
    Type.Array(PictureSize, {
      description:
        'For srcset: narrowest first, never wider than the original. Missing until the background job has made them.',
    }),
  ),
  status: OneOf(['processing', 'ready', 'failed']),
})
export const Variant = Shape({
  sku: Sku,
  title: Type.String({ description: 'The options in words: "Blue, M". Empty when there are none.' }),
  options: Type.Record(Type.String(), Type.String()),
  price: Type.Optional(Price),
  prices: Type.Array(Price),
  weightGrams: Type.Integer(),
  measure: Type.Optional(Measure),
  /** Of the price shown. */
  unitPrice: Type.Optional(UnitPrice),
  reduced: Type.Optional(Type.Boolean({ description: 'True when staff has marked it as reduced.' })),
  reduction: Type.Optional(Reduction),
})
export const ProductOption = Shape({ name: words(40), values: Type.Array(words(60), { minItems: 1, maxItems: 50 }) })
export const Product = Shape({
  id: Id,
  slug: Slug,
  title: Type.String(),
  description: Type.String(),
  status: OneOf(['draft', 'published']),
  category: Type.Optional(Shape({ id: Id, slug: Slug, title: Type.String(), path: Type.String() })),
  attributes: Attributes,
  attributeNames: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      description: 'Names of attributes in the language of its texts, where they are known.',
    }),
  ),
  options: Type.Array(ProductOption),
  images: Type.Array(Picture),
  variants: Type.Array(Variant),
  legal: Type.Optional(Legal),
  keywords: Type.Optional(Keywords),
  language: Type.Optional(Type.String({ description: 'The language of its texts.' })),
  translations: Type.Optional(ProductTranslations),
  version: Type.Integer(),
  createdAt: Time,
  updatedAt: Time,
})
export type Product = Static<typeof Product>

export const ProductCard = Shape({
  id: Id,
  slug: Slug,
  title: Type.String(),
  price: Type.Optional(Money),
  priceFrom: Type.Boolean({ description: 'True when variants differ in price: price is the lowest.' }),
  image: Type.Optional(Picture),
  images: Type.Optional(Type.Array(Picture, { description: 'The first three.' })),
  category: Type.Optional(Slug),
  variantCount: Type.Integer(),
  /** Of the variant whose price is shown. */
  measure: Type.Optional(Measure),
  unitPrice: Type.Optional(UnitPrice),
  reduction: Type.Optional(Reduction),
  fact: Type.Optional(Fact),
  language: Type.Optional(Type.String({ description: 'The language of its texts.' })),
})
export type ProductCard = Static<typeof ProductCard>
const Facet = Shape({
  name: Type.String(),
  title: Type.Optional(Type.String({ description: 'The name in the language asked for.' })),
  values: Type.Array(Shape({ value: Type.String(), title: Type.Optional(Type.String()), count: Type.Integer() })),
})
export const ProductSort = OneOf(['relevance', 'newest', 'price-asc', 'price-desc', 'title'])
export const ProductList = Shape({
  items: Type.Array(ProductCard),
  nextCursor: Type.Optional(Type.String()),
  facets: Type.Optional(Type.Array(Facet)),
  total: Type.Optional(Type.Integer({ description: 'How many match; at most 5,000 are counted.' })),
  totalIsCapped: Type.Optional(
    Type.Boolean({
      description: 'True when more match than are counted: total and the counts of facets are lower bounds.',
    }),
  ),
  page: Type.Optional(Type.Integer({ description: 'The number of this page, when it was asked for by number.' })),
  pageCount: Type.Optional(
    Type.Integer({ description: 'How many pages can be asked for by number. With a page or with facets.' }),
  ),
  priceRange: Type.Optional(
    Shape(
      { min: Money, max: Money },
      { description: 'From the lowest to the highest price shown, without the filter by price. With facets.' },
    ),
  ),
  correctedQuery: Type.Optional(
    Type.String({ description: 'What was searched in place of q, which finds next to nothing as it was typed.' }),
  ),
})

const VariantInput = Shape({
  sku: Sku,
  options: Type.Optional(Texts({ maxLength: 40 }, { maxLength: 60 }, { maxProperties: 5 })),
  prices: Type.Array(Price, { minItems: 1, maxItems: 20 }),
  weightGrams: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  measure: Type.Optional(Measure),
  reduced: Type.Optional(
    Type.Boolean({ description: 'Marks it as reduced. Set it in the same change that lowers the price.' }),
  ),
})
export const ProductInput = Shape({
  id: Type.Optional(Id),
  slug: Type.Optional(Slug),
  title: words(200),
  description: Type.Optional(Lines({ maxLength: 20_000 })),
  status: Type.Optional(OneOf(['draft', 'published'])),
  categorySlug: Type.Optional(Slug),
  attributes: Type.Optional(Attributes),
  options: Type.Optional(Type.Array(ProductOption, { maxItems: 5 })),
  variants: Type.Array(VariantInput, { minItems: 1, maxItems: 200 }),
  legal: Type.Optional(Legal),
  keywords: Type.Optional(Keywords),
  translations: Type.Optional(ProductTranslations),
})
export type ProductInput = Static<typeof ProductInput>

const productRefusals = {
  'slug-taken': 409,
  'sku-taken': 409,
  'invalid-variants': 422,
  'invalid-legal': 422,
  'invalid-translations': 422,
  'category-unknown': 422,
  'version-conflict': 412,
} as const
const shown = { currency: Type.Optional(Currency), language: Type.Optional(Language) }
const publicRead = { cache: { seconds: 30, dropOn: ['products'] }, priority: 'browse' } as const

export const CategoryInput = Shape({
  id: Type.Optional(Id),
  slug: Slug,
  title: words(120),
  description: Type.Optional(Lines({ maxLength: 5000 })),
  parentSlug: Type.Optional(Slug),
  position: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
  translations: Type.Optional(CategoryTranslations),
})
export const Category = Shape({
  id: Id,
  slug: Slug,
  title: Type.String(),
  description: Type.String(),
  parentSlug: Type.Optional(Slug),
  position: Type.Integer(),
  productCount: Type.Integer(),
  formerSlugs: Type.Optional(
    Type.Array(Slug, { description: 'It is found by these, too. Missing when there are none.' }),
  ),
  language: Type.Optional(Type.String({ description: 'The language of its texts.' })),
  translations: Type.Optional(CategoryTranslations),
})

/** The filters of a list, for the list itself and for aggregates with a list in them. */
export const listFilters = {
  attribute: Type.Optional(
    Type.Array(SearchText({ maxLength: 241, pattern: '^[a-z][a-z0-9-]{0,39}:.{1,200}$' }), { maxItems: 20 }),
  ),
  minPrice: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  maxPrice: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  sort: Type.Optional(ProductSort),
  page: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 5_000, description: 'A page by its number, from 1; not with a cursor.' }),
  ),
}

const Suggestion = Shape({ slug: Slug, title: Type.String() })

export const productsApi = defineApi('products', 'What is for sale and at which price: catalog, search, pictures.', {
  list: {
    method: 'GET',
    path: '/v1/products',
    access: 'anyone',
    summary: 'List and search products',
    ...publicRead,
    about:
      'Only published products. q searches with ranking and typo tolerance, in every script, by word forms of the languages of the shop, and by SKU; its pages end after the best few thousand. When it finds next to nothing as it was typed, correctedQuery is searched; exact=true searches only what was typed. page asks for a page by number, among the products that are counted: beyond pageCount it has no items, and beyond the bound it is refused (invalid-page). attributes filter as attribute=material:clay, repeatable: values of one attribute widen, different attributes narrow. minPrice and maxPrice bound the price that the list shows: the lowest, in the currency asked for, in minor units. Facets count what each further filter would leave.',
    query: Shape({
      ...paging,
      q: Type.Optional(SearchText({ maxLength: 200 })),
      category: Type.Optional(Slug),
      exact: Type.Optional(Type.Boolean({ default: false })),
      ...listFilters,
      ...shown,
      facets: Type.Optional(Type.Boolean({ default: false })),
    }),
    reply: ProductList,
    refusals: { 'invalid-cursor': 400, 'invalid-page': 400 },
  },
  read: {
    method: 'GET',
    path: '/v1/products/:slug',
    access: 'anyone',
    summary: 'Read one product',
    ...publicRead,
    about: 'A former slug answers too: 200 with the product under its present slug.',
    params: Shape({ slug: Slug }),
    query: Shape(shown),
    reply: Product,
  },
  related: {
    method: 'GET',
    path: '/v1/products/:slug/related',
    access: 'anyone',
    summary: 'Products like this one',
    ...publicRead,
    params: Shape({ slug: Slug }),
    query: Shape(shown),
    reply: Shape({ items: Type.Array(ProductCard) }),
  },
  suggest: {
    method: 'GET',
    path: '/v1/suggest',
    access: 'anyone',
    summary: 'Complete what is being typed',
    ...publicRead,
    about: 'At most 10 in all: products as items, and categories.',
    query: Shape({ q: SearchText({ minLength: 1, maxLength: 100 }), language: shown.language }),
    reply: Shape({ items: Type.Array(Suggestion), categories: Type.Optional(Type.Array(Suggestion)) }),
  },
  listCategories: {
    method: 'GET',
    path: '/v1/categories',
    access: 'anyone',
    summary: 'List all categories, parents first',
    ...publicRead,
    query: Shape({ language: shown.language }),
    reply: Shape({ items: Type.Array(Category) }),
  },
  feed: {
    method: 'GET',
    path: '/v1/feed/products',
    access: 'anyone',
    summary: 'All published products with everything, by id',
    ...publicRead,
    about:
      'For feeds and other copies of the catalog. Products come in the order of their ids, so that one is neither repeated nor left out however the catalog changes meanwhile. Send nextAfter of a reply as after; the last page has none.',
    query: Shape({
      after: Type.Optional(Id),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50 })),
      ...shown,
    }),
    reply: Shape({ items: Type.Array(Product), nextAfter: Type.Optional(Id) }),
  },
  feedSlugs: {
    method: 'GET',
    path: '/v1/feed/slugs',
    access: 'anyone',
    summary: 'The slugs of all published products, by id',
    ...publicRead,
    about: 'For sitemaps. Pages are asked for as those of /v1/feed/products.',
    query: Shape({
      after: Type.Optional(Id),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 1_000 })),
    }),
    reply: Shape({
      items: Type.Array(Shape({ id: Id, slug: Slug, updatedAt: Time })),
      nextAfter: Type.Optional(Id),
    }),
  },
  readPicture: {
    method: 'GET',
    path: '/v1/images/:id/:size',
    access: 'anyone',
    summary: 'A picture',
    hidden: true,
    securityPolicy: 'picture',
    priority: 'browse',
    params: Shape({
      id: Id,
      size: OneOf([
        'original',
        'small.webp',
        'medium.webp',
        'large.webp',
        ...pictureWidths.flatMap((width) => [`${width}.webp`, `${width}.avif`] as const),
      ]),
    }),
    reply: Bytes,
  },

  listSkus: {
    method: 'GET',
    path: '/internal/products/skus',
    access: { services: ['inventory'] },
    summary: 'All products with their SKUs, by id',
    query: Shape({ after: Id, limit: Type.Integer({ minimum: 1, maximum: 1_000 }) }),
    reply: Shape({
      items: Type.Array(
        Shape({ productId: Id, version: Type.Integer(), isForSale: Type.Boolean(), skus: Type.Array(Sku) }),
      ),
    }),
  },
  listAll: {
    method: 'GET',
    path: '/v1/catalogue',
    access: 'staff',
    summary: 'List products, drafts too',
    query: Shape({
      ...paging,
      q: Type.Optional(SearchText({ maxLength: 200 })),
      status: Type.Optional(OneOf(['draft', 'published'])),
    }),
    reply: Page(Product),
    refusals: { 'invalid-cursor': 400 },
  },
  readAny: {
    method: 'GET',
    path: '/v1/catalogue/:id',
    access: 'staff',
    summary: 'Read one product by id, drafts too',
    params: byId,
    headers: ['if-none-match'],
    reply: Product,
  },
  create: {
    method: 'POST',
    path: '/v1/products',
    access: 'staff',
    idempotencyKey: 'optional',
    summary: 'Add a product',
    status: 201,
    replyHeaders: { ETag: 'The version of the product, for If-Match.' },
    about: 'A given id makes repetition harmless: the same id again answers with the product that exists.',
    body: ProductInput,
    reply: Product,
    refusals: productRefusals,
    bodyLimit: 512 * 1024,
  },
  createMany: {
    method: 'POST',
    path: '/v1/products/batch',
    access: 'staff',
    idempotencyKey: 'optional',
    summary: 'Add up to 200 products at once',
    status: 201,
    about: 'All or none. For imports.',
    priority: 'batch',
    deadlineSeconds: 20,
    body: Shape({ products: Type.Array(ProductInput, { minItems: 1, maxItems: 200 }) }),
    reply: Shape({ ids: Type.Array(Id) }),
    refusals: productRefusals,
    bodyLimit: 1024 * 1024,
  },
  change: {
    method: 'PATCH',
    path: '/v1/products/:id',
    access: 'staff',
    summary: 'Change a product',
    about:
      'Send the ETag that you read, or the version as "3", in If-Match to be refused (412) instead of overwriting a colleague. A weak tag matches nothing. Variants, when given, replace all, and so do translations. A null in categorySlug takes the product out of its category.',
    params: byId,
    headers: ['if-match', 'if-none-match'],
    body: Patch(Type.Omit(ProductInput, ['id']), [
      'description',
      'categorySlug',
      'attributes',
      'options',
      'legal',
      'keywords',
      'translations',
    ]),
    reply: Product,
    refusals: productRefusals,
    bodyLimit: 512 * 1024,
  },
  remove: {
    method: 'DELETE',
    path: '/v1/products/:id',
    access: 'staff',
    summary: 'Delete a product',
    about: 'If-Match with the ETag or the version refuses (412) to delete what a colleague has changed.',
    params: byId,
    headers: ['if-match', 'if-none-match'],
    reply: Nothing,
    status: 204,
    refusals: { 'version-conflict': 412 },
  },
  addPicture: {
    method: 'POST',
    path: '/v1/products/:id/images',
    access: 'staff',
    idempotencyKey: 'optional',
    summary: 'Upload a picture',
    status: 201,
    about:
      'The body is the picture itself: PNG, JPEG or WebP, at most 20 MB and 25 megapixels. Its sizes are made in the background: WebP within seconds, AVIF when nothing else is to do.',
    params: byId,
    query: Shape({ alt: Type.Optional(Line({ maxLength: 300 })) }),
    body: Bytes,
    bodyLimit: 20 * 1024 * 1024,
    deadlineSeconds: 20,
    reply: Picture,
    refusals: { 'invalid-picture': 422, 'too-many-pictures': 422 },
  },
  removePicture: {
    method: 'DELETE',
    path: '/v1/products/:id/images/:imageId',
    access: 'staff',
    summary: 'Delete a picture',
    params: Shape({ id: Id, imageId: Id }),
    reply: Nothing,
    status: 204,
  },
  createCategory: {
    method: 'POST',
    path: '/v1/categories',
    access: 'staff',
    idempotencyKey: 'optional',
    summary: 'Add a category',
    status: 201,
    body: CategoryInput,
    reply: Category,
    refusals: { 'slug-taken': 409, 'category-unknown': 422, 'too-deep': 422 },
  },
  changeCategory: {
    method: 'PATCH',
    path: '/v1/categories/:id',
    access: 'staff',
    summary: 'Change a category',
    about:
      'After a new slug the category is found by the former one, too, until another category takes that slug. Null unsets the parent: the category is then on the first level.',
    params: byId,
    body: Patch(Type.Omit(CategoryInput, ['id']), ['description', 'parentSlug', 'position', 'translations']),
    reply: Category,
    refusals: { 'slug-taken': 409, 'category-unknown': 422, 'too-deep': 422 },
  },
  removeCategory: {
    method: 'DELETE',
    path: '/v1/categories/:id',
    access: 'staff',
    summary: 'Delete an empty category',
    params: byId,
    reply: Nothing,
    status: 204,
    refusals: { 'category-not-empty': 409 },
  },
})

export const ProductChanged = message(
  'products.product-changed',
  'productId',
  'A product was added, changed, published or withdrawn.',
  {
    productId: Id,
    slug: Slug,
    title: Type.String(),
    status: OneOf(['draft', 'published']),
    version: Type.Integer(),
    image: Type.Optional(Type.String({ description: 'Path of the picture to show beside it.' })),
    category: Type.Optional(Slug),
    withdrawal: Type.Optional(OneOf(['excluded'], { description: 'Its buyers cannot withdraw from the contract.' })),
    titles: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'Its title in other languages, by language.' }),
    ),
    variants: Type.Array(
      Type.Object({
        sku: Sku,
        title: Type.String(),
        prices: Type.Array(Price),
        weightGrams: Type.Integer(),
        measure: Type.Optional(Measure),
        titles: Type.Optional(Type.Record(Type.String(), Type.String())),
      }),
    ),
  },
)
export const ProductDeleted = message('products.product-deleted', 'productId', 'A product is no longer sold.', {
  productId: Id,
  slug: Slug,
  version: Type.Integer(),
  skus: Type.Array(Sku),
})
export const CategoryChanged = message(
  'products.category-changed',
  'categoryId',
  'A category was added, changed or deleted.',
  {
    categoryId: Id,
    slug: Slug,
  },
)
