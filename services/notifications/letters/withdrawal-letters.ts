// The receipts of declarations of withdrawal: what was declared, on which day and at what time (section 356a of the German civil code).
// Anybody can type an address, so a receipt for an order that was not found does not quote the message, which may be of any length.
import type { MessageOf } from '@souk/contracts'
import type { WithdrawalReceived } from '@souk/contracts/orders'
import { button, type Fact, type Letter, note, paragraph, type Shop } from './letter.ts'
import { pageOfOrder } from './order-url.ts'
import { languageOf } from './texts/texts.ts'

export type Withdrawn = MessageOf<typeof WithdrawalReceived>['data']

const en = {
  subject: 'We have received your withdrawal',
  ofOrder: (number: string) => `We have received your withdrawal from order ${number}`,
  heading: 'We have received your withdrawal',
  received: (time: string) => `We received your declaration on ${time}. This is your receipt.`,
  announced: 'Please send back within 14 days what you have received. We then refund it and write to you.',
  canceled:
    'Nothing had been sent, so your order is canceled. What you paid goes back to you; you need not do anything.',
  late: 'The period of withdrawal of 14 days had ended by then. We look at your declaration and write to you.',
  unmatched:
    'We know no order with this number and this e-mail address. Your declaration is recorded all the same, and we look for the order. If you mistyped the number, please declare the withdrawal again.',
  notYou: 'If it was not you, do nothing. Nothing happens to any order.',
  facts: { name: 'Name', number: 'Order number', time: 'Received', goods: 'Withdrawn', statement: 'Your message' },
  excluded: 'No right of withdrawal',
  whole: 'The whole order',
  receipt: 'Number of this receipt',
  see: 'See your order',
}
const de: typeof en = {
  subject: 'Ihr Widerruf ist eingegangen',
  ofOrder: (number) => `Ihr Widerruf zur Bestellung ${number} ist eingegangen`,
  heading: 'Ihr Widerruf ist eingegangen',
  received: (time) => `Ihre Erklärung ist am ${time} bei uns eingegangen. Diese E-Mail ist Ihre Eingangsbestätigung.`,
  announced:
    'Bitte senden Sie binnen 14 Tagen zurück, was Sie erhalten haben. Dann erstatten wir den Betrag und schreiben Ihnen.',
  canceled:
    'Es war noch nichts verschickt, deshalb ist Ihre Bestellung storniert. Was Sie bezahlt haben, geht an Sie zurück; Sie müssen nichts tun.',
  late: 'Die Widerrufsfrist von 14 Tagen war da schon abgelaufen. Wir sehen uns Ihre Erklärung an und schreiben Ihnen.',
  unmatched:
    'Wir kennen keine Bestellung mit dieser Nummer und dieser E-Mail-Adresse. Ihre Erklärung ist trotzdem aufgenommen, und wir suchen die Bestellung. Falls Sie sich bei der Nummer vertippt haben, erklären Sie den Widerruf bitte noch einmal.',
  notYou: 'Wenn Sie das nicht waren, brauchen Sie nichts zu tun. An keiner Bestellung ändert sich etwas.',
  facts: {
    name: 'Name',
    number: 'Bestellnummer',
    time: 'Eingegangen',
    goods: 'Widerrufen',
    statement: 'Ihre Nachricht',
  },
  excluded: 'Kein Widerrufsrecht',
  whole: 'Die ganze Bestellung',
  receipt: 'Nummer dieser Bestätigung',
  see: 'Bestellung ansehen',
}
const texts = { en, de }
const textsOf = ({ language }: Withdrawn) => texts[languageOf(language)]

/** The seconds, too: the time of the declaration decides whether it was in time. */
const timeOptions = { dateStyle: 'long', timeStyle: 'long', timeZone: 'Europe/Berlin' } as const
const times = { en: new Intl.DateTimeFormat('en', timeOptions), de: new Intl.DateTimeFormat('de', timeOptions) }

export function withdrawalReceived(withdrawn: Withdrawn, shop: Shop, accessKey?: string): Letter {
  const t = textsOf(withdrawn)
  const { orderId } = withdrawn
  const language = languageOf(withdrawn.language)
  const time = times[language].format(new Date(withdrawn.receivedAt))
  const isKnown = withdrawn.status !== 'unmatched'
  const outcome = isKnown
    ? withdrawn.status === 'canceled'
      ? t.canceled
      : withdrawn.late
        ? t.late
        : t.announced
    : t.unmatched
  const letter = {
    language,
    subject: withdrawalReceivedSubject(withdrawn),
    summary: t.received(time),
    heading: t.heading,
    blocks: [
      paragraph(t.received(time)),
      paragraph(outcome),
      { type: 'facts', facts: factsOf(withdrawn, time) } as const,
      ...(orderId ? button(t.see, pageOfOrder({ orderId, language }, shop, accessKey)) : [note(t.notYou)]),
    ],
  }
  return letter
}

/** A number that matched no order may be any text, so it is not in the subject. */
export function withdrawalReceivedSubject(withdrawn: Withdrawn): string {
  const t = textsOf(withdrawn)
  return withdrawn.orderId ? t.ofOrder(withdrawn.number) : t.subject
}

function factsOf(withdrawn: Withdrawn, time: string): Fact[] {
  const { withdrawalId, name, number, lines, excluded, statement, orderId } = withdrawn
  const t = textsOf(withdrawn)
  const goods = lines?.map(({ sku, title, quantity }) => `${quantity} × ${title ?? sku}`) ?? [t.whole]
  return [
    { label: t.facts.time, lines: [time] },
    { label: t.facts.name, lines: [name] },
    { label: t.facts.number, lines: [number] },
    { label: t.facts.goods, lines: goods },
    ...(excluded.length > 0 ? [{ label: t.excluded, lines: excluded.map(({ title }) => title) }] : []),
    ...(statement && orderId ? [{ label: t.facts.statement, lines: statement.split('\n') }] : []),
    { label: t.receipt, lines: [withdrawalId], isCode: true },
  ]
}
