// What the inventory service promises: how many units there are, and for which orders they are reserved.
import { type Static, Type } from 'typebox'
import { byOrderId, Id, Money, Page, paging, Sku, Time } from './basics.ts'
import { defineApi, message, Nothing, OneOf, Shape } from './define.ts'
import { Line } from './text.ts'

const Quantity = Type.Integer({ minimum: 1, maximum: 100_000 })
export const StockLine = Shape({ sku: Sku, quantity: Quantity })
export type StockLine = Static<typeof StockLine>
const Location = Type.String({ pattern: '^[a-z0-9-]{1,40}$' })

export const Availability = Shape({
  sku: Sku,
  available: Type.Optional(Type.Integer({ description: 'Only when it is low or zero.' })),
  status: OneOf(['in-stock', 'low', 'out-of-stock']),
})
export const StockLevel = Shape({
  sku: Sku,
  location: Location,
  onHand: Type.Integer(),
  reserved: Type.Integer(),
  available: Type.Integer(),
  updatedAt: Time,
})
export const movementKinds = ['received', 'counted', 'damaged', 'returned', 'adjusted'] as const
export const MovementInput = Shape({
  location: Location,
  kind: OneOf(movementKinds),
  quantity: Type.Integer({
    minimum: -1_000_000,
    maximum: 1_000_000,
    description:
      'received, returned: how many came. damaged: how many are gone. adjusted: the signed difference. counted: how many lie on the shelf, without those that wait to be packed for paid orders: these have left the stock already.',
  }),
  reason: Line({ minLength: 1, maxLength: 300 }),
})
export const Movement = Shape({
  id: Id,
  sku: Sku,
  location: Location,
  kind: Type.String(),
  onHandChange: Type.Integer(),
  reservedChange: Type.Integer(),
  reason: Type.String(),
  reference: Type.Optional(
    Type.String({ description: 'What caused it: an order, or the refund or cancellation of units that came back.' }),
  ),
  at: Time,
  by: Type.Optional(Type.String()),
})
export const Reservation = Shape({
  orderId: Id,
  status: OneOf(['active', 'pinned', 'committed', 'released', 'expired', 'deferred'], {
    description: 'deferred: given back until the payment is agreed; pin reserves it again.',
  }),
  expiresAt: Type.Optional(Time),
  lines: Type.Array(Shape({ sku: Sku, quantity: Type.Integer(), location: Location })),
})
export type Reservation = Static<typeof Reservation>
/** A keyed hash of a client's network or of a mailbox. */
const HolderKey = Type.String({ minLength: 1, maxLength: 100 })
const orders = { services: ['orders'] } as const
const byOrder = { params: byOrderId, orderIdParam: 'orderId' } as const

