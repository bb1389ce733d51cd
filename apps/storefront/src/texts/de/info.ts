// German texts for information about the shop.
export const info = {
  model:
    'Dieser Text ist ein Muster. Lassen Sie ihn anwaltlich prüfen, und setzen Sie Ihre Angaben ein, bevor Sie verkaufen.',
  shippingTo: 'Versand nach {country}',
  method: 'Versandart',
  price: 'Preis',
  delivery: 'Jetzt bestellt, kommt es',
  freeFrom: 'kostenlos ab {sum}',
  otherCountries: 'Weitere Länder',
  others: 'Preis der günstigsten Versandart bis zwei Kilogramm:',
  shippingAway: 'Die Preise lassen sich gerade nicht anzeigen. Die Kasse zeigt sie, bevor Sie bestellen.',
} as const
