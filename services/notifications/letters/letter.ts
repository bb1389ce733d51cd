// A letter as a list of blocks. It is written once and rendered as HTML and as text, so both parts say the same. Only buttons are links:
// the renderers break every link in a text.

import type { Language } from '@souk/contracts/notifications'

export interface Shop {
  readonly name: string
  /** Without a slash at the end. */
  readonly url: string
  /** Name and addresses of the merchant, on one line. */
  readonly merchant: string
}

export interface Letter {
  readonly language: Language
  readonly subject: string
  /** The preview that mail programs show beside the subject. */
  readonly summary: string
  readonly heading: string
  readonly blocks: readonly Block[]
  /** Ends letters of this kind. Letters that are not about an order or an account have it. */
  readonly unsubscribeUrl?: string
}

export type Block =
  | { readonly type: 'paragraph'; readonly text: string }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'button'; readonly label: string; readonly url: string }
  | { readonly type: 'items'; readonly items: readonly Item[]; readonly sums: readonly Sum[] }
  | { readonly type: 'facts'; readonly facts: readonly Fact[] }
  /** Our own text in small print, with links to its pages. Nothing in it was typed by a customer, so it is shown as it is. */
  | {
      readonly type: 'terms'
      readonly heading: string
      readonly paragraphs: readonly string[]
      readonly links: readonly TermsLink[]
    }

export interface TermsLink {
  readonly label: string
  readonly url: string
}
export interface Item {
  readonly title: string
  readonly detail: string
  readonly amount?: string
}
export interface Sum {
  readonly label: string
  readonly amount: string
  readonly isTotal?: boolean
}
export interface Fact {
  readonly label: string
  readonly lines: readonly string[]
  /** A number that customers copy: its digits stay together. */
  readonly isCode?: boolean
}

export function paragraph(text: string): Block {
  return { type: 'paragraph', text }
}
export function note(text: string): Block {
  return { type: 'note', text }
}

/** A button with a link. Nothing when the URL is not http or https (`javascript:`). */
export function button(label: string, url: string | undefined): Block[] {
  const isSafe = url !== undefined && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
  return isSafe ? [{ type: 'button', label, url: new URL(url).href }] : []
}
