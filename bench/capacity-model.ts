// The capacity model: what so many purchases and page views a second need, and what runs out first. Pure; its inputs are the costs
// that `npm run bench -- --costs` and `--fill` measured. docs/scale.md tells how it was compared with measurements.

export interface Load {
  purchasesPerSecond: number
  /** Requests that only read: lists, products, searches. */
  viewsPerSecond: number
  /** The share of the views that the gateway's cache answers. */
  cached: number
  /** The mean over a year, as a share of the peak. */
  meanOfPeak: number
}

/** Milliseconds of one core for one purchase (cart, checkout, messages, letter) and for one view. */
export const processorMs = {
  purchase: { gateway: 1.14, users: 0.11, orders: 1.91, inventory: 0.92, payments: 1.1, notifications: 0.5 },
  cachedView: { gateway: 0.1 },
  view: { gateway: 0.46, products: 0.42 },
} as const
export const databaseMs = { purchase: 2.69, cachedView: 0, view: 0.77 } as const
/** One purchase stores and sends this. Flushes are those of one shopper; concurrent purchases share them. */
export const perPurchase = {
  walBytes: 17_600,
  commits: 5.4,
  messages: 2,
  messageBytes: 1_650,
  keptBytes: 5_600,
} as const

/** What one of each can do. An instance has one core for its JavaScript, and is added at this share of it. */
export const limits = {
  usedShare: 0.65,
  connectionsPerInstance: 10,
  connectionsOfServer: 500,
  databaseCores: 64,
  walBytesPerSecond: 500e6,
  /** From the outbox by one relay (decision 2) over the embedded bus to the reaction: docs/brokers.md. */
  relayMessagesPerSecond: 4_500,
} as const

export type Part = 'gateway' | 'users' | 'products' | 'inventory' | 'orders' | 'payments' | 'notifications'
export const parts: readonly Part[] = [
  'gateway',
  'users',
  'products',
  'inventory',
  'orders',
  'payments',
  'notifications',
]

export interface Needs {
  cores: Record<Part, number>
  instances: Record<Part, number>
  databaseCores: number
  allCores: number
  walBytesPerSecond: number
  commitsPerSecond: number
  messagesPerSecond: number
  messageBytesPerSecond: number
  connections: number
  keptBytesPerYear: number
  /** What is over the limit of one of its kind, worst first. */
  overLimit: { what: string; times: number }[]
}

/** What a load needs. */
export function needsOf(load: Load): Needs {
  const cores = Object.fromEntries(parts.map((part) => [part, coresOf(part, load)])) as Record<Part, number>
  const instances = Object.fromEntries(
    parts.map((part) => [part, Math.max(1, Math.ceil(cores[part] / limits.usedShare))]),
  ) as Record<Part, number>
  const databaseCores = mixed(databaseMs.purchase, databaseMs.view, databaseMs.cachedView, load) / 1000
  const { purchasesPerSecond } = load
  const needs = {
    cores,
    instances,
    databaseCores,
    allCores: databaseCores + parts.reduce((sum, part) => sum + cores[part], 0),
    walBytesPerSecond: purchasesPerSecond * perPurchase.walBytes,
    commitsPerSecond: purchasesPerSecond * perPurchase.commits,
    messagesPerSecond: purchasesPerSecond * perPurchase.messages,
    messageBytesPerSecond: purchasesPerSecond * perPurchase.messageBytes,
    connections:
      parts.reduce((sum, part) => sum + (part === 'gateway' ? 0 : instances[part]), 0) * limits.connectionsPerInstance,
    keptBytesPerYear: purchasesPerSecond * load.meanOfPeak * 31_536_000 * perPurchase.keptBytes,
  }
  return { ...needs, overLimit: overLimit(needs) }
}

/** The most purchases a second that `cores` can do when everything, the client too, shares them. */
export function purchasesOn(cores: number, clientMs: number): number {
  const { allCores } = needsOf({ purchasesPerSecond: 1, viewsPerSecond: 0, cached: 0, meanOfPeak: 0 })
  return (cores * 1000) / (allCores * 1000 + clientMs)
}

function coresOf(part: Part, load: Load): number {
  const of = (costs: Partial<Record<Part, number>>) => costs[part] ?? 0
  return mixed(of(processorMs.purchase), of(processorMs.view), of(processorMs.cachedView), load) / 1000
}

function mixed(purchase: number, view: number, cachedView: number, load: Load): number {
  const { purchasesPerSecond, viewsPerSecond, cached } = load
  return purchasesPerSecond * purchase + viewsPerSecond * ((1 - cached) * view + cached * cachedView)
}

function overLimit(needs: Omit<Needs, 'overLimit'>): Needs['overLimit'] {
  const times = {
    'processor of one database server': needs.databaseCores / limits.databaseCores,
    'WAL of one database server': needs.walBytesPerSecond / limits.walBytesPerSecond,
    'connections of one database server': needs.connections / limits.connectionsOfServer,
    'one relay and the embedded bus': needs.messagesPerSecond / limits.relayMessagesPerSecond,
  }
  return Object.entries(times)
    .map(([what, share]) => ({ what, times: share }))
    .filter(({ times }) => times > limits.usedShare)
    .sort((one, other) => other.times - one.times)
}
