// The test fixture of the notifications service: messages of orders and users, and a way to publish them.
import { randomUUID, randomUUIDv7 } from 'node:crypto'
import type { Message, MessageOf } from '@souk/contracts'
import { OrderCanceled, OrderPlaced, OrderRefunded, OrderShipped, UnitsCanceled } from '@souk/contracts/orders'
import {
  EmailChanged,
  EmailChangeRequested,
  PasswordResetRequested,
  SignUpRepeated,
  VerificationRequested,
} from '@souk/contracts/users'
import type { TestShop } from '@souk/service/fixture'

export const eur = (amount: number) => ({ amount, currency: 'EUR' })

type Placed = MessageOf<typeof OrderPlaced>['data']
const lines: Placed['lines'] = [
  { sku: 'OIL-500', title: 'Olive oil, cold pressed, 500 ml', quantity: 2, unitPrice: eur(1290), lineTotal: eur(2580) },
  { sku: 'TEA-GLASS-6', title: 'Tea glasses, set of six', quantity: 1, unitPrice: eur(2400), lineTotal: eur(2400) },
  { sku: 'ZAATAR-80', title: 'Za’atar from Nablus, 80 g', quantity: 3, unitPrice: eur(590), lineTotal: eur(1770) },
]
const address = {
  name: 'Ada Lindqvist',
  line1: 'Rosengasse 4',
  line2: 'Hinterhaus',
  city: 'Leipzig',
  postalCode: '04109',
  country: 'DE',
}
const totals = {
  subtotal: eur(6750),
  discount: eur(675),
  shipping: eur(490),
  tax: eur(1049),
  total: eur(6565),
  taxIncluded: true,
}
const basics = () => ({ orderId: randomUUID(), number: 'S-100042', email: `ada-${randomUUID()}@example.com` })

export function placed(more: Partial<Placed> = {}) {
  return OrderPlaced({
    ...basics(),
    lines,
    totals,
    shippingAddress: address,
    shippingMethod: { id: 'standard', name: 'Standard', price: eur(490) },
    accessKey: 'key-of-the-guest',
    placedAt: '2026-11-22T10:00:00.000Z',
    ...more,
  })
}
export function shipped(more: Partial<MessageOf<typeof OrderShipped>['data']> = {}) {
  return OrderShipped({
    ...basics(),
    shipment: {
      id: randomUUID(),
      carrier: 'DHL',
      trackingNumber: '00340434161094042557',
      trackingUrl: 'https://track.example/00340434161094042557',
      lines: [{ sku: 'OIL-500', quantity: 2 }],
      shippedAt: '2026-11-23T10:00:00.000Z',
    },
    lines,
    complete: false,
    shippingAddress: address,
    ...more,
  })
}
export function canceled(more: Partial<MessageOf<typeof OrderCanceled>['data']> = {}) {
  return OrderCanceled({ ...basics(), reason: 'by-customer', wasPaid: true, lines, totals, ...more })
}
export function refunded(more: Partial<MessageOf<typeof OrderRefunded>['data']> = {}) {
  return OrderRefunded({
    ...basics(),
    refundId: randomUUID(),
    amount: eur(1290),
    totalRefunded: eur(1290),
    reason: 'One bottle arrived broken.',
    ...more,
  })
}
export function unitsCanceled(more: Partial<MessageOf<typeof UnitsCanceled>['data']> = {}) {
  return UnitsCanceled({
    ...basics(),
    cancellationId: randomUUID(),
    reason: 'Sold out.',
    units: [{ sku: 'TEA-GLASS-6', title: 'Tea glasses, set of six', quantity: 1 }],
    ...more,
  })
}
const person = () => ({ userId: randomUUID(), email: `ada-${randomUUID()}@example.com`, name: 'Ada' })
export function verificationRequested(more: Partial<MessageOf<typeof VerificationRequested>['data']> = {}) {
  return VerificationRequested({ ...person(), url: 'http://localhost:4000/account/verify-email?token=secret', ...more })
}
export function resetRequested(more: Partial<MessageOf<typeof PasswordResetRequested>['data']> = {}) {
  return PasswordResetRequested({
    ...person(),
    url: 'http://localhost:4000/account/reset-password?token=secret',
    expiresAt: '2026-11-22T11:00:00.000Z',
    ...more,
  })
}

export function signUpRepeated() {
  return SignUpRepeated({
    ...person(),
    url: 'http://localhost:4000/account/reset-password?token=secret',
    expiresAt: '2026-11-22T11:00:00.000Z',
  })
}
export function emailChangeRequested() {
  const { userId, email, name } = person()
  return EmailChangeRequested({
    ...{ userId, email, name },
    newEmail: `new-${email}`,
    url: 'http://localhost:4000/account/change-email?token=secret',
    expiresAt: '2026-11-23T10:00:00.000Z',
  })
}
export function emailChanged() {
  const { userId, email, name } = person()
  return EmailChanged({ userId, email, name, newEmail: `new-${email}` })
}

/**
 * Publishes messages as their services would, `times` times over, as a broker may. Resolves with the event ids once all of them
 * have been handled.
 */
export async function publish(shop: TestShop, messages: readonly Message[], times = 1): Promise<string[]> {
  const serialized = messages.map(({ type, key, data }) => {
    const id = randomUUIDv7()
    const envelope = {
      specversion: '1.0',
      id,
      source: `/souk/${type.split('.')[0]}`,
      type,
      subject: key,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      data,
    }
    return { id, type, key, json: JSON.stringify(envelope) }
  })
  for (let i = 0; i < times; i++) await shop.transport.publish(serialized)
  await shop.settle()
  return serialized.map((message) => message.id)
}
