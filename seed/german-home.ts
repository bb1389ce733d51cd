// Light and home, in German.
import type { GermanTexts } from './seed-product.ts'

export const germanHome: GermanTexts = {
  'thousand-star-lantern': [
    'Laterne Tausend Sterne',
    'Jeder Stern ist mit der Goldschmiedesäge geschnitten, und nachts landet jeder einzelne an Ihrer Wand. Für eine Kerze oder eine kleine Glühlampe, mit dimmbarem Leuchtmittel am schönsten. Wir haben einmal nachgezählt: zweihundertzwölf, aber Tausend klang besser.',
  ],
  'cloister-lantern': [
    'Laterne Kreuzgang',
    'Geschwärztes Eisen mit Reihen kleiner Bögen, wie ein Kreuzgang, den man zum Kreis gefaltet hat. Sie wirft lange, langsame Schatten und steht am besten auf einem Balkon.',
  ],
  'golden-rain-pendant': [
    'Hängelampe Goldregen',
    'Eine Kupferkugel, mit Tropfen durchbrochen, an einer von Hand geschmiedeten Kette. Hängen Sie sie tief über einen Tisch, und das Abendessen dauert eine Stunde länger.',
  ],
  'mosaic-table-lamp': [
    'Tischlampe Mosaik',
    'Hunderte Glassteine, einzeln gesetzt, solange der Kleber noch erlaubt, sich anders zu entscheiden. Ausgeschaltet ein hübsches Ding, eingeschaltet ein kleines Fest.',
  ],
  'engraved-brass-tray': [
    'Graviertes Messingtablett',
    'Ein Tablett, graviert mit Zirkel, Lineal und Geduld: sechzehn Bögen um einen großen Knoten. Auf einem Gestell wird es zum Tisch, an der Wand zum Mond.',
  ],
  'desert-coffee-pot': [
    'Kaffeekanne der Wüste',
    'Die Kanne mit dem Schnabel, die bedeutet, dass Sie noch bleiben. Innen verzinnt, außen gehämmert, so ausgewogen, dass ein Kind einschenken kann. Kardamom in den Kaffee, eine Dattel dazu.',
  ],
  'mortar-and-pestle': [
    'Mörser mit Stößel',
    'In Sand gegossen, auf der Drehbank geglättet, laut wie eine Glocke. Zerstößt Kardamom, Kreuzkümmel und Groll. Der schwere bleibt, wo Sie ihn hinstellen.',
  ],
  'arched-bone-mirror': [
    'Bogenspiegel mit Einlegearbeit',
    'Nussbaum, eingelegt mit Sternen aus Kamelbein und Messing. Der Bogen ist einem Fenster in Tlemcen nachgezeichnet, das alle fotografieren und niemand öffnet.',
  ],
  'sunday-market-basket': [
    'Sonntagskorb',
    'Palmblatt, gewässert, gespalten und geflochten, die Ledergriffe hat der Nachbar angenäht. Knarrt angenehm, wenn er voll ist. Einmal im Sommer abspülen, dann hält er zehn.',
  ],
  'bread-keeper-basket': [
    'Brotkorb',
    'Für Fladenbrot geflochten, von Wolle, Spielzeug und Zeitungen ausgeliehen. Um die Mitte läuft ein karierter Gürtel aus gefärbtem Schilf.',
  ],
  'striped-palm-basket': [
    'Gestreifter Palmkorb',
    'Breite Hüften, weiche Streifen und ein Rand, der seine Form behält. Er steht im Schlafzimmer und tut so, als wäre er nicht für die Wäsche da.',
  ],
  'aleppo-soap': [
    'Aleppo-Seife',
    'Olivenöl, Lorbeeröl, Wasser, Lauge und neun Monate Warten. Außen braun, innen grün; das Rezept ist älter als der Laden, die Stadtmauer und die meisten Alphabete. Auch für trockene Haut.',
  ],
  'rose-clay-soap': [
    'Seife mit Rose und Tonerde',
    'Ghassoul-Tonerde aus dem Atlas, mit Rosenöl weich gemacht und mit einer Schnur gebunden. Sie peelt sanft und lässt das Bad nach Mai duften.',
  ],
  'amber-evening-candle': [
    'Kerze Bernsteinabend',
    'Amber, Zeder und eine Spur Orangenschale in einem bemalten Glas. Sie brennt fünfundvierzig Stunden; danach ist das Glas ein Becher, eine Vase oder ein Zuhause für Stifte.',
  ],
  'orange-blossom-candle': [
    'Kerze Orangenblüte',
    'Ein Innenhof, ein Baum, die zweite Aprilwoche. Über die Farbe des Glases streiten wir noch, deshalb wartet diese hier in der Werkstatt.',
  ],
}
