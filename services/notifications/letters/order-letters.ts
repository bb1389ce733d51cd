// The letters about an order: confirmed, shipped, canceled, refunded. In the language of the order.
import type { MessageOf } from '@souk/contracts'
import type { Language } from '@souk/contracts/notifications'
import type {
  OrderCanceled,
  OrderPlaced,
  OrderRefunded,
  OrderShipped,
  RefundParts,
  Totals,
  UnitsCanceled,
} from '@souk/contracts/orders'
import { addressLines, moneyText } from './formatting.ts'
import {
  type Block,
  button,
  type Fact,
  type Item,
  type Letter,
  note,
  paragraph,
  type Shop,
  type Sum,
} from './letter.ts'
import { termsOf } from './terms.ts'
import { languageOf, textsOf } from './texts/texts.ts'

/** The language of the order; the shop's own without it. */
interface InLanguage {
  language?: string
}
export type Placed = MessageOf<typeof OrderPlaced>['data'] & InLanguage
export type Shipped = MessageOf<typeof OrderShipped>['data'] & InLanguage
export type Canceled = MessageOf<typeof OrderCanceled>['data'] & InLanguage
export type Refunded = MessageOf<typeof OrderRefunded>['data'] & InLanguage
export type CanceledUnits = MessageOf<typeof UnitsCanceled>['data'] & InLanguage

/** It carries what the law demands on paper or in a mail: the terms, and the information about withdrawal (BGB 312f). */
export function orderConfirmed(order: Placed, shop: Shop): Letter {
  const language = languageOf(order.language)
  const t = textsOf(language)
  const total = moneyText(order.totals.total, language)
  return {
    language,
    subject: orderConfirmedSubject(order, shop),
    summary: t.confirmed.summary(total),
    heading: t.confirmed.heading,
    blocks: [
      paragraph(t.confirmed.text(order.number, total)),
      {
        type: 'items',
        items: order.lines.map((line) => itemOf(line, language)),
        sums: sumsOf(order.totals, order.shippingMethod.name, language),
      },
      { type: 'facts', facts: [{ label: t.shipsTo, lines: addressLines(order.shippingAddress, language) }] },
      ...seeOrder(order, shop, order.accessKey),
      termsOf(language, shop),
    ],
  }
}
export function orderConfirmedSubject({ number, language }: Placed, shop: Shop): string {
  return textsOf(language).confirmed.subject(shop.name, number)
}

export function orderShipped(order: Shipped, shop: Shop, accessKey?: string): Letter {
  const { shipment, complete } = order
  const language = languageOf(order.language)
  const { shipped: t, ...common } = textsOf(language)
  const titles = new Map(order.lines.map((line) => [line.sku, line.title]))
  const items = shipment.lines.map(({ sku, quantity }) => ({
    title: titles.get(sku) ?? sku,
    detail: common.pieces(quantity),
  }))
  const track = button(t.track, shipment.trackingUrl)
  return {
    language,
    subject: orderShippedSubject(order),
    summary: complete ? t.summary : t.summaryOfPart,
    heading: complete ? t.heading : t.headingOfPart,
    blocks: [
      paragraph(complete ? t.text(order.number) : t.textOfPart(order.number)),
      ...track,
      { type: 'items', items, sums: [] },
      {
        type: 'facts',
        facts: [
          { label: common.shipsTo, lines: addressLines(order.shippingAddress, language) },
          ...(shipment.carrier ? [{ label: t.carrier, lines: [shipment.carrier] }] : []),
          ...(shipment.trackingNumber
            ? [{ label: t.trackingNumber, lines: [shipment.trackingNumber], isCode: true }]
            : []),
        ],
      },
      ...(track.length > 0 ? [] : seeOrder(order, shop, accessKey)),
    ],
  }
}
export function orderShippedSubject({ number, complete, language }: Shipped): string {
  const t = textsOf(language).shipped
  return complete ? t.subject(number) : t.subjectOfPart(number)
}

export function orderCanceled(order: Canceled, shop: Shop, accessKey?: string): Letter {
  const language = languageOf(order.language)
  const { canceled: t, refunded, ...common } = textsOf(language)
  const amount = moneyText(order.totals.total, language)
  const canceled = [t.text(order.number), t.reasons[order.reason]].filter(Boolean).join(' ')
  const money = moneyAfter(order, language)
  const isGoingBack = order.goingBack !== undefined && order.goingBack.amount > 0
  const items = order.lines.map((line) => itemOf(line, language))
  return {
    language,
    subject: orderCanceledSubject(order),
    summary: money ?? canceled,
    heading: t.heading,
    blocks: [
      paragraph(canceled),
      ...(money ? [paragraph(money)] : []),
      { type: 'items', items, sums: [{ label: common.total, amount, isTotal: true }] },
      ...(isGoingBack && order.parts ? [{ type: 'facts', facts: [refundFor(order.parts, language)] } as const] : []),
      ...seeOrder(order, shop, accessKey),
      ...(isGoingBack ? [note(refunded.bankDelay)] : []),
    ],
  }
}
function moneyAfter({ goingBack, wasPaid }: Canceled, language: Language): string | undefined {
  const t = textsOf(language).canceled
  if (!goingBack) return t.maybePaid
  if (goingBack.amount > 0) return t.goesBack(moneyText(goingBack, language))
  return wasPaid ? undefined : t.notCharged
}
export function orderCanceledSubject({ number, language }: Canceled): string {
  return textsOf(language).canceled.subject(number)
}