export const inventoryApi = defineApi(
  'inventory',
  'Stock: how many units there are, and for which orders they are reserved.',
  {
    availability: {
      method: 'GET',
      path: '/v1/availability',
      access: 'anyone',
      summary: 'What can be bought now',
      priority: 'browse',
      sameForEverybody: true,
      about:
        'Repeat sku for several, at most 100. The number is told only when it is low. What is unknown, a draft or deleted counts as out of stock.',
      query: Shape({ sku: Type.Array(Sku, { minItems: 1, maxItems: 100 }) }),
      reply: Shape({ items: Type.Array(Availability) }),
    },
    stockLevels: {
      method: 'GET',
      path: '/internal/stock-levels',
      access: orders,
      summary: 'How many units of some SKUs can be bought, exactly',
      priority: 'browse',
      about: 'For the hints of a cart. Whether a SKU is for sale is not asked here.',
      query: Shape({ sku: Type.Array(Sku, { minItems: 1, maxItems: 100 }) }),
      reply: Shape({ items: Type.Array(Shape({ sku: Sku, available: Type.Integer() })) }),
    },
    listStock: {
      method: 'GET',
      path: '/v1/stock',
      access: 'staff',
      summary: 'List stock by SKU and location',
      query: Shape({
        ...paging,
        sku: Type.Optional(Sku),
        location: Type.Optional(Location),
        below: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
      }),
      reply: Page(StockLevel),
      refusals: { 'invalid-cursor': 400 },
    },
    move: {
      method: 'POST',
      path: '/v1/stock/:sku/movements',
      access: 'staff',
      summary: 'Record that stock came, went or was counted',
      idempotencyKey: true,
      status: 201,
      params: Shape({ sku: Sku }),
      body: MovementInput,
      reply: StockLevel,
      refusals: { 'not-enough-stock': 409, 'location-unknown': 422, 'invalid-quantity': 422 },
    },
    moveMany: {
      method: 'POST',
      path: '/v1/stock/movements',
      access: 'staff',
      summary: 'Record up to 500 movements at once',
      about: 'All or none. For deliveries and imports.',
      idempotencyKey: true,
      status: 201,
      priority: 'batch',
      deadlineSeconds: 20,
      body: Shape({
        movements: Type.Array(Shape({ sku: Sku, ...MovementInput.properties }), { minItems: 1, maxItems: 500 }),
      }),
      reply: Shape({ count: Type.Integer() }),
      bodyLimit: 512 * 1024,
      refusals: { 'not-enough-stock': 409, 'location-unknown': 422, 'invalid-quantity': 422 },
    },
    listMovements: {
      method: 'GET',
      path: '/v1/stock/:sku/movements',
      access: 'staff',
      summary: 'Why the stock of a SKU changed, newest first',
      params: Shape({ sku: Sku }),
      query: Shape({ ...paging }),
      reply: Page(Movement),
      refusals: { 'invalid-cursor': 400 },
    },

    reserve: {
      method: 'PUT',
      path: '/internal/reservations/:orderId',
      access: orders,
      summary: 'Reserve the stock of an order',
      priority: 'checkout',
      about:
        'All lines or none. The same order again gets the same answer. Pinned reservations do not expire by themselves.',
      ...byOrder,
      body: Shape({
        lines: Type.Array(StockLine, { minItems: 1, maxItems: 200 }),
        pinned: Type.Boolean(),
        expiresAt: Type.Optional(Time),
        /** Taken for older callers, and no longer used: see hold. */
        holder: Type.Optional(Type.String({ maxLength: 254 })),
      }),
      reply: Reservation,
      refusals: { 'out-of-stock': 409, 'reservation-over': 409, 'too-many-reservations': 429 },
    },
    readReservation: {
      method: 'GET',
      path: '/internal/reservations/:orderId',
      access: orders,
      summary: 'Read the reservation of an order',
      ...byOrder,
      reply: Reservation,
    },
    hold: {
      method: 'POST',
      path: '/internal/reservations/:orderId/hold',
      access: orders,
      priority: 'checkout',
      summary: 'Hold reserved stock while a payment is not agreed yet',
      about:
        'The stock stays reserved (active) until the given time, if the network, the e-mail address, the customer and the SKU are within their bounds of what may be held unpaid; else the reservation is deferred. The same order again gets the same decision. At the end of the time it is deferred, too.',
      ...byOrder,
      body: Shape({
        until: Time,
        value: Money,
        heldBy: Shape({
          network: Type.Optional(HolderKey),
          mailbox: HolderKey,
          customer: Type.Optional(Id),
        }),
      }),
      reply: Reservation,
      refusals: { 'reservation-over': 409 },
    },
    pin: {
      method: 'POST',
      path: '/internal/reservations/:orderId/pin',
      access: orders,
      priority: 'checkout',
      summary: 'Keep a reservation from expiring while money moves',
      about: 'A deferred reservation is reserved again, or refused when there is not enough.',
      ...byOrder,
      reply: Reservation,
      refusals: { 'reservation-over': 409, 'out-of-stock': 409 },
    },
    release: {
      method: 'POST',
      path: '/internal/reservations/:orderId/release',
      access: orders,
      priority: 'checkout',
      summary: 'Give reserved stock back',
      about: 'Harmless when repeated, and when it arrives before the reservation.',
      ...byOrder,
      reply: Nothing,
      status: 204,
    },
  },
)

export const HoldStock = message(
  'inventory.hold-stock',
  'orderId',
  'Let a pinned reservation expire at a given time, because the customer must act first. Only earlier versions send it.',
  {
    orderId: Id,
    until: Time,
  },
)
export const ReservationExpired = message(
  'inventory.reservation-expired',
  'orderId',
  'A reservation expired; its stock can be bought again.',
  {
    orderId: Id,
  },
)
export const StockLow = message('inventory.stock-low', 'sku', 'Little stock is left.', {
  sku: Sku,
  available: Type.Integer(),
})
export const SoldOut = message('inventory.sold-out', 'sku', 'The stock is sold out.', { sku: Sku })
export const BackInStock = message('inventory.back-in-stock', 'sku', 'There is stock again after it was sold out.', {
  sku: Sku,
  available: Type.Integer(),
})
