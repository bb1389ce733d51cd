// What a category and a product of the demo shop consist of, before they are put into the services.
import type { PictureRecipe } from './draw.ts'

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
