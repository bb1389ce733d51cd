// The letters about an order: confirmed, shipped, canceled, refunded.
import type { MessageOf } from '@souk/contracts'
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

export type Placed = MessageOf<typeof OrderPlaced>['data']
export type Shipped = MessageOf<typeof OrderShipped>['data']
export type Canceled = MessageOf<typeof OrderCanceled>['data']
export type Refunded = MessageOf<typeof OrderRefunded>['data']
export type CanceledUnits = MessageOf<typeof UnitsCanceled>['data']

export function orderConfirmed(order: Placed, shop: Shop): Letter {
  return {
    subject: orderConfirmedSubject(order, shop),
    summary: `We received your payment of ${moneyText(order.totals.total)}.`,
    heading: 'Thank you for your order',
    blocks: [
      paragraph(
        `We received your order ${order.number} and your payment of ${moneyText(order.totals.total)}. We will send you another e-mail as soon as your order is on its way.`,
      ),
      { type: 'items', items: order.lines.map(itemOf), sums: sumsOf(order.totals, order.shippingMethod.name) },
      { type: 'facts', facts: [{ label: 'Ships to', lines: addressLines(order.shippingAddress) }] },
      ...seeOrder(order.orderId, shop, order.accessKey),
    ],
  }
}
export function orderConfirmedSubject(order: Placed, shop: Shop): string {
  return `Your ${shop.name} order ${order.number}`
}

export function orderShipped(order: Shipped, shop: Shop, accessKey?: string): Letter {
  const { shipment, complete } = order
  const titles = new Map(order.lines.map((line) => [line.sku, line.title]))
  const items = shipment.lines.map(({ sku, quantity }) => ({
    title: titles.get(sku) ?? sku,
    detail: quantityText(quantity),
  }))
  const track = button('Track the parcel', shipment.trackingUrl)
  return {
    subject: orderShippedSubject(order),
    summary: complete ? 'Your order is complete with this parcel.' : 'The rest of your order will follow.',
    heading: complete ? 'Your order is on its way' : 'Part of your order is on its way',
    blocks: [
      paragraph(
        complete
          ? `We have shipped your order ${order.number}.`
          : `We have shipped a part of your order ${order.number}. The rest will follow.`,
      ),
      ...track,
      { type: 'items', items, sums: [] },
      {
        type: 'facts',
        facts: [
          { label: 'Ships to', lines: addressLines(order.shippingAddress) },
          ...(shipment.carrier ? [{ label: 'Carrier', lines: [shipment.carrier] }] : []),
          ...(shipment.trackingNumber
            ? [{ label: 'Tracking number', lines: [shipment.trackingNumber], isCode: true }]
            : []),
        ],
      },
      ...(track.length > 0 ? [] : seeOrder(order.orderId, shop, accessKey)),
    ],
  }
}
export function orderShippedSubject({ number, complete }: Shipped): string {
  return complete ? `Your order ${number} is on its way` : `Part of your order ${number} is on its way`
}

const bankDelay = 'Depending on your bank, it can take a few days until the money arrives.'

const cancelReasons: Record<string, string> = {
  'by-customer': 'You asked us to cancel it.',
  'by-staff': 'Unfortunately, we cannot deliver it.',
  'out-of-stock': 'Unfortunately, an item sold out before we could reserve it for you.',
  declined: 'The payment was declined.',
  expired: 'The payment was not completed in time.',
}

export function orderCanceled(order: Canceled, shop: Shop, accessKey?: string): Letter {
  const total = moneyText(order.totals.total)
  const canceled = [`Your order ${order.number} was canceled.`, cancelReasons[order.reason]].filter(Boolean).join(' ')
  const money = moneyAfter(order)
  const isGoingBack = order.goingBack !== undefined && order.goingBack.amount > 0
  return {
    subject: orderCanceledSubject(order),
    summary: money ?? canceled,
    heading: 'Your order was canceled',
    blocks: [
      paragraph(canceled),
      ...(money ? [paragraph(money)] : []),
      { type: 'items', items: order.lines.map(itemOf), sums: [{ label: 'Total', amount: total, isTotal: true }] },
      ...(isGoingBack && order.parts ? [{ type: 'facts', facts: [refundFor(order.parts)] } as const] : []),
      ...seeOrder(order.orderId, shop, accessKey),
      ...(isGoingBack ? [note(bankDelay)] : []),
    ],
  }
}
function moneyAfter({ goingBack, wasPaid }: Canceled): string | undefined {
  if (!goingBack)
    return 'If we received a payment for it, we will refund it automatically. You do not need to do anything.'
  if (goingBack.amount > 0)
    return `We are refunding ${moneyText(goingBack)} to your original payment method. You do not need to do anything.`
  return wasPaid ? undefined : 'You have not been charged.'
}
export function orderCanceledSubject({ number }: Canceled): string {
  return `Your order ${number} was canceled`
}

