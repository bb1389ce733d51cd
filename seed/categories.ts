// The aisles of the demo shop: five halls, each with a few stalls.
import type { SeedCategory } from './seed-product.ts'

const hall = (
  slug: string,
  title: string,
  description: string,
  stalls: [slug: string, title: string, description: string][],
): SeedCategory[] => [
  { slug, title, description },
  ...stalls.map(([stall, name, about]) => ({ slug: stall, title: name, parent: slug, description: about })),
]

export const categories: SeedCategory[] = [
  ...hall('ceramics', 'Ceramics', 'Thrown, painted and fired by hand, with the small mistakes left in.', [
    ['bowls', 'Bowls', 'For soup, fruit, olives, and the stones of olives.'],
    ['plates', 'Plates & Platters', 'Painted rims for everyday tables and feast days.'],
    ['teapots-and-cups', 'Teapots & Cups', 'Everything between the kettle and the conversation.'],
    ['jars-and-vases', 'Jars, Vases & Tagines', 'Vessels that keep, pour, bloom or simmer.'],
  ]),
  ...hall('textiles', 'Textiles', 'Wool, silk and cotton from looms that still creak.', [
    ['rugs-and-kilims', 'Rugs & Kilims', 'Knotted or flat-woven, and better every year.'],
    ['cushions', 'Cushions', 'Soft corners with tassels.'],
    ['scarves-and-throws', 'Scarves & Throws', 'To wrap around a neck, a shoulder, or two people.'],
    ['hammam', 'Hammam', 'Light towels for the bath and the beach.'],
  ]),
  ...hall('spices-and-tea', 'Spices & Tea', 'The counter you smell before you see it.', [
    ['spices', 'Spices', 'Ground in small batches and packed the same day.'],
    ['tea', 'Tea', 'Mint, black and evening teas, loose as they should be.'],
    ['sweets-and-pantry', 'Sweets & Pantry', 'Lokum, honey, oils and flower waters.'],
  ]),
  ...hall('leather', 'Leather & Bags', 'Vegetable-tanned hides, waxed thread, and patience.', [
    ['bags', 'Bags', 'Satchels, totes and clutches that age well.'],
    ['slippers', 'Slippers', 'Babouches for tiles, carpets and quiet mornings.'],
    ['small-leather', 'Small Leather & Poufs', 'Notebooks, belts, purses, and a place to put your feet.'],
  ]),
  ...hall('lamps-and-home', 'Lamps & Home', 'Pierced brass, hammered copper, palm leaf and soap.', [
    ['lanterns', 'Lanterns & Lamps', 'Light, cut into stars.'],
    ['copper-and-brass', 'Copper, Brass & Wood', 'Trays, pots and mirrors from the ringing part of the bazaar.'],
    ['baskets', 'Baskets', 'Palm and reed, braided by hand.'],
    ['soap-and-scents', 'Soap & Scents', 'Bars, candles, and the smell of a good house.'],
  ]),
]
