// Slugs: the name of a product in addresses. One that staff give is taken as it is; one made from a title is made free.
import type { Sql } from '@souk/postgres'

const longest = 100
const letters: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', ı: 'i', þ: 'th' }

/** "Çay Bardağı, 6 pcs." is cay-bardagi-6-pcs; empty when a title has no letter that fits. */
export function slugOf(title: string): string {
  return title
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[ßæœøđðłıþ]/g, (letter) => letters[letter] ?? '')
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replace(/^-+|-+$/g, '')
}

/** A free slug for each product that came without one: from its title, and with the end of its id where that is taken. */
export async function chooseSlugs<P extends { id: string; title: string; slug?: string }>(
  sql: Sql,
  products: readonly P[],
): Promise<(P & { slug: string })[]> {
  const wanted = products.filter((one) => one.slug === undefined).map((one) => slugOf(one.title))
  const taken = new Set(products.map((one) => one.slug))
  if (wanted.length > 0) {
    const rows = await sql<{ slug: string }>`
      select slug from product where slug = any(${wanted}::text[])
      union all
      select slug from former_slug where slug = any(${wanted}::text[])`
    for (const row of rows) taken.add(row.slug)
  }
  return products.map((one) => {
    if (one.slug !== undefined) return { ...one, slug: one.slug }
    const plain = slugOf(one.title)
    const slug = plain && !taken.has(plain) ? plain : `${plain || 'product'}-${one.id.slice(-8)}`
    taken.add(slug)
    return { ...one, slug }
  })
}
