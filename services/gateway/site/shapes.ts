// Names for the shapes that contracts export: Money, Order, Product. A shape inside another is recognized by its text, so
// it becomes a reference without being declared as one.
import * as basics from '@souk/contracts'
import * as gateway from '@souk/contracts/gateway'
import * as inventory from '@souk/contracts/inventory'
import * as notifications from '@souk/contracts/notifications'
import * as orders from '@souk/contracts/orders'
import * as payments from '@souk/contracts/payments'
import * as products from '@souk/contracts/products'
import * as users from '@souk/contracts/users'
import type { Schema } from './documented-routes.ts'

const modules: Record<string, unknown>[] = [
  basics,
  users,
  products,
  inventory,
  orders,
  payments,
  notifications,
  gateway,
]

const nameOfText = new Map<string, string>()
export const shapes = new Map<string, Schema>()
for (const module of modules) {
  for (const [name, value] of Object.entries(module)) {
    if (!isShape(value) || !/^[A-Z]/.test(name)) continue
    const text = JSON.stringify(value)
    if (nameOfText.has(text) || shapes.has(name)) continue
    nameOfText.set(text, name)
    shapes.set(name, value)
  }
}

function isShape(value: unknown): value is Schema {
  const it = value as Schema | null
  return typeof it === 'object' && it !== null && it.type === 'object' && typeof it.properties === 'object'
}

export function shapeName(schema: Schema): string | undefined {
  return nameOfText.get(JSON.stringify(schema))
}

/** The schema with references in place of the shapes that have names. `within`: do not replace the schema itself. */
export function withReferences(schema: unknown, within = false): unknown {
  if (Array.isArray(schema)) return schema.map((one) => withReferences(one))
  if (typeof schema !== 'object' || schema === null) return schema
  const name = within || !isShape(schema) ? undefined : shapeName(schema)
  if (name) return { $ref: `#/components/schemas/${name}` }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withReferences(value)]))
}

/** Shapes that these values mention, and those that they mention in turn. */
export function usedShapes(values: readonly unknown[]): Record<string, unknown> {
  const used: Record<string, unknown> = {}
  const visit = (value: unknown) => {
    for (const [, name] of JSON.stringify(value ?? null).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (used[name as string] !== undefined) continue
      used[name as string] = withReferences(shapes.get(name as string), true)
      visit(used[name as string])
    }
  }
  for (const value of values) visit(value)
  return Object.fromEntries(Object.entries(used).sort(([a], [b]) => a.localeCompare(b)))
}
