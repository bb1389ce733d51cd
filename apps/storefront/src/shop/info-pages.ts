// The information that a merchant writes: one Markdown file per page and language, in src/info.
import type { Language } from '@souk/contracts/storefront'
import type { MarkdownInstance } from 'astro'

interface About {
  title: string
  /** True for a model text, which says so until the merchant takes the mark away. */
  model?: boolean
}
const files = import.meta.glob<MarkdownInstance<About>>('../info/*/*.md', { eager: true })

/** The page of this name, or undefined. */
export function infoPage(language: Language, slug: string): MarkdownInstance<About> | undefined {
  return files[`../info/${language}/${slug}.md`]
}

/** The names of all pages of a language. */
export function infoSlugs(language: Language): string[] {
  const folder = `../info/${language}/`
  return Object.keys(files).flatMap((path) => (path.startsWith(folder) ? [path.slice(folder.length, -3)] : []))
}
