// Further words that customers look for the demo's goods by, in English and German: synonyms, occasions, uses, what troubles them.

const keywords: Readonly<Record<string, readonly [english: string, german: string]>> = {
  // Ceramics.
  'indigo-star-bowl': ['cereal bowl, salad bowl, gift', 'Schüssel, Müslischale, Salatschüssel, Geschenk'],
  'river-bowl': ['soup bowl', 'Schüssel, Suppenschale'],
  'nesting-meze-bowls': ['dip bowl, tapas, gift', 'Schüssel, Dipschale, Tapas, Geschenk'],
  'honey-dip-bowl': ['cereal bowl, salad bowl', 'Schüssel, Müslischale, Salatschüssel'],
  'garden-of-fez-plate': ['dish, wall plate, wedding gift', 'Wandteller, Essteller, Hochzeitsgeschenk'],
  'saffron-sun-platter': ['serving dish', 'Servierteller, Servierschale'],
  'bosphorus-plate': ['dish, dinner plate', 'Essteller, Kuchenteller'],
  'storyteller-teapot': ['tea set, gift', 'Teeservice, Geschenk'],
  'courtyard-cups': ['mug, tumbler, espresso cup', 'Tasse, Teetasse, Espressobecher'],
  'gilded-tea-glasses': ['tea cup, tea set, wedding gift', 'Tasse, Teeservice, Hochzeitsgeschenk'],
  'jar-of-seven-spices': ['canister, storage jar', 'Vorratsdose, Aufbewahrung'],
  'atlas-vase': ['flower vase, gift', 'Blumenvase, Geschenk'],
  'olive-grove-jug': ['pitcher, carafe', 'Kanne, Karaffe'],
  'friday-tagine': ['casserole, cooking pot', 'Schmortopf, Kochtopf'],
  // Textiles.
  'pomegranate-rug': ['carpet, cold floor', 'kalter Boden'],
  'night-market-kilim': ['carpet', 'Webteppich'],
  'beni-diamond-rug': ['carpet, cold floor', 'Hochflorteppich, kalter Boden'],
  'long-corridor-runner': ['carpet, hallway', 'Flurteppich'],
  'caravan-cushion': ['pillow', 'Sofakissen, Zierkissen'],
  'samarkand-ikat-cushion': ['pillow', 'Sofakissen, Zierkissen'],
  'dune-cushion': ['pillow', 'Sofakissen, Zierkissen'],
  'merchants-scarf': ['shawl, gift', 'Halstuch, Geschenk'],
  'silk-road-scarf': ['shawl, foulard, gift', 'Seidentuch, Halstuch, Geschenk'],
  'rooftop-throw': ['blanket, bedspread', 'Tagesdecke, Kuscheldecke'],
  'hammam-towel': ['bath towel, beach towel, sauna', 'Handtuch, Badetuch, Strandtuch, Sauna'],
  'guest-towels': ['hand towel, housewarming gift', 'Einzugsgeschenk'],
  // Spices and tea.
  'ras-el-hanout': ['spice blend, seasoning', 'Gewürz, Gewürzmischung'],
  'valley-paprika': ['pepper powder, seasoning', 'Gewürz, Paprikapulver'],
  'damascus-rosebuds': ['dried flowers, rose tea', 'Gewürz, Rosenblüte, Rosentee'],
  'saffron-threads': ['paella, risotto, gift', 'Gewürz, Paella, Risotto, Geschenk'],
  'nomads-mint-tea': ['peppermint, green tea', 'Pfefferminze, Grüntee'],
  'bazaar-chai': ['masala, milk tea', 'Masala, Gewürztee'],
  'verbena-evening-tea': ['herbal tea, caffeine-free', 'Kräutertee, koffeinfrei'],
  'camel-train-black-tea': ['breakfast tea', 'Frühstückstee'],
  'lokum-tower': ['Turkish delight, candy, gift', 'Süßigkeit, Konfekt, Geschenk'],
  'mountain-thyme-honey': ['spread', 'Brotaufstrich'],
  rosewater: ['baking, cake', 'Backen, Kuchen'],
  'roasted-argan-oil': ['salad oil', 'Speiseöl, Salatöl'],
  // Leather.
  'letter-writers-satchel': ['messenger bag, laptop bag, briefcase', 'Aktentasche, Laptoptasche, Schultertasche'],
  'ikat-market-tote': ['shopper, shopping bag', 'Einkaufstasche'],
  'kilim-weekender': ['travel bag, luggage', 'Reisegepäck'],
  'tassel-clutch': ['evening bag, handbag, gift', 'Abendtasche, Handtasche, Geschenk'],
  'saffron-babouches': ['house shoes', 'Hausschuhe'],
  'rose-court-slippers': ['house shoes, gift', 'Hausschuhe, Geschenk'],
  'night-watch-slippers': ['house shoes, warm, cold feet', 'Hausschuhe, warm, kalte Füße'],
  'travelers-notebook': ['journal, diary, gift', 'Tagebuch, Notizheft, Geschenk'],
  'saddlers-belt': ['waist belt', 'Ledergürtel'],
  'hagglers-purse': ['wallet', 'Portemonnaie, Geldbeutel'],
  'stitched-pouf': ['ottoman, footstool', 'Hocker, Pouf'],
  // Home.
  'thousand-star-lantern': ['dimmable, candle holder, gift', 'dimmbar, Windlicht, Geschenk'],
  'cloister-lantern': ['candle holder, garden light', 'Windlicht, Gartenlicht'],
  'golden-rain-pendant': ['dimmable, ceiling light', 'dimmbar, Deckenleuchte'],
  'mosaic-table-lamp': ['dimmable, bedside light', 'dimmbar, Nachttischleuchte'],
  'engraved-brass-tray': ['serving tray', 'Serviertablett'],
  'desert-coffee-pot': ['cezve, ibrik, mocha', 'Mokka, Ibrik'],
  'mortar-and-pestle': ['grinder', 'Reibschale'],
  'arched-bone-mirror': ['wall mirror', 'Wandspiegel'],
  'sunday-market-basket': ['shopping basket', 'Einkaufskorb'],
  'bread-keeper-basket': ['storage', 'Aufbewahrung'],
  'striped-palm-basket': ['laundry basket, storage', 'Wäschekorb, Aufbewahrung'],
  'aleppo-soap': ['dry skin, hand soap', 'trockene Haut, Handseife'],
  'rose-clay-soap': ['scrub, gift', 'Peeling, Geschenk'],
  'amber-evening-candle': ['scented candle, home fragrance, gift', 'Duftkerze, Raumduft, Geschenk'],
  'orange-blossom-candle': ['scented candle, home fragrance', 'Duftkerze, Raumduft'],
}

/** The keywords of a product in the language of its texts, and in German. */
export function keywordsOf(slug: string): { english: string[]; german: string[] } {
  const [english, german] = (keywords[slug] ?? ['', '']).map((list) => list.split(', ').filter((word) => word !== ''))
  return { english: english ?? [], german: german ?? [] }
}
