// POST /v1/stock/:sku/movements and /v1/stock/movements. Staff records what happened to stock; nobody sets a number.
import { inventoryApi, type movementKinds } from '@souk/contracts/inventory'
import { handleOnce, refuse, type Transaction } from '@souk/service'
import type { InventoryContext } from '../context.ts'
import { type AvailabilityChange, thresholdEvents } from './threshold-events.ts'

const { move: moveRoute, moveMany: moveManyRoute } = inventoryApi.routes

export interface Movement {
  sku: string
  location: string
  kind: (typeof movementKinds)[number]
  quantity: number
  reason: string
}
/** A row of `move_stock`: the stock after a movement, or a problem. After a problem nothing is moved. */
interface RecordedMovement extends AvailabilityChange {
  problem: 'location-unknown' | 'not-enough-stock' | null
  location: string
  onHand: number
  reserved: number
  updatedAt: string
}

export const move = handleOnce(moveRoute, async ({ params, body, caller }, context: InventoryContext, transaction) => {
  const [recorded] = await record([{ sku: params.sku, ...body }], caller.userId, context, transaction)
  if (!recorded) throw new Error('A movement left no stock behind.')
  const { sku, location, onHand, reserved, updatedAt } = recorded
  return { sku, location, onHand, reserved, available: onHand - reserved, updatedAt }
})

export const moveMany = handleOnce(moveManyRoute, async ({ body, caller }, context: InventoryContext, transaction) => {
  await record(body.movements, caller.userId, context, transaction)
  return { count: body.movements.length }
})

async function record(
  movements: readonly Movement[],
  by: string | undefined,
  { settings }: InventoryContext,
  { sql, send }: Transaction,
): Promise<RecordedMovement[]> {
  for (const movement of movements) refuseWrongQuantity(movement)
  const all: RecordedMovement[] = []
  for (const round of roundsOf(movements)) {
    const recorded = await sql<RecordedMovement>`
      select problem, sku, location, on_hand, reserved, updated_at, before, after
      from move_stock(
        ${round.map((it) => it.sku)}::text[], ${round.map((it) => it.location)}::text[],
        ${round.map((it) => it.kind)}::text[], ${round.map((it) => it.quantity)}::bigint[],
        ${round.map((it) => it.reason)}::text[], ${by}::text)`
    refuseProblems(recorded)
    send(...thresholdEvents(recorded, settings.lowStock))
    all.push(...recorded)
  }
  return all
}

/** A statement changes a row once, so the second movement of one SKU at one location is in the second round. */
export function roundsOf(movements: readonly Movement[]): Movement[][] {
  const rounds: Movement[][] = []
  const roundsUsed = new Map<string, number>()
  for (const movement of movements) {
    const key = `${movement.sku} ${movement.location}`
    const index = roundsUsed.get(key) ?? 0
    roundsUsed.set(key, index + 1)
    const round = rounds[index]
    if (round) round.push(movement)
    else rounds.push([movement])
  }
  return rounds
}

function refuseWrongQuantity({ sku, kind, quantity }: Movement): void {
  const fits = kind === 'adjusted' ? quantity !== 0 : kind === 'counted' ? quantity >= 0 : quantity > 0
  if (fits) return
  const expected = { adjusted: 'not zero', counted: 'zero or more' }[kind as string] ?? 'more than zero'
  refuse(moveRoute, 'invalid-quantity', `The quantity of ${sku} must be ${expected}, because it is ${kind}.`)
}

function refuseProblems(recorded: readonly RecordedMovement[]): void {
  const [first] = recorded
  if (first?.problem === 'location-unknown') {
    refuse(moveRoute, 'location-unknown', `There is no location ${recorded.map((row) => row.location).join(', ')}.`)
  }
  if (first?.problem === 'not-enough-stock') {
    refuse(
      moveRoute,
      'not-enough-stock',
      `Of ${first.sku} there are ${first.onHand} at ${first.location}, and ${first.reserved} of them are reserved.`,
      { missing: recorded.map(({ sku, location, onHand, reserved }) => ({ sku, location, onHand, reserved })) },
    )
  }
}
