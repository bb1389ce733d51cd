// From the tanners' lane, in German.
import type { GermanTexts } from './seed-product.ts'

export const germanLeather: GermanTexts = {
  'letter-writers-satchel': [
    'Umhängetasche des Briefschreibers',
    'Zwei Schnallen, eine Blume, kein Futter, das reißen könnte. Aus einer einzigen Ziegenhaut geschnitten und mit gewachstem Leinen genäht. Sie trägt einen Laptop so gelassen wie früher die Liebesbriefe anderer Leute. Kratzer sind willkommen; so lernt sie Ihren Namen.',
  ],
  'ikat-market-tote': [
    'Ikat-Markttasche',
    'Oben Ikatstoff, unten Sattelleder, denn auf Märkten ist der Boden nass. Fasst zwei Melonen und eine Zeitung. Die Henkel sind lang genug für einen Wintermantel.',
  ],
  'kilim-weekender': [
    'Kelim-Reisetasche',
    'Aus einem alten Kelim mit einem Loch in der Mitte, deshalb gleicht keine der anderen. Fester Lederboden, Nieten aus Messing, Platz für zwei Nächte unterwegs.',
  ],
  'tassel-clutch': [
    'Clutch mit Quaste',
    'Eine Klappe aus Kelim, ein Messingstern als Verschluss und eine Quaste, die auffällt. Fasst Telefon, Schlüssel und ein Geheimnis.',
  ],
  'saffron-babouches': [
    'Safrangelbe Babuschen',
    'Der gelbe Pantoffel aus Fès, mit Granatapfelschale geschmeidig gemacht und genau so gelb, wie es die Tradition verlangt. Zu Hause die Ferse umklappen, für den Bäcker wieder hoch. Nehmen Sie Ihre übliche Größe; sie geben etwas nach.',
  ],
  'rose-court-slippers': [
    'Pantoffeln Rosenhof',
    'Weiches Wildleder mit einer kleinen gestickten Raute, für Paläste und für Wohnungen mit knarrendem Boden. Unter der Ledersohle versteckt sich eine aus Gummi.',
  ],
  'night-watch-slippers': [
    'Pantoffeln der Nachtwache',
    'Indigoblaues Leder mit Lammfell gefüttert, für alle, die um drei Uhr aufstehen, um den Mond anzusehen. Leise auf Fliesen, gut gegen kalte Füße.',
  ],
  'travelers-notebook': [
    'Notizbuch für Reisende',
    'Leder mit Goldprägung um zweihundert Seiten Baumwollpapier. Es liegt flach, nimmt Tinte gut an und hat ein Lesebändchen, damit Sie wissen, wo Sie waren. Nachfüllen ist billiger als das erste Heft.',
  ],
  'saddlers-belt': [
    'Gürtel vom Sattler',
    'Vier Millimeter Zaumleder, die Kanten gefärbt, mit safrangelbem Faden genäht von einem Mann, der sonst Geschirre macht. Die Schnalle ist aus massivem Messing und überlebt mehrere Hosen.',
  ],
  'hagglers-purse': [
    'Börse des Feilschers',
    'Eine flache Geldbörse für Münzen, Karten und den Schein, den Sie nicht ausgeben wollten. Außen schlichtes Leder, und türkise Nähte, wo es darauf ankommt.',
  ],
  'stitched-pouf': [
    'Genähtes Sitzkissen',
    'Ein Sitz, ein Fußhocker, ein Tisch für ein Glas Tee. Acht Lederbahnen treffen sich oben in einem Stern, von innen genäht, sodass keine Naht je den Boden berührt. Kommt flach; füllen Sie es mit Wolle, Stroh oder alten Briefen.',
  ],
}
