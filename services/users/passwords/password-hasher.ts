// How passwords are kept: argon2id with its parameters beside it (PHC string), hashed off the main thread by Node itself.
// A hash takes 20 MB and 25 ms of a core on purpose, so only two run at once, fifty wait, and the rest are turned
// away: five hundred sign-ins at once must not stop the shop.
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { Refusal } from '@souk/service'

export interface PasswordHasher {
  /**
   * Runs work that will hash a password, or refuses it at once when too many are in hand. Five hundred sign-ins would wait
   * for each other in the database long before they come to hash anything, and the signed-in would wait behind them.
   */
  admit<T>(work: () => Promise<T>): Promise<T>
  hash(password: string): Promise<string>
  /** `outdated`: right, but hashed with less than is asked for today. */
  verify(stored: string, password: string): Promise<'right' | 'outdated' | 'wrong'>
}
interface Cost {
  memory: number
  passes: number
  parallelism: number
}

const argon2id = promisify(argon2).bind(null, 'argon2id')
const atOnce = 2
const mostInHand = 52
const saltBytes = 16
const keyBytes = 32

export function passwordHasher(today: { memoryKib: number; passes: number }): PasswordHasher {
  const cost: Cost = { memory: today.memoryKib, passes: today.passes, parallelism: 1 }
  const inTurn = queue()
  return {
    admit: gate(),
    async hash(password) {
      const salt = randomBytes(saltBytes)
      const key = await inTurn(() => derive(password, salt, cost))
      return written(cost, salt, key)
    },
    async verify(stored, password) {
      const kept = read(stored)
      if (!kept) throw new Error('A stored password is not an argon2id hash.')
      const key = await inTurn(() => derive(password, kept.salt, kept.cost))
      if (!timingSafeEqual(key, kept.key)) return 'wrong'
      return kept.cost.memory < cost.memory || kept.cost.passes < cost.passes ? 'outdated' : 'right'
    },
  }
}

/** Two people may type the same character in two ways; NFKC makes them one, as NIST 800-63B asks. */
function derive(password: string, nonce: Buffer, cost: Cost): Promise<Buffer> {
  return argon2id({ message: password.normalize('NFKC'), nonce, tagLength: keyBytes, ...cost })
}

/** Runs `atOnce` at a time, the others in the order in which they came. */
function queue() {
  let running = 0
  const waiting: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < atOnce) running++
    else await new Promise<void>((myTurn) => waiting.push(myTurn))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

/** Not 503: the gateway would think that the service is down, and turn away those who are signed in. */
function gate() {
  let inHand = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (inHand >= mostInHand)
      throw new Refusal('too-many-requests', 429, 'Very many people sign in just now. Try again in a moment.', {
        retryAfterSeconds: 2,
      })
    inHand++
    try {
      return await work()
    } finally {
      inHand--
    }
  }
}

function written(cost: Cost, salt: Buffer, key: Buffer): string {
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${text(salt)}$${text(key)}`
}

function read(stored: string): { cost: Cost; salt: Buffer; key: Buffer } | undefined {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]{43})$/.exec(stored)
  if (!match) return undefined
  const [, memory, passes, parallelism, salt, key] = match as unknown as string[]
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt as string, 'base64'),
    key: Buffer.from(key as string, 'base64'),
  }
}