export function orderRefunded(order: Refunded, shop: Shop, accessKey?: string): Letter {
  const amount = moneyText(order.amount)
  const isMore = order.totalRefunded.amount !== order.amount.amount
  const reason = cancelReasons[order.reason] ?? order.reason
  const unsent = (order.unsent ?? []).map(unitsText)
  return {
    subject: orderRefundedSubject(order),
    summary: bankDelay,
    heading: `We have refunded ${amount}`,
    blocks: [
      paragraph(`We have refunded ${amount} for your order ${order.number} to your original payment method.`),
      {
        type: 'facts',
        facts: [
          { label: 'This refund', lines: [amount] },
          ...(order.parts ? [refundFor(order.parts)] : []),
          ...(isMore ? [{ label: 'Total refunded', lines: [moneyText(order.totalRefunded)] }] : []),
          ...(reason ? [{ label: 'Reason', lines: [reason] }] : []),
          ...(unsent.length > 0 ? [{ label: 'Will not be sent', lines: unsent }] : []),
        ],
      },
      ...seeOrder(order.orderId, shop, accessKey),
      note(bankDelay),
    ],
  }
}
export function orderRefundedSubject({ number, amount }: Refunded): string {
  return `Refund of ${moneyText(amount)} for your order ${number}`
}

/** Units are canceled and no money moves: gifts, or units whose money has gone back before. */
export function unitsCanceled(order: CanceledUnits, shop: Shop, accessKey?: string): Letter {
  return {
    subject: unitsCanceledSubject(order),
    summary: order.units.map(unitsText).join(', '),
    heading: 'Part of your order was canceled',
    blocks: [
      paragraph(`Some items of your order ${order.number} will not be sent.`),
      {
        type: 'facts',
        facts: [
          { label: 'Will not be sent', lines: order.units.map(unitsText) },
          { label: 'Reason', lines: [order.reason] },
        ],
      },
      ...seeOrder(order.orderId, shop, accessKey),
    ],
  }
}
export function unitsCanceledSubject({ number }: CanceledUnits): string {
  return `Part of your order ${number} was canceled`
}

const partNames = { items: 'Items', shipping: 'Shipping', goodwill: 'Goodwill' } as const
/** What a refund is for: "Items €19.90, including €3.18 tax". */
function refundFor(parts: RefundParts): Fact {
  const names = (Object.keys(partNames) as (keyof RefundParts)[]).filter((name) => parts[name].amount.amount > 0)
  const lines = names.map((name) => {
    const { amount, tax } = parts[name]
    const including = tax.amount > 0 ? `, including ${moneyText(tax)} tax` : ''
    return `${partNames[name]} ${moneyText(amount)}${including}`
  })
  return { label: 'Refund for', lines }
}
function unitsText({ title, quantity }: { title: string; quantity: number }): string {
  return `${quantityText(quantity)} of ${title}`
}

type Line = Placed['lines'][number]
function itemOf({ title, quantity, unitPrice, lineTotal }: Line): Item {
  return {
    title,
    detail: quantity === 1 ? quantityText(1) : `${quantityText(quantity)} at ${moneyText(unitPrice)}`,
    amount: moneyText(lineTotal),
  }
}
function quantityText(quantity: number): string {
  return quantity === 1 ? '1 piece' : `${quantity} pieces`
}

function sumsOf(totals: Totals, shippingName: string): Sum[] {
  const { subtotal, discount, shipping, tax, total, taxIncluded } = totals
  const less = { ...discount, amount: -Math.abs(discount.amount) }
  return [
    { label: 'Subtotal', amount: moneyText(subtotal) },
    ...(discount.amount === 0 ? [] : [{ label: 'Discount', amount: moneyText(less) }]),
    { label: `Shipping (${shippingName})`, amount: shipping.amount === 0 ? 'Free' : moneyText(shipping) },
    ...(taxIncluded ? [] : [{ label: 'Tax', amount: moneyText(tax) }]),
    { label: 'Total', amount: moneyText(total), isTotal: true },
    ...(taxIncluded && tax.amount !== 0 ? [{ label: 'Tax included', amount: moneyText(tax) }] : []),
  ]
}

/**
 * A link to the order. A guest opens it with the access key, which later letters have once the confirmation is stored. The key is in
 * the fragment, which browsers send to no server, so it gets into no log.
 */
function seeOrder(orderId: string, shop: Shop, accessKey: string | undefined): Block[] {
  const key = accessKey ? `#key=${encodeURIComponent(accessKey)}` : ''
  return button('See your order', `${shop.url}/orders/${orderId}${key}`)
}
