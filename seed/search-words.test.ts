// What customers type, in both languages of the demo, and what they must see first: exact names, kinds of goods, features, occasions,
// symptoms, materials, slips of the keyboard, one and many, parts of compounds.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { productsApi } from '@souk/contracts/products'
import { anonymous, startForTest } from '@souk/service/fixture'
import { products } from '../services/products/service.ts'
import { demoCategories, demoProducts } from './catalog.ts'
import { clientAs, inputOf, putCategories, seedStaff } from './store-goods.ts'

/** A query, goods that must be found, and among how many of the first. */
type Expected = readonly [query: string, slugs: readonly string[], first: number]

let shop: Awaited<ReturnType<typeof startForTest>>
before(async () => {
  shop = await startForTest([products])
  await putCategories(shop.running, demoCategories())
  await clientAs(shop.running, productsApi, seedStaff).createMany({
    body: { products: demoProducts().map(inputOf) },
  })
})
after(() => shop.stop())

const clay = ['indigo-star-bowl', 'river-bowl', 'nesting-meze-bowls', 'honey-dip-bowl']
const pots = ['storyteller-teapot']
const spices = ['ras-el-hanout', 'valley-paprika', 'damascus-rosebuds', 'saffron-threads']
const teas = ['nomads-mint-tea', 'bazaar-chai', 'verbena-evening-tea', 'camel-train-black-tea']
const bags = ['letter-writers-satchel', 'ikat-market-tote', 'kilim-weekender']
const lamps = ['thousand-star-lantern', 'cloister-lantern', 'golden-rain-pendant', 'mosaic-table-lamp']
const rugs = ['pomegranate-rug', 'night-market-kilim', 'beni-diamond-rug', 'long-corridor-runner']
const cushions = ['caravan-cushion', 'samarkand-ikat-cushion', 'dune-cushion']
const dimmable = ['thousand-star-lantern', 'golden-rain-pendant', 'mosaic-table-lamp']

