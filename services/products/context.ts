// What every story of the catalogue is handed: settings, and what the service itself opened.
import { type ContextFor, integer, text } from '@souk/service'
import type { Painter } from './pictures/painter.ts'
import type { Remembered } from './remembered.ts'

export const settings = {
  currency: text('the currency of prices when the caller names none', 'EUR'),
  pictureMegabytes: integer('how much memory the process that makes thumbnails may take', 256, { min: 128, max: 4096 }),
}
export const calls = {}

export interface Resources {
  /** Counts that are dear to make: facets, totals, products per category. */
  readonly counts: Remembered
  /** The category tree. */
  readonly tree: Remembered
  readonly painter: Painter
}
export type ProductsContext = ContextFor<typeof settings, typeof calls, Resources>

/** Forgets what was counted, after a change. Other instances hear of it by message, or by the clock. */
export function forgetCounts({ resources }: ProductsContext): void {
  resources.counts.clear()
  resources.tree.clear()
}
