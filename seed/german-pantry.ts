// The spice merchant's counter in German.
import type { GermanTexts } from './seed-product.ts'

export const germanPantry: GermanTexts = {
  'ras-el-hanout': [
    'Ras el Hanout, das Beste vom Laden',
    'Zweiundzwanzig Gewürze, einzeln geröstet und donnerstags zusammen gemahlen. Der Name heißt „Kopf des Ladens“, und kein Händler verrät seine Mischung. In unserer sind Rosenblätter; mehr sagen wir nicht.',
  ],
  'valley-paprika': [
    'Paprika aus dem Tal',
    'Rot wie ein guter Streit und viel süßer. Die Schoten trocknen in der Sonne auf flachen Dächern und liegen dann eine Nacht im Eichenrauch. Rühren Sie das Pulver in Öl, bevor irgendetwas anderes in den Topf kommt.',
  ],
  'damascus-rosebuds': [
    'Damaszener Rosenknospen',
    'Vor Sonnenaufgang gepflückt, solange sie noch geschlossen sind. Ziehen Sie sie mit Schwarztee auf, zerreiben Sie sie über Milchreis oder stellen Sie eine Schale an die Tür und nehmen Sie die Komplimente entgegen.',
  ],
  'saffron-threads': [
    'Safranfäden, erste Ernte',
    'Nur die roten Enden der Narbe, in der Woche der Ernte abgefüllt. Sieben Fäden und ein Löffel warmes Wasser färben eine ganze Pfanne Reis.',
  ],
  'nomads-mint-tea': [
    'Minztee der Nomaden',
    'Grüner Gunpowder-Tee und ganze Blätter Krauseminze, gemischt von einem Mann, der seit vierzig Jahren einschenkt. Das erste Glas ist sanft, das zweite stark, und über das dritte gibt es Sprichwörter.',
  ],
  'bazaar-chai': [
    'Basar-Chai',
    'Assam mit Kardamom, Ingwer, Nelken und schwarzem Pfeffer, grob geschnitten für den Topf. Mit Milch aufkochen, bis die Küche riecht wie ein Bahnhof, im besten Sinne.',
  ],
  'verbena-evening-tea': [
    'Verbene für den Abend',
    'Ganze Blätter der Zitronenverbene und sonst nichts. In der Tüte duftet sie nach Seife, in der Tasse nach Garten. Kein Koffein, keine Sorgen.',
  ],
  'camel-train-black-tea': [
    'Schwarztee Karawane',
    'Ein Schwarztee, der sich an die Lagerfeuer der Karawanenstraße erinnert: malzig, ein Hauch Rauch, ein langer Nachklang. Zucker nimmt er an wie ein Gentleman.',
  ],
  'lokum-tower': [
    'Lokum-Turm',
    'Würfel mit Rose oder Pistazie, mit dem krummen Messer geschnitten und von Menschen in sehr weißen Schürzen in Puderzucker gewälzt. In einer einzigen Lage verpackt, damit niemand von unten nascht.',
  ],
  'mountain-thyme-honey': [
    'Thymianhonig aus den Bergen',
    'Dunkel, langsam und ein wenig wild. Die Stöcke stehen über der Baumgrenze, wo die Bienen Thymian finden und sonst nicht viel. Kosten Sie ihn auf weißem Käse, bevor Sie ihn in den Tee geben.',
  ],
  rosewater: [
    'Destilliertes Rosenwasser',
    'Dampf, Kupfer, Geduld, Rosen. Ein Löffel hebt einen Sirup, ein Tropfen am Handgelenk hebt einen Montag. Einmal destilliert, nie gefärbt.',
  ],
  'roasted-argan-oil': [
    'Geröstetes Arganöl',
    'Aus Kernen gepresst, die eine Frauenkooperative südlich von Essaouira über Olivenholz röstet. Nussig und golden; Brot genügt dazu. Bitte nicht zum Braten.',
  ],
}
