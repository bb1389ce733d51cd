// Parts of products that law or language asks for: measures and unit prices, reductions, legal facts, translations.
import { type Static, Type } from 'typebox'
import { Email, Money } from './basics.ts'
import { OneOf, Shape } from './define.ts'
import { Line, Lines, Link, Texts } from './text.ts'

const words = (maxLength: number) => Line({ minLength: 1, maxLength })
const text = (maxLength: number) => Lines({ minLength: 1, maxLength })

export const measureUnits = ['mg', 'g', 'kg', 'ml', 'cl', 'l', 'mm', 'cm', 'm', 'cm2', 'm2'] as const
export const Measure = Shape(
  {
    quantity: Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000, description: 'At most three decimal places.' }),
    unit: OneOf(measureUnits),
  },
  { description: 'How much of it one unit holds: net weight, volume, length or area.' },
)
export type Measure = Static<typeof Measure>

export const UnitPrice = Shape(
  { price: Money, per: OneOf(['kg', 'l', 'm', 'm2']) },
  { description: 'The price of 1 kg, 1 l, 1 m or 1 m², rounded half up to minor units. Missing without a measure.' },
)
export type UnitPrice = Static<typeof UnitPrice>

export const Reduction = Shape(
  {
    lowest30Days: Money,
    percent: Type.Integer({ description: 'How much lower the present price is, rounded down; 0 below one percent.' }),
  },
  {
    description:
      'The price is reduced: lowest30Days is the lowest price of the 30 days before the reduction began. A reduction begins when the price of a variant marked as reduced falls below that, goes on while the price falls further, and ends when it rises or the mark is taken away. Missing when the present price is not below lowest30Days.',
  },
)
export type Reduction = Static<typeof Reduction>

export const Fact = Shape(
  {
    name: Type.String(),
    title: Type.Optional(Type.String({ description: 'The name in the language of the card, where it is known.' })),
    value: Type.String(),
  },
  {
    description:
      'One telling fact: the quantity of what is sold by weight or volume ("80 g", name quantity), or else an attribute (name material, size ...).',
  },
)

/** Who answers for a product: by post, and by e-mail or at an address on the web. */
export const Manufacturer = Shape({
  name: words(200),
  address: words(300),
  email: Type.Optional(Email),
  url: Type.Optional(Link({ maxLength: 300 })),
})
export const Legal = Shape(
  {
    manufacturer: Type.Optional(Manufacturer),
    warnings: Type.Optional(text(2_000)),
    food: Type.Optional(
      Shape({
        ingredients: text(3_000),
        allergens: Type.Optional(words(500)),
        netWeight: Type.Optional(words(100)),
        responsible: words(500),
      }),
    ),
    textile: Type.Optional(
      Shape({
        fibers: Type.Array(Shape({ fiber: words(60), percent: Type.Number({ exclusiveMinimum: 0, maximum: 100 }) }), {
          minItems: 1,
          maxItems: 20,
          description: 'The percentages add up to 100; one decimal place at most.',
        }),
      }),
    ),
    withdrawal: Type.Optional(OneOf(['excluded'], { description: 'Its buyers cannot withdraw: it is made to order.' })),
    withdrawalReason: Type.Optional(words(500)),
  },
  {
    description:
      'What must be told of it by law. A manufacturer needs an e-mail address or a link; a withdrawal that is excluded needs its reason.',
  },
)
export type Legal = Static<typeof Legal>

export const Keywords = Type.Array(words(60), {
  maxItems: 50,
  description: 'Further words that search finds it by: synonyms, occasions, uses. Customers do not see them.',
})

const languagePattern = '^[a-z]{2,3}(-[a-z]{2,4})?$'
export const Language = Type.String({
  pattern: languagePattern,
  maxLength: 8,
  description: 'A language, such as de. What has no texts in it is answered with its original ones.',
})
const byLanguage = { maxProperties: 20, additionalProperties: false }
const ProductTexts = Shape({
  title: words(200),
  description: Type.Optional(Lines({ maxLength: 20_000 })),
  words: Type.Optional(
    Texts(
      { maxLength: 300 },
      { minLength: 1, maxLength: 300 },
      {
        maxProperties: 300,
        description:
          'Translations by the original word: names and values of attributes and options, names of fibers, and descriptions (alt) of pictures.',
      },
    ),
  ),
  keywords: Type.Optional(Keywords),
  legal: Type.Optional(
    Shape({
      warnings: Type.Optional(text(2_000)),
      ingredients: Type.Optional(text(3_000)),
      allergens: Type.Optional(words(500)),
      netWeight: Type.Optional(words(100)),
      responsible: Type.Optional(words(500)),
      withdrawalReason: Type.Optional(words(500)),
    }),
  ),
})
export type ProductTexts = Static<typeof ProductTexts>
const CategoryTexts = Shape({ title: words(120), description: Type.Optional(Lines({ maxLength: 5_000 })) })
export type CategoryTexts = Static<typeof CategoryTexts>

/** Texts in other languages than the shop's own, by language. */
export const ProductTranslations = Type.Record(Type.String({ pattern: languagePattern }), ProductTexts, byLanguage)
export const CategoryTranslations = Type.Record(Type.String({ pattern: languagePattern }), CategoryTexts, byLanguage)
