// English texts for information about the shop.
export const info = {
  model: 'This text is a model. Have a lawyer check it and put in your own details before you sell.',
  shippingTo: 'Shipping to {country}',
  method: 'Way',
  price: 'Price',
  delivery: 'Ordered now, it arrives',
  freeFrom: 'free from {sum}',
  otherCountries: 'Further countries',
  others: 'Price of the cheapest way, up to two kilograms:',
  shippingAway: 'The prices cannot be shown just now. The checkout shows them before you order.',
} as const
