// What the demo shop sells: its aisles, its products and its customers, as plain values. Somebody else puts them in.
import { ceramics } from './catalog-ceramics.ts'
import { home } from './catalog-home.ts'
import { leather } from './catalog-leather.ts'
import { pantry } from './catalog-pantry.ts'
import { textiles } from './catalog-textiles.ts'
import { categories } from './categories.ts'
import type { PictureRecipe } from './draw.ts'

export { demoCustomers, type SeedAddress, type SeedCustomer } from './customers.ts'
export { manyProducts } from './many-products.ts'

export interface SeedCategory {
  slug: string
  title: string
  parent?: string
  description: string
}

export interface SeedVariant {
  sku: string
  options: Record<string, string>
  /** Amounts in minor units: cents. */
  prices: { amount: number; currency: string }[]
  weightGrams: number
  /** Pieces per warehouse: `main` is Berlin, `east` is Leipzig. */
  stock: Record<string, number>
}

export interface SeedProduct {
  slug: string
  title: string
  description: string
  /** The slug of a stall, never of a hall. */
  category: string
  attributes: Record<string, string>
  options: { name: string; values: string[] }[]
  variants: SeedVariant[]
  status: 'published' | 'draft'
  picture: PictureRecipe
}

/** Parents come before their children. */
export function demoCategories(): SeedCategory[] {
  return structuredClone(categories)
}

export function demoProducts(): SeedProduct[] {
  return structuredClone([...ceramics, ...textiles, ...pantry, ...leather, ...home])
}
