// POST /v1/stock/:sku/movements and /v1/stock/movements. Staff tells what happened to stock; nobody sets a number.
import { inventoryApi, type movementKinds } from '@souk/contracts/inventory'
import { handleOnce, refuse, type Transaction } from '@souk/service'
import type { InventoryContext } from '../context.ts'
import { type Change, crossingsOf } from './threshold-events.ts'

const { move: moveRoute, moveMany: moveManyRoute } = inventoryApi.routes

export interface Movement {
  sku: string
  location: string
  kind: (typeof movementKinds)[number]
  quantity: number
  reason: string
}
interface Moved extends Change {
  problem: 'location-unknown' | 'not-enough-stock' | null
  location: string
  onHand: number
  reserved: number
  updatedAt: string
}

export const move = handleOnce(moveRoute, async ({ params, body, caller }, context: InventoryContext, transaction) => {
  const [moved] = await record([{ sku: params.sku, ...body }], caller.userId, context, transaction)
  if (!moved) throw new Error('A movement left no stock behind.')
  const { sku, location, onHand, reserved, updatedAt } = moved
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
): Promise<Moved[]> {
  for (const movement of movements) checkQuantity(movement)
  const all: Moved[] = []
  for (const round of roundsOf(movements)) {
    const moved = await sql<Moved>`
      select problem, sku, location, on_hand, reserved, updated_at, before, after
      from move_stock(
        ${round.map((it) => it.sku)}::text[], ${round.map((it) => it.location)}::text[],
        ${round.map((it) => it.kind)}::text[], ${round.map((it) => it.quantity)}::bigint[],
        ${round.map((it) => it.reason)}::text[], ${by}::text)`
    refuseProblems(moved)
    send(...crossingsOf(moved, settings.lowStock))
    all.push(...moved)
  }
  return all
}

/** A statement changes a row once, so a second movement of the same stock waits for the next round. */
export function roundsOf(movements: readonly Movement[]): Movement[][] {
  const rounds: Movement[][] = []
  const times = new Map<string, number>()
  for (const movement of movements) {
    const key = `${movement.sku} ${movement.location}`
    const round = times.get(key) ?? 0
    times.set(key, round + 1)
    const mates = rounds[round]
    if (mates) mates.push(movement)
    else rounds.push([movement])
  }
  return rounds
}

function checkQuantity({ sku, kind, quantity }: Movement): void {
  const fits = kind === 'adjusted' ? quantity !== 0 : kind === 'counted' ? quantity >= 0 : quantity > 0
  if (fits) return
  const wanted = { adjusted: 'not zero', counted: 'zero or more' }[kind as string] ?? 'more than zero'
  refuse(moveRoute, 'invalid-quantity', `The quantity of ${sku} must be ${wanted}, because it is ${kind}.`)
}

function refuseProblems(moved: readonly Moved[]): void {
  const [first] = moved
  if (first?.problem === 'location-unknown') {
    refuse(moveRoute, 'location-unknown', `There is no location ${moved.map((row) => row.location).join(', ')}.`)
  }
  if (first?.problem === 'not-enough-stock') {
    refuse(
      moveRoute,
      'not-enough-stock',
      `Of ${first.sku} there are ${first.onHand} at ${first.location}, and ${first.reserved} of them are reserved.`,
      { missing: moved.map(({ sku, location, onHand, reserved }) => ({ sku, location, onHand, reserved })) },
    )
  }
}
