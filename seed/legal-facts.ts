// What law asks to be told of the demo's goods, in English and German: makers, warnings, ingredients, fibers. And what they hold, for
// unit prices, and which of them are reduced.
import type { Legal, Measure } from '@souk/contracts/product-parts'
import { makers } from './makers.ts'
import type { SeedProduct } from './seed-product.ts'

type Both = readonly [english: string, german: string]

const food = new Set(['spices', 'tea', 'sweets-and-pantry'])
const responsible = 'Souk, Karl-Marx-Straße 200, 12055 Berlin, Germany'
const germanResponsible = 'Souk, Karl-Marx-Straße 200, 12055 Berlin'

const candle: Both = [
  'Never leave a burning candle unattended. Burn it within sight, away from draughts, children, pets and things that catch fire. The glass gets hot.',
  'Kerzen nie unbeaufsichtigt brennen lassen. Von Kindern, Haustieren, Zugluft und brennbaren Gegenständen fernhalten. Das Glas wird heiß.',
]
const lantern: Both = [
  'The metal gets hot while a candle burns. Use a stable, fireproof base and never leave it unattended.',
  'Das Metall wird heiß, solange eine Kerze brennt. Auf eine standfeste, feuerfeste Unterlage stellen und nie unbeaufsichtigt lassen.',
]
const lamp: Both = [
  'Unplug it before you change the bulb. For dry rooms only. Keep to the wattage that is given.',
  'Vor dem Wechsel des Leuchtmittels den Stecker ziehen. Nur für trockene Räume. Die angegebene Leistung nicht überschreiten.',
]
const soap: Both = [
  'Keep away from the eyes; rinse with plenty of water.',
  'Nicht in die Augen bringen; sonst mit viel Wasser spülen.',
]
const warnings: Readonly<Record<string, Both>> = {
  'thousand-star-lantern': lantern,
  'cloister-lantern': lantern,
  'golden-rain-pendant': [
    'To be connected by an electrician. Switch off the power before you change the bulb.',
    'Der Anschluss gehört in die Hände einer Elektrofachkraft. Vor dem Wechsel des Leuchtmittels den Strom abschalten.',
  ],
  'mosaic-table-lamp': lamp,
  'amber-evening-candle': candle,
  'orange-blossom-candle': candle,
  'aleppo-soap': soap,
  'rose-clay-soap': soap,
  'friday-tagine': [
    'Clay breaks when it cools or heats suddenly. Use a heat diffuser on gas, and oven gloves.',
    'Ton springt bei plötzlicher Hitze oder Kälte. Auf Gas einen Hitzeverteiler benutzen und Topfhandschuhe tragen.',
  ],
  'arched-bone-mirror': [
    'Heavy glass: hang it on both hooks, into a wall that bears the weight.',
    'Schweres Glas: an beiden Haken aufhängen, an einer Wand, die das Gewicht trägt.',
  ],
}

/** Ingredients and, where there are any, allergens. */
const contents: Readonly<Record<string, readonly [ingredients: Both, allergens?: Both]>> = {
  'ras-el-hanout': [
    [
      'Cumin, coriander, ginger, turmeric, cinnamon, black pepper, cardamom, nutmeg, rose petals and 13 further spices',
      'Kreuzkümmel, Koriander, Ingwer, Kurkuma, Zimt, schwarzer Pfeffer, Kardamom, Muskatnuss, Rosenblätter und 13 weitere Gewürze',
    ],
    ['May contain traces of mustard, celery and sesame', 'Kann Spuren von Senf, Sellerie und Sesam enthalten'],
  ],
  'valley-paprika': [
    ['Sweet or hot pepper, smoked over oak', 'Paprika edelsüß oder scharf, über Eichenholz geräuchert'],
    ['May contain traces of mustard and celery', 'Kann Spuren von Senf und Sellerie enthalten'],
  ],
  'damascus-rosebuds': [['Dried rosebuds (Rosa damascena)', 'Getrocknete Rosenknospen (Rosa damascena)']],
  'saffron-threads': [['Saffron threads', 'Safranfäden']],
  'nomads-mint-tea': [
    ['Gunpowder green tea (70 %), spearmint (30 %)', 'Grüner Tee Gunpowder (70 %), Krauseminze (30 %)'],
  ],
  'bazaar-chai': [
    [
      'Black tea from Assam (62 %), cardamom, ginger, cinnamon, cloves, black pepper',
      'Schwarzer Tee aus Assam (62 %), Kardamom, Ingwer, Zimt, Nelken, schwarzer Pfeffer',
    ],
  ],
  'verbena-evening-tea': [['Lemon verbena leaves', 'Zitronenverbenenblätter']],
  'camel-train-black-tea': [['Black tea', 'Schwarzer Tee']],
  'lokum-tower': [
    [
      'Sugar, water, corn starch, rose water or pistachios (18 %), acid: citric acid',
      'Zucker, Wasser, Maisstärke, Rosenwasser oder Pistazien (18 %), Säuerungsmittel: Citronensäure',
    ],
    [
      'Contains PISTACHIOS (pistachio flavor); may contain traces of other nuts',
      'Enthält PISTAZIEN (Sorte Pistazie); kann Spuren anderer Schalenfrüchte enthalten',
    ],
  ],
  'mountain-thyme-honey': [['Thyme honey from Morocco', 'Thymianhonig aus Marokko']],
  rosewater: [['Distilled water of roses (Rosa damascena)', 'Rosenblütenwasser, destilliert (Rosa damascena)']],
  'roasted-argan-oil': [
    ['Argan oil from roasted kernels, first pressing', 'Arganöl aus gerösteten Kernen, erste Pressung'],
    ['May contain traces of nuts', 'Kann Spuren von Schalenfrüchten enthalten'],
  ],
}

