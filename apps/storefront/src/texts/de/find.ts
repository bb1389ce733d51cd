// German texts for finding goods: home, categories, search, products.
export const find = {
  lead: 'Von Hand gemacht, aus fünf Werkstätten des Basars.',
  leadLink: 'Zu den Neuheiten',
  families: 'Das führen wir',
  newest: 'Neu im Laden',
} as const
