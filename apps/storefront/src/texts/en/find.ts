// English texts for finding goods: home, categories, search, products.
export const find = {
  lead: 'Things made by hand, from five workshops of the bazaar.',
  leadLink: 'See what is new',
  families: 'What we sell',
  newest: 'New in the shop',
} as const