export function orderRefunded(order: Refunded, shop: Shop, accessKey?: string): Letter {
  const language = languageOf(order.language)
  const { refunded: t, canceled, ...common } = textsOf(language)
  const amount = moneyText(order.amount, language)
  const isMore = order.totalRefunded.amount !== order.amount.amount
  const reason = canceled.reasons[order.reason] ?? order.reason
  const unsent = (order.unsent ?? []).map((units) => unitsText(units, language))
  return {
    language,
    subject: orderRefundedSubject(order),
    summary: t.bankDelay,
    heading: t.heading(amount),
    blocks: [
      paragraph(t.text(amount, order.number)),
      {
        type: 'facts',
        facts: [
          { label: t.thisRefund, lines: [amount] },
          ...(order.parts ? [refundFor(order.parts, language)] : []),
          ...(isMore ? [{ label: t.totalRefunded, lines: [moneyText(order.totalRefunded, language)] }] : []),
          ...(reason ? [{ label: common.reason, lines: [reason] }] : []),
          ...(unsent.length > 0 ? [{ label: common.willNotBeSent, lines: unsent }] : []),
        ],
      },
      ...seeOrder(order, shop, accessKey),
      note(t.bankDelay),
    ],
  }
}
export function orderRefundedSubject({ number, amount, language }: Refunded): string {
  return textsOf(language).refunded.subject(moneyText(amount, languageOf(language)), number)
}

/** Units are canceled and no money moves: gifts, or units whose money has gone back before. */
export function unitsCanceled(order: CanceledUnits, shop: Shop, accessKey?: string): Letter {
  const language = languageOf(order.language)
  const { unitsCanceled: t, ...common } = textsOf(language)
  const units = order.units.map((one) => unitsText(one, language))
  return {
    language,
    subject: unitsCanceledSubject(order),
    summary: units.join(', '),
    heading: t.heading,
    blocks: [
      paragraph(t.text(order.number)),
      {
        type: 'facts',
        facts: [
          { label: common.willNotBeSent, lines: units },
          { label: common.reason, lines: [order.reason] },
        ],
      },
      ...seeOrder(order, shop, accessKey),
    ],
  }
}
export function unitsCanceledSubject({ number, language }: CanceledUnits): string {
  return textsOf(language).unitsCanceled.subject(number)
}

/** What a refund is for: "Items €19.90, including €3.18 tax". */
function refundFor(parts: RefundParts, language: Language): Fact {
  const t = textsOf(language).refunded
  const names = (['items', 'shipping', 'goodwill'] as const).filter((name) => parts[name].amount.amount > 0)
  const lines = names.map((name) => {
    const { amount, tax } = parts[name]
    const including = tax.amount > 0 ? t.includingTax(moneyText(tax, language)) : ''
    return `${t.parts[name]} ${moneyText(amount, language)}${including}`
  })
  return { label: t.refundFor, lines }
}
function unitsText({ title, quantity }: { title: string; quantity: number }, language: Language): string {
  const t = textsOf(language)
  return t.piecesOf(t.pieces(quantity), title)
}

type Line = Placed['lines'][number]
function itemOf({ title, quantity, unitPrice, lineTotal }: Line, language: Language): Item {
  const t = textsOf(language)
  const pieces = t.pieces(quantity)
  return {
    title,
    detail: quantity === 1 ? pieces : t.piecesAt(pieces, moneyText(unitPrice, language)),
    amount: moneyText(lineTotal, language),
  }
}

function sumsOf(totals: Totals, shippingName: string, language: Language): Sum[] {
  const { subtotal, discount, shipping, tax, total, taxIncluded } = totals
  const t = textsOf(language)
  const less = { ...discount, amount: -Math.abs(discount.amount) }
  const shippingText = shipping.amount === 0 ? t.free : moneyText(shipping, language)
  return [
    { label: t.subtotal, amount: moneyText(subtotal, language) },
    ...(discount.amount === 0 ? [] : [{ label: t.discount, amount: moneyText(less, language) }]),
    { label: t.shipping(shippingName), amount: shippingText },
    ...(taxIncluded ? [] : [{ label: t.tax, amount: moneyText(tax, language) }]),
    { label: t.total, amount: moneyText(total, language), isTotal: true },
    ...(taxIncluded && tax.amount !== 0 ? [{ label: t.taxIncluded, amount: moneyText(tax, language) }] : []),
  ]
}

/**
 * The page of the order, in its language; without one, the shop front leads on. A guest opens it with the access key, which later letters
 * have once the confirmation is stored. The key is in the fragment, which browsers send to no server, so it gets into no log.
 */
export function pageOfOrder(
  { orderId, language }: { orderId: string; language?: string },
  shop: Shop,
  accessKey: string | undefined,
): string {
  const isKnown = language === languageOf(language)
  const key = accessKey ? `#key=${encodeURIComponent(accessKey)}` : ''
  return `${shop.url}${isKnown ? `/${language}` : ''}/orders/${orderId}${key}`
}

/** A link to the order. */
export function seeOrder(
  order: { orderId: string; language?: string },
  shop: Shop,
  accessKey: string | undefined,
): Block[] {
  return button(textsOf(order.language).seeOrder, pageOfOrder(order, shop, accessKey))
}
