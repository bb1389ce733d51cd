// The demo's products in German: their texts, and the words of their attributes, options and fibers.
import type { ProductTexts } from '@souk/contracts/product-parts'
import { germanCeramics } from './german-ceramics.ts'
import { germanHome } from './german-home.ts'
import { germanLeather } from './german-leather.ts'
import { germanPantry } from './german-pantry.ts'
import { germanPictureWords } from './german-picture-words.ts'
import { germanTextiles } from './german-textiles.ts'
import { germanWords } from './german-words.ts'
import { keywordsOf } from './keywords.ts'
import { germanLegalFacts, legalFacts } from './legal-facts.ts'
import { altOf, describe } from './picture-words.ts'
import type { GermanTexts, SeedProduct } from './seed-product.ts'
import { views } from './views.ts'

const texts: GermanTexts = { ...germanCeramics, ...germanTextiles, ...germanPantry, ...germanLeather, ...germanHome }

export function inGerman(product: SeedProduct): ProductTexts {
  const [title, description] = texts[product.slug] ?? []
  if (title === undefined) throw new Error(`${product.slug} has no German texts.`)
  return {
    title,
    description,
    words: { ...wordsOf(product), ...picturesOf(product, title) },
    keywords: keywordsOf(product.slug).german,
    legal: germanLegalFacts(product.slug),
  }
}

/** The descriptions of its pictures, by the English ones. */
function picturesOf(product: SeedProduct, title: string): Record<string, string> {
  const { picture } = product
  return Object.fromEntries(
    views.map((view) => [altOf(product, view), describe({ title, picture }, view, germanPictureWords)]),
  )
}

function wordsOf(product: SeedProduct): Record<string, string> {
  const fibers = legalFacts(product).textile?.fibers.map(({ fiber }) => fiber) ?? []
  const options = product.options.flatMap(({ name, values }) => [name, ...values])
  const used = new Set([...Object.entries(product.attributes).flat(), ...options, ...fibers])
  return Object.fromEntries(Object.entries(germanWords).filter(([word]) => used.has(word)))
}
