// Hashes and verifies passwords with argon2id, off the main thread. A stored hash holds its parameters (PHC string format). One
// hash takes 20 MB and 25 ms of a core on purpose, so the number of hashes at once and of requests that wait for one is limited.
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { Refusal } from '@souk/service'

export interface PasswordHasher {
  /**
   * Runs work that will hash a password. Refuses it with 429 while `mostAdmitted` others run or wait: without this limit, five
   * hundred sign-ins would fill the database's connections before they hash anything, and block customers who are signed in.
   */
  admit<T>(work: () => Promise<T>): Promise<T>
  hash(password: string): Promise<string>
  /** `outdated`: the password is right, but its hash costs less than the settings ask for today. */
  verify(stored: string, password: string): Promise<'right' | 'outdated' | 'wrong'>
}
interface Cost {
  memory: number
  passes: number
  parallelism: number
}

const argon2id = promisify(argon2).bind(null, 'argon2id')
const mostHashing = 2
const mostAdmitted = 52
const saltBytes = 16
const keyBytes = 32

export function passwordHasher(settings: { memoryKib: number; passes: number }): PasswordHasher {
  const cost: Cost = { memory: settings.memoryKib, passes: settings.passes, parallelism: 1 }
  const limited = concurrencyLimit()
  return {
    admit: admissionLimit(),
    async hash(password) {
      const salt = randomBytes(saltBytes)
      const key = await limited(() => derive(password, salt, cost))
      return phcString(cost, salt, key)
    },
    async verify(stored, password) {
      const hash = parsePhcString(stored)
      if (!hash) throw new Error('A stored password is not an argon2id hash.')
      const key = await limited(() => derive(password, hash.salt, hash.cost))
      if (!timingSafeEqual(key, hash.key)) return 'wrong'
      return hash.cost.memory < cost.memory || hash.cost.passes < cost.passes ? 'outdated' : 'right'
    },
  }
}

/** NFKC, because keyboards encode one character in different ways (NIST 800-63B). */
function derive(password: string, nonce: Buffer, cost: Cost): Promise<Buffer> {
  return argon2id({ message: password.normalize('NFKC'), nonce, tagLength: keyBytes, ...cost })
}

/** Runs `mostHashing` at a time; the others wait in their order. */
function concurrencyLimit() {
  let running = 0
  const waiting: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < mostHashing) running++
    else await new Promise<void>((start) => waiting.push(start))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

/** The refusal is 429 and not 503: on 503 the gateway's circuit breaker opens, and signed-in customers are refused too. */
function admissionLimit() {
  let admitted = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (admitted >= mostAdmitted)
      throw new Refusal('too-many-requests', 429, 'Too many people are signing in right now. Try again in a moment.', {
        retryAfterSeconds: 2,
      })
    admitted++
    try {
      return await work()
    } finally {
      admitted--
    }
  }
}

function phcString(cost: Cost, salt: Buffer, key: Buffer): string {
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${text(salt)}$${text(key)}`
}

function parsePhcString(stored: string): { cost: Cost; salt: Buffer; key: Buffer } | undefined {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]{43})$/.exec(stored)
  if (!match) return undefined
  const [, memory, passes, parallelism, salt = '', key = ''] = match
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    key: Buffer.from(key, 'base64'),
  }
}
