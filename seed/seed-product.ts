// What a category and a product of the demo shop consist of, before they are put into the services.
import type { ProductInput } from '@souk/contracts/products'
import type { PictureRecipe } from './draw.ts'

export interface SeedCategory {
  slug: string
  title: string
  parent?: string
  description: string
  translations?: Record<string, { title: string; description: string }>
}

export interface SeedVariant {
  sku: string
  options: Record<string, string>
  /** Amounts in minor units: cents. */
  prices: { amount: number; currency: string }[]
  weightGrams: number
  measure?: ProductInput['variants'][number]['measure']
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
  legal?: ProductInput['legal']
  keywords?: ProductInput['keywords']
  translations?: ProductInput['translations']
  /** By how much its prices are lowered once it is in the shop. */
  reducedPercent?: number
}

/** Titles and descriptions in German, by slug. */
export type GermanTexts = Readonly<Record<string, readonly [title: string, description: string]>>
