// A whole product, as it is read from its tables, shown to a caller, and told to other services.
import type { Message } from '@souk/contracts'
import type { CategoryTexts, Legal, Measure, ProductTexts } from '@souk/contracts/product-parts'
import { type Product, ProductChanged } from '@souk/contracts/products'
import type { Sql, Statement } from '@souk/postgres'
import { type PictureRow, pictureOf, pictureToShow } from '../pictures/picture.ts'
import { unitPriceOf } from './measure.ts'
import { type Reductions, reductionOf } from './reductions.ts'
import { type Translated, translate, translatedLegal } from './translations.ts'
import { variantTitle } from './variants.ts'

export interface StoredVariant {
  sku: string
  options: Record<string, string>
  prices: { amount: number; currency: string }[]
  weightGrams: number
  measure?: Measure | null
  isReduced: boolean
  reductions: Reductions
}
export interface StoredProduct {
  id: string
  slug: string
  title: string
  description: string
  status: 'draft' | 'published'
  categoryId: string | null
  categorySlug: string | null
  categoryTitle: string | null
  parentSlug: string | null
  attributes: Record<string, string>
  options: { name: string; values: string[] }[]
  variants: StoredVariant[]
  pictures: PictureRow[]
  legal: Legal | null
  keywords: readonly string[]
  /** By language: all of them, or that which was asked for. */
  texts: Record<string, ProductTexts>
  categoryTexts: Record<string, CategoryTexts> | null
  version: number
  createdAt: string
  updatedAt: string
}

/**
 * Whole products, in no order: `findProducts(sql, sql\`p.id = any(${ids}::uuid[])\`)`. With a language, only their texts in it are
 * read; otherwise all translations are.
 */
export async function findProducts(sql: Sql, where: Statement, language?: string): Promise<StoredProduct[]> {
  const isAsked = language === undefined ? sql`` : sql`and t.language = ${language}`
  return sql<StoredProduct>`
    select p.id, p.slug, p.title, p.description, p.status, p.attributes, p.options, p.legal, p.keywords, p.version,
      p.created_at, p.updated_at, c.id as category_id, c.slug as category_slug, c.title as category_title,
      c.translations as category_texts, parent.slug as parent_slug,
      coalesce((
        select json_object_agg(t.language, json_strip_nulls(json_build_object(
          'title', t.title, 'description', t.description, 'words', t.words, 'legal', t.legal,
          'keywords', nullif(t.keywords, '{}'))))
        from product_text t
        where t.product_id = p.id ${isAsked}), '{}') as texts,
      coalesce((
        select json_agg(json_build_object(
          'sku', v.sku, 'options', v.options, 'prices', v.prices, 'weightGrams', v.weight_grams, 'measure', v.measure,
          'isReduced', v.is_reduced, 'reductions', v.reductions) order by v.position)
        from variant v
        where v.product_id = p.id), '[]') as variants,
      coalesce((
        select json_agg(json_build_object(
          'id', i.id, 'alt', i.alt, 'status', i.status, 'width', i.width, 'height', i.height,
          'widthsMade', i.widths_made) order by i.position, i.id)
        from picture i
        where i.product_id = p.id), '[]') as pictures
    from product p
    left join category c on c.id = p.category_id
    left join category parent on parent.id = c.parent_id
    where ${where}`
}

export interface Shown {
  readonly currency: string
  /** The language of the texts as they are stored with the product. */
  readonly own: string
  /** The language asked for. */
  readonly language?: string
  /** Staff also see pictures that could not be made, keywords, and all translations. */
  readonly isForStaff?: boolean
}

export function shownToStaff(settings: { currency: string; textLanguage: string }): Shown {
  return { currency: settings.currency, own: settings.textLanguage, isForStaff: true }
}

/** What a caller sees of a product. */
export function productOf(stored: StoredProduct, shown: Shown): Product {
  const { id, slug, status, options, version, createdAt, updatedAt } = stored
  const pictures = shown.isForStaff ? stored.pictures : stored.pictures.filter((one) => one.status !== 'failed')
  const texts = translate(stored, shown)
  return {
    id,
    slug,
    title: texts.title,
    description: texts.description,
    status,
    category: categoryOf(stored, shown),
    attributes: texts.named(stored.attributes, { isNameKept: true }),
    attributeNames: texts.namesOf(stored.attributes),
    options: options.map(({ name, values }) => ({ name: texts.word(name), values: values.map(texts.word) })),
    images: pictures.map((one) => pictureOf({ ...one, alt: texts.word(one.alt) }, stored.title, texts.title)),
    variants: stored.variants.map((variant) => variantOf(variant, stored, texts, shown)),
    legal: translatedLegal(stored.legal, texts),
    keywords: shown.isForStaff && stored.keywords.length > 0 ? [...stored.keywords] : undefined,
    language: texts.language,
    translations: shown.isForStaff && Object.keys(stored.texts).length > 0 ? stored.texts : undefined,
    version,
    createdAt,
    updatedAt,
  }
}

function variantOf(variant: StoredVariant, { options }: StoredProduct, texts: Translated, { currency }: Shown) {
  const { sku, prices, weightGrams, measure, isReduced, reductions } = variant
  const price = prices.find((one) => one.currency === currency)
  return {
    sku,
    title: variantTitle(options, variant.options, texts.word),
    options: texts.named(variant.options, { isNameKept: false }),
    price,
    prices,
    weightGrams,
    measure: measure ?? undefined,
    unitPrice: measure && price ? unitPriceOf(price, measure) : undefined,
    reduced: isReduced || undefined,
    reduction: reductionOf(price, reductions[currency]?.lowest),
  }
}

function categoryOf(stored: StoredProduct, { language }: Shown): Product['category'] {
  const { categoryId, categorySlug, categoryTitle, categoryTexts, parentSlug } = stored
  if (categoryId === null || categorySlug === null) return undefined
  const path = parentSlug === null ? categorySlug : `${parentSlug}/${categorySlug}`
  const title = categoryTexts?.[language ?? '']?.title ?? categoryTitle ?? ''
  return { id: categoryId, slug: categorySlug, title, path }
}

/** All that other services keep of a product. */
export function productChanged({ id, slug, title, status, version, ...stored }: StoredProduct): Message {
  return ProductChanged({
    productId: id,
    slug,
    title,
    status,
    version,
    image: pictureToShow(stored.pictures),
    category: stored.categorySlug ?? undefined,
    withdrawal: stored.legal?.withdrawal,
    titles: titlesIn(stored.texts, (texts) => texts.title),
    variants: stored.variants.map(({ sku, options, prices, weightGrams, measure }) => ({
      sku,
      title: variantTitle(stored.options, options),
      prices,
      weightGrams,
      measure: measure ?? undefined,
      titles: titlesIn(stored.texts, ({ words = {} }) =>
        variantTitle(stored.options, options, (word) => words[word] ?? word),
      ),
    })),
  })
}

/** By language; undefined when there are no translations. */
function titlesIn(
  texts: StoredProduct['texts'],
  titleOf: (texts: ProductTexts) => string,
): Record<string, string> | undefined {
  const titles = Object.entries(texts).map(([language, its]) => [language, titleOf(its)] as const)
  return titles.length === 0 ? undefined : Object.fromEntries(titles)
}
