// From the loom, in German.
import type { GermanTexts } from './seed-product.ts'

export const germanTextiles: GermanTexts = {
  'pomegranate-rug': [
    'Granatapfelteppich',
    'Eine große Raute in Krapprot, bewacht von einem Rand aus Sternen. Wolle auf Wolle geknüpft, in einer Familienwerkstatt, die jeden Teppich hinten mit einem einzigen blauen Knoten signiert. Er wird noch etwa vierzig Jahre lang weicher.',
  ],
  'night-market-kilim': [
    'Kelim Nachtmarkt',
    'Flach gewebt in Indigo und Terrakotta, Reihe um Reihe aus Dreiecken und gestuften Rauten. Beide Seiten sind die richtige. Leicht genug, um beim Umzug mitzukommen, denn dafür sind Kelims da.',
  ],
  'beni-diamond-rug': [
    'Beni-Teppich mit Rauten',
    'Ungefärbte Wolle in der Farbe von Milch, mit anthrazitfarbenen Rauten aus dem Gedächtnis. Der Flor ist tief und ein wenig eigensinnig. Wir empfehlen bloße Füße.',
  ],
  'long-corridor-runner': [
    'Läufer Langer Flur',
    'Für den Flur, durch den alle gehen und den niemand ansieht. Dicht gewebt, in Erdfarben, die Schuhe verzeihen. Wir rollen ihn um einen Stab aus Zedernholz, und der Duft bleibt wochenlang.',
  ],
  'caravan-cushion': [
    'Karawanenkissen',
    'Aus Kelimgewebe geschnitten, mit vier Quasten, die Katzen lieben. Der Rücken ist aus glatter Baumwolle mit verdecktem Reißverschluss. Mit Federfüllung oder als Hülle, wenn Sie eigene Federn haben.',
  ],
  'samarkand-ikat-cushion': [
    'Ikat-Kissen Samarkand',
    'Die Fäden werden gefärbt, bevor sie gewebt werden, deshalb zittern die Ränder des Musters ein wenig. Vorne Seide, hinten Baumwolle, durch und durch gefärbt.',
  ],
  'dune-cushion': [
    'Dünenkissen',
    'Dünen aus großer Höhe: Zickzack in Rost, Creme und Schatten. Das Gewebe ist grob und freundlich und rutscht nicht vom Sofa.',
  ],
  'merchants-scarf': [
    'Schal des Kaufmanns',
    'Lang genug, um zweimal herumzureichen und noch zum Abschied zu winken. Feine Wolle in Pflaume mit safrangelben Streifen, die Fransen von Hand gedreht. Man hat ihn schon mehr als einmal für Seide gehalten.',
  ],
  'silk-road-scarf': [
    'Schal Seidenstraße',
    'Seide im Blockdruck: ein Stempel aus Birnenholz, eine ruhige Hand und rund neunhundert kleine Rauten. Kühl im Juni, warm am Abend.',
  ],
  'rooftop-throw': [
    'Decke für die Dachterrasse',
    'Für Nächte, in denen die Sterne da sind und die Steine kalt werden. Gewaschene Baumwolle und Wolle in weichen Streifen, groß genug für zwei, die sich mögen.',
  ],
  'hammam-towel': [
    'Hammamtuch',
    'Ein flach gewebtes Tuch, das erst Sie trocknet und dann sich selbst. Es lässt sich klein wie ein Buch falten und kommt mit ins Bad, an den Strand und in den Park. Die Knoten der Fransen sind von Hand geknüpft, alle fünfzig.',
  ],
  'guest-towels': [
    'Gästehandtücher, Dreierpack',
    'Drei kleine Handtücher in drei Stimmungen, für Gäste, die nur auf einen Tee bleiben wollten. Nach der ersten Wäsche weich wie Waffeln.',
  ],
}
