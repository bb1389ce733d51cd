// What the demo shop sells: its aisles, its products and its customers, as plain values. Somebody else puts them in.
import { ceramics } from './catalog-ceramics.ts'
import { home } from './catalog-home.ts'
import { leather } from './catalog-leather.ts'
import { pantry } from './catalog-pantry.ts'
import { textiles } from './catalog-textiles.ts'
import { categories } from './categories.ts'
import { inGerman } from './german.ts'
import { germanCategories } from './german-categories.ts'
import { keywordsOf } from './keywords.ts'
import { legalFacts, measureOf, reducedPercent } from './legal-facts.ts'
import type { SeedCategory, SeedProduct } from './seed-product.ts'

export { demoCustomers, type SeedAddress, type SeedCustomer } from './customers.ts'
export { manyProducts } from './many-products.ts'

/** Parents come before their children. */
export function demoCategories(): SeedCategory[] {
  return structuredClone(categories).map((category) => {
    const [title, description] = germanCategories[category.slug] ?? []
    return title && description ? { ...category, translations: { de: { title, description } } } : category
  })
}

export function demoProducts(): SeedProduct[] {
  return structuredClone([...ceramics, ...textiles, ...pantry, ...leather, ...home]).map(withFacts)
}

function withFacts(product: SeedProduct): SeedProduct {
  return {
    ...product,
    variants: product.variants.map((variant) => ({ ...variant, measure: measureOf(product, variant.options) })),
    legal: legalFacts(product),
    keywords: keywordsOf(product.slug).english,
    translations: { de: inGerman(product) },
    reducedPercent: reducedPercent[product.slug],
  }
}
