// The potter's shelf in German.
import type { GermanTexts } from './seed-product.ts'

export const germanCeramics: GermanTexts = {
  'indigo-star-bowl': [
    'Schale Indigostern',
    'Eine Schale auf Fuß, freihändig bemalt mit dem achtzackigen Stern der Altstadt. Das Kobalt verläuft im Ofen ein wenig, deshalb gleicht kein Stern dem anderen. Die kleine mag Oliven, die große ist für den Couscous am Freitag gemacht.',
  ],
  'river-bowl': [
    'Flussschale',
    'Drei Wellen laufen um eine türkise Glasur, so hell wie flaches Wasser. Dünn gedreht, heiß gebrannt und angenehm leicht in der Hand. Eine gute Schale für Suppe, Obst oder gar nichts.',
  ],
  'nesting-meze-bowls': [
    'Meze-Schalen, Dreiersatz',
    'Drei Schalen, die ineinander wohnen und herauskommen, wenn Gäste da sind: eine für Hummus, eine für Oliven, eine für die Kerne. Am Fuß bleibt der Ton warm und rot, dort wurde die Glasur von Hand abgewischt.',
  ],
  'honey-dip-bowl': [
    'Honigschale',
    'Dunkler Ton, einmal bis zur Hüfte in bernsteinfarbene Glasur getaucht, die dann tropfen darf, wie sie will. Jede Schale hört an einer anderen Stelle auf.',
  ],
  'garden-of-fez-plate': [
    'Teller Garten von Fès',
    'Blätter am Rand, Blätter in der Mitte und ein Stern, der Ordnung hält. Die Malerin beginnt im Zentrum und setzt den Pinsel für den Ring kein einziges Mal ab. Hängen Sie ihn an die Wand oder servieren Sie Zitronenkuchen darauf; ihm ist beides recht.',
  ],
  'saffron-sun-platter': [
    'Servierplatte Safransonne',
    'Eine Platte, so gelb wie vier Uhr nachmittags, mit einem Ring krapproter Rauten. Schwer, großzügig, und ein Brathuhn trägt sie ohne zu klagen.',
  ],
  'bosphorus-plate': [
    'Bosporus-Teller',
    'Schuppen in Meergrün, mit dem Rand eines Kupferbechers vorgezeichnet. Sechs davon decken einen Tisch, einer ist ein gutes Zuhause für Schlüssel.',
  ],
  'storyteller-teapot': [
    'Teekanne des Erzählers',
    'Fasst genug Minztee für eine lange Geschichte oder vier kurze. Die Tülle hat ein Mann geschnitten, der Tropfen hasst, und das merkt man. Der Deckel sitzt tief und bleibt, wo er ist, auch wenn Sie von hoch oben gießen.',
  ],
  'courtyard-cups': [
    'Hofbecher, Dreiersatz',
    'Becher ohne Henkel, denn was zu heiß zum Halten ist, ist auch zu heiß zum Trinken. Türkise Pinselbänder, innen weiß, und ein Fuß, der den Tisch nicht zerkratzt.',
  ],
  'gilded-tea-glasses': [
    'Teegläser mit Goldrand und Untertassen',
    'Tulpengläser mit goldener Lippe: schmal in der Taille, damit der Tee heiß bleibt, oben weit, damit er abkühlt. Dazu bemalte Untertassen. Stoßen Sie an, sie klingen schön. Ein Geschenk, über das sich jeder freut.',
  ],
  'jar-of-seven-spices': [
    'Dose der sieben Gewürze',
    'Eine Deckeldose aus einem Gewürzladen, der schönere Schubladen brauchte. Innen und außen glasiert, dicht genug für Safran, groß genug für Reis. Ohne Gewürze; Geheimnisse nach Wunsch.',
  ],
  'atlas-vase': [
    'Atlas-Vase',
    'Dreiecke bedeuten Berge in der Sprache der Töpferinnen im Rif, und diese Vase trägt drei Gebirge. Außen roh, innen versiegelt. Ein einziger Zweig genügt ihr.',
  ],
  'olive-grove-jug': [
    'Krug Olivenhain',
    'Von der Lippe abwärts in Grün getaucht, als hätte ihn jemand am Fuß über ein Fass Olivenöl gehalten. Was beinahe stimmt. Gut für Wasser, Wein und Schnittblumen.',
  ],
  'friday-tagine': [
    'Freitagstajine',
    'Der hohe Deckel schickt den Dampf wieder nach unten, das ist schon das ganze Geheimnis. Kocht auf Gas, im Ofen und über Kohlen und will dafür nur die erste Nacht im Wasser liegen. Die bemalte ist zum Servieren da, und zum Angeben.',
  ],
}
