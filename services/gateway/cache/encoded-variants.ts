// A cached response in a content coding: made when somebody first asks for it, once for all who ask meanwhile, and kept with it.
import type { Coding } from '../representation/accepted-coding.ts'
import { compress } from '../representation/compression.ts'
import { type Entry, ownCopy, type ResponseStore, type Variant } from './response-store.ts'

/** The variant of an entry in this coding; the entry as it is when that saves nothing. */
export async function encodedVariant(store: ResponseStore, entry: Entry, coding: Coding): Promise<Variant> {
  const known = entry.encoded[coding]
  if (known) return known
  entry.encoding[coding] ??= encode(store, entry, coding)
  return entry.encoding[coding]
}

async function encode(store: ResponseStore, entry: Entry, coding: Coding): Promise<Variant> {
  try {
    const made = await compress(entry.body, coding)
    const variant = made ? entry.variantOf(coding, ownCopy(made)) : entry
    store.addVariant(entry, coding, variant)
    return variant
  } finally {
    delete entry.encoding[coding]
  }
}
