// The words of the cart for its island, which has no texts of its own.
import type { Texts } from '../../texts/texts.ts'

const names = ['update', 'removeShort', 'total', 'toCheckout', 'undo', 'empty', 'notSaved', 'offline', 'each'] as const
export type CartWords = Readonly<Record<(typeof names)[number] | 'remove' | 'fewer' | 'more' | 'quantityOf', string>>

/** What names a product holds `{name}`, which `named` fills in. */
export function cartWords(t: Texts): CartWords {
  const name = '{name}'
  return {
    ...(Object.fromEntries(names.map((one) => [one, t(`buy.${one}`)])) as Record<(typeof names)[number], string>),
    remove: t('buy.remove', { name }),
    fewer: t('buy.fewer', { name }),
    more: t('buy.more', { name }),
    quantityOf: t('buy.quantityOf', { name }),
  }
}

export const named = (words: string, name: string): string => words.replace('{name}', () => name)
