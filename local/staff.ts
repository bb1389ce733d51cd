// `npm run staff -- ann@shop.example` makes somebody staff: who has no account yet gets one with a password. With `--remove` it
// takes the role back. Works on the shop of this data folder, running or not, and on the database of USERS_DATABASE_URL.
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { openDatabase, sqlState } from '@souk/postgres'
import { readSettings, sharedSpec, WrongSettings } from '@souk/service'
import { settings as usersSpec } from '../services/users/context.ts'
import { passwordHasher } from '../services/users/passwords/password-hasher.ts'
import { type AccountContext, changeRole, ensureStaff } from '../services/users/staff.ts'
import { openDatabases } from './machine.ts'

const { env } = process
const wanted = readWords()
if (!wanted) stopWith('Usage: npm run staff -- ann@shop.example [--remove]')
const target = await openDatabases(['users'], env).catch((error) => stopWith((error as Error).message))
const database = openDatabase({
  url: target.databases.users as string,
  name: 'users',
  connections: 1,
  sharedConnections: 1,
})
try {
  process.stdout.write(`${wanted.email} ${await (wanted.remove ? remove(wanted.email) : add(wanted.email))}\n`)
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`\n  ${explained(error)}\n\n`)
}
await database.close()
await target.close()

async function add(email: string): Promise<string> {
  const outcome = await changeRole(database, email, 'staff')
  if (outcome === 'changed') return 'is staff now, with the password of the account.'
  if (outcome === 'unchanged') return 'is staff already.'
  if (outcome === 'unverified')
    throw new WrongSettings(`${email} has not verified the e-mail address yet, so it may be somebody else’s.`)
  const given = env.SOUK_STAFF_PASSWORD
  const password = given || randomBytes(12).toString('base64url')
  await ensureStaff(accountContext(), { email, password, name: 'Staff' })
  return given ? 'is staff now, with the password of SOUK_STAFF_PASSWORD.' : `is staff now. Password: ${password}`
}

async function remove(email: string): Promise<string> {
  return (await changeRole(database, email, 'customer')) === 'changed' ? 'is no longer staff.' : 'is not staff.'
}

function accountContext(): AccountContext {
  const { sessionSecret: _, ...spec } = usersSpec // A secret of the running service.
  const { souk, users } = readSettings({ souk: { shopName: sharedSpec.shopName }, users: spec }, env)
  const passwords = passwordHasher({ memoryKib: users.passwordMemoryKib, passes: users.passwordPasses })
  return {
    ...database,
    now: () => new Date(),
    settings: { ...users, sessionSecret: '' },
    shared: souk,
    resources: { passwords },
  }
}

function readWords(): { email: string; remove: boolean } | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: { remove: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    const email = positionals[0]?.toLowerCase() ?? ''
    const isAddress = positionals.length === 1 && email.length <= 254 && /^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(email)
    return isAddress ? { email, remove: values.remove } : undefined
  } catch {
    return undefined
  }
}

function explained(error: unknown): string {
  if (sqlState(error) === '42P01') return 'This database holds no accounts yet. Start the users service on it once.'
  return error instanceof WrongSettings ? error.message : String(error)
}

function stopWith(sentence: string): never {
  process.stderr.write(`\n  ${sentence}\n\n`)
  process.exit(1)
}