const english: readonly Expected[] = [
  ['River Bowl', ['river-bowl'], 1],
  ['distilled rosewater', ['rosewater'], 1],
  ['teapot', pots, 1],
  ['spice', spices, 5],
  ['spices', spices, 5],
  ['tea', teas, 10],
  ['bags', bags, 5],
  ['lamp', lamps, 4],
  ['lamps', lamps, 4],
  ['rugs', rugs, 4],
  ['mug', ['courtyard-cups'], 1],
  ['mugs', ['courtyard-cups'], 1],
  ['carpet', rugs, 4],
  ['pillow', cushions, 3],
  ['dimmable', dimmable, 3],
  ['dimmable lamp', ['mosaic-table-lamp'], 1],
  ['gift', ['atlas-vase', 'lokum-tower', 'silk-road-scarf'], 8],
  ['gifts', ['atlas-vase', 'lokum-tower', 'silk-road-scarf'], 8],
  ['wedding gift', ['gilded-tea-glasses', 'garden-of-fez-plate'], 2],
  ['dry skin', ['aleppo-soap'], 1],
  ['cold feet', ['night-watch-slippers'], 1],
  ['leather', bags, 12],
  ['wool', ['pomegranate-rug', 'merchants-scarf'], 7],
  ['stoneware bowl', ['river-bowl'], 3],
]
const german: readonly Expected[] = [
  ['Flussschale', ['river-bowl'], 1],
  ['Destilliertes Rosenwasser', ['rosewater'], 1],
  ['Teekanne', pots, 1],
  ['Gewürz', spices, 5],
  ['Gewürze', spices, 5],
  ['Gewuerze', spices, 5],
  ['Tee', teas, 4],
  ['Tasche', bags, 3],
  ['Taschen', bags, 3],
  ['Lampe', lamps, 4],
  ['Lampen', lamps, 4],
  ['Teppich', rugs, 4],
  ['Teppiche', rugs, 4],
  ['Körbe', ['sunday-market-basket', 'bread-keeper-basket'], 2],
  ['Koerbe', ['sunday-market-basket', 'bread-keeper-basket'], 2],
  ['Tasse', ['courtyard-cups', 'gilded-tea-glasses'], 2],
  ['Schüssel', clay, 4],
  ['Schuessel', clay, 4],
  ['Hausschuhe', ['saffron-babouches', 'rose-court-slippers', 'night-watch-slippers'], 3],
  ['dimmbar', dimmable, 3],
  ['Geschenk', ['atlas-vase', 'lokum-tower', 'silk-road-scarf'], 8],
  ['Geschenke', ['atlas-vase', 'lokum-tower', 'silk-road-scarf'], 8],
  ['trockene Haut', ['aleppo-soap'], 1],
  ['kalte Füße', ['night-watch-slippers'], 1],
  ['kalte Fuesse', ['night-watch-slippers'], 1],
  ['Leder', bags, 12],
  ['Wolle', ['pomegranate-rug', 'night-market-kilim'], 7],
  ['türkis', ['river-bowl', 'jar-of-seven-spices'], 6],
  ['tuerkis', ['river-bowl', 'jar-of-seven-spices'], 6],
  // The end of a compound says what a thing is.
  ['Kanne', [...pots, 'desert-coffee-pot'], 2],
  ['Kannen', [...pots, 'desert-coffee-pot'], 3],
  ['Becher', ['courtyard-cups'], 1],
  ['Tuch', ['hammam-towel', 'guest-towels'], 4],
]
/** With a slip of the keyboard, or in a compound that no product has: what was searched in its place. */
const englishCorrected: Readonly<Record<string, string>> = {
  teapt: 'teapot',
  lantren: 'lantern',
  cushoin: 'cushion',
  candel: 'candle',
  lether: 'leather',
}
const germanCorrected: Readonly<Record<string, string>> = {
  Teekane: 'teekanne',
  Latrene: 'laterne',
  Baumwole: 'baumwolle',
  Geschnek: 'geschenk',
  Porzellanteekanne: 'teekanne',
  Kaffeetasse: 'tasse',
}

const search = (q: string, language: string) =>
  shop.as(productsApi, anonymous).list({ query: { q, language, limit: 12 } })

for (const [language, queries] of [
  ['en', english],
  ['de', german],
] as const) {
  test(`what is typed in ${language} finds what is meant among the first`, async () => {
    const wrong: string[] = []
    for (const [q, slugs, first] of queries) {
      const { items, correctedQuery } = await search(q, language)
      const seen = items.slice(0, first).map(({ slug }) => slug)
      if (correctedQuery !== undefined || !slugs.every((slug) => seen.includes(slug)))
        wrong.push(`${q} -> ${correctedQuery ?? ''} ${seen.join(', ')}`)
    }
    assert.deepEqual(wrong, [])
  })
}

for (const [language, queries] of [
  ['en', englishCorrected],
  ['de', germanCorrected],
] as const) {
  test(`what is mistyped in ${language} is corrected to the nearest word, and that is shown`, async () => {
    for (const [q, meant] of Object.entries(queries)) {
      const { items, correctedQuery } = await search(q, language)
      const right = await search(meant, language)
      assert.equal(correctedQuery?.toLowerCase(), meant, q)
      assert.deepEqual(items[0]?.slug, right.items[0]?.slug, q)
      assert.ok(items.length <= right.items.length, `${q} finds more than ${meant}`)
    }
  })
}

test('keywords are for staff and search: customers do not see them', async () => {
  const { items } = await search('dimmbar', 'de')
  const lamp = items[0]?.slug as string
  const shown = await shop.as(productsApi, anonymous).read({ params: { slug: lamp }, query: { language: 'de' } })
  assert.deepEqual([shown.keywords, shown.translations], [undefined, undefined])
  assert.doesNotMatch(JSON.stringify(shown), /ceiling light|dimmable|Nachttischleuchte/)
})