const fibers: Readonly<Record<string, readonly [fiber: string, percent: number][]>> = {
  'pomegranate-rug': [['Wool', 100]],
  'night-market-kilim': [['Wool', 100]],
  'beni-diamond-rug': [['Wool', 100]],
  'long-corridor-runner': [
    ['Wool', 70],
    ['Cotton', 30],
  ],
  'caravan-cushion': [
    ['Wool', 60],
    ['Cotton', 40],
  ],
  'samarkand-ikat-cushion': [
    ['Silk', 55],
    ['Cotton', 45],
  ],
  'dune-cushion': [['Cotton', 100]],
  'merchants-scarf': [['Wool', 100]],
  'silk-road-scarf': [['Silk', 100]],
  'rooftop-throw': [
    ['Cotton', 80],
    ['Wool', 20],
  ],
  'hammam-towel': [['Cotton', 100]],
  'guest-towels': [['Cotton', 100]],
}

const madeToOrder: Readonly<Record<string, Both>> = {
  'arched-bone-mirror': [
    'We make this mirror for you after your order, to the wall that you tell us about.',
    'Diesen Spiegel fertigen wir nach Ihrer Bestellung eigens für Ihre Wand an.',
  ],
}

const english = 0
const german = 1

/** The facts of a product in the language of its texts. */
export function legalFacts({ slug, category, attributes }: SeedProduct): Legal {
  const maker = makers[attributes.origin ?? '']
  const [ingredients, allergens] = contents[slug] ?? []
  const isFood = food.has(category)
  return {
    ...(!isFood && maker && { manufacturer: manufacturerOf(maker, attributes.origin ?? '') }),
    ...(warnings[slug] && { warnings: warnings[slug][english] }),
    ...(ingredients && {
      food: { ingredients: ingredients[english], ...(allergens && { allergens: allergens[english] }), responsible },
    }),
    ...(fibers[slug] && { textile: { fibers: fibers[slug].map(([fiber, percent]) => ({ fiber, percent })) } }),
    ...(madeToOrder[slug] && { withdrawal: 'excluded', withdrawalReason: madeToOrder[slug][english] }),
  }
}

/** What of it is told in German words. */
export function germanLegalFacts(slug: string) {
  const [ingredients, allergens] = contents[slug] ?? []
  const texts = {
    ...(warnings[slug] && { warnings: warnings[slug][german] }),
    ...(ingredients && { ingredients: ingredients[german], responsible: germanResponsible }),
    ...(allergens && { allergens: allergens[german] }),
    ...(madeToOrder[slug] && { withdrawalReason: madeToOrder[slug][german] }),
  }
  return Object.keys(texts).length > 0 ? texts : undefined
}

function manufacturerOf([name, street]: readonly [string, string], origin: string): Legal['manufacturer'] {
  const letters = name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll('ı', 'i')
    .replace(/[^a-z0-9 ]/g, '')
  return {
    name,
    address: `${street}, ${origin}`,
    email: `${letters.trim().replaceAll(/ +/g, '-')}@makers.souk.example`,
  }
}

/** What is sold by weight or volume says so in its options: "Tin, 80 g". */
const quantity = /(\d+(?:\.\d+)?) (g|kg|ml|l)$/
const gramsOfBar: Readonly<Record<string, number>> = { 'aleppo-soap': 190, 'rose-clay-soap': 140 }
const bars: Readonly<Record<string, number>> = { 'One bar': 1, 'Three bars': 3 }

/** The measure of a variant, for its unit price; undefined for what is sold by the piece. */
export function measureOf(
  { slug, category }: Pick<SeedProduct, 'slug' | 'category'>,
  options: Readonly<Record<string, string>>,
): Measure | undefined {
  const chosen = Object.values(options)
  const grams = gramsOfBar[slug]
  if (grams !== undefined) {
    const count = chosen.map((value) => bars[value]).find((one) => one !== undefined) ?? 1
    return { quantity: count * grams, unit: 'g' }
  }
  if (!food.has(category)) return undefined
  const found = chosen.map((value) => quantity.exec(value)).find((one) => one !== null)
  return found ? { quantity: Number(found[1]), unit: found[2] as Measure['unit'] } : undefined
}

/** By how many percent some goods are reduced. */
export const reducedPercent: Readonly<Record<string, number>> = {
  'courtyard-cups': 20,
  'caravan-cushion': 15,
  'bazaar-chai': 10,
  'tassel-clutch': 25,
  'cloister-lantern': 20,
}
