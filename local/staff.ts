// `npm run staff -- ann@shop.example` makes somebody staff: who has no account yet gets one with a password. With `--remove` it
// takes the role back, with `--new-password` it replaces a password that nobody knows any more. Works on the shop of this data
// folder, running or not, and on the database of USERS_DATABASE_URL.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openDatabase, sqlState } from '@souk/postgres'
import { logSecurityEvent, makeLog, readSettings, type SecurityEvent, sharedSpec, WrongSettings } from '@souk/service'
import { settings as usersSpec } from '../services/users/context.ts'
import { passwordHasher } from '../services/users/passwords/password-hasher.ts'
import { type AccountContext, changeRole, ensureStaff, replaceStaffPassword } from '../services/users/staff.ts'
import { dataFolderIn, openDatabases } from './machine.ts'

const { env } = process
const wanted = readWords()
if (!wanted) stopWith('Usage: npm run staff -- ann@shop.example [--remove | --new-password]')
const target = await openDatabases(['users'], env).catch((error) => stopWith((error as Error).message))
const database = openDatabase({
  url: target.databases.users as string,
  name: 'users',
  connections: 1,
  sharedConnections: 1,
})
try {
  const act = wanted.remove ? remove : wanted.newPassword ? replacePassword : add
  process.stdout.write(`${wanted.email} ${await act(wanted.email)}\n`)
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`\n  ${explained(error)}\n\n`)
}
await database.close()
await target.close()

async function add(email: string): Promise<string> {
  const outcome = await changeRole(database, email, 'staff')
  if (outcome === 'changed') {
    await recordRole(email, 'staff')
    return 'is staff now. The password of the account works no more: a sign-in with it sends a link to choose a new one.'
  }
  if (outcome === 'unchanged') return 'is staff already.'
  if (outcome === 'unverified')
    throw new WrongSettings(`${email} has not verified the e-mail address yet, so it may be somebody else’s.`)
  const given = env.SOUK_STAFF_PASSWORD
  const password = given || generatedPassword()
  await ensureStaff(accountContext(), { email, password, name: 'Staff', isGenerated: !given })
  await recordRole(email, 'staff')
  return given ? 'is staff now, with the password of SOUK_STAFF_PASSWORD.' : `is staff now. ${shown(password)}`
}

async function remove(email: string): Promise<string> {
  if ((await changeRole(database, email, 'customer')) !== 'changed') return 'is not staff.'
  await recordRole(email, 'customer')
  return 'is no longer staff.'
}

async function replacePassword(email: string): Promise<string> {
  const password = generatedPassword()
  if (!(await replaceStaffPassword(accountContext(), email, password))) return 'is not staff.'
  await record('password-changed', email, 'by an operator')
  return `has a new password. ${shown(password)}`
}

function generatedPassword(): string {
  return randomBytes(12).toString('base64url')
}
function shown(password: string): string {
  return `Password: ${password}  (shown once; replace it at the first sign-in)`
}

function recordRole(email: string, role: 'customer' | 'staff'): Promise<void> {
  return record('role-changed', email, role)
}
/** Writes the event into the log of the shop on this data folder, or of SOUK_LOG_FILE. */
async function record(event: SecurityEvent, email: string, reason: string): Promise<void> {
  const file = env.SOUK_LOG_FILE || (env.USERS_DATABASE_URL ? undefined : join(dataFolderIn(env), 'souk.log'))
  if (!file) return
  const [user] = await database.sql<{ id: string }>`select id from shop_user where email = ${email}`
  logSecurityEvent({ log: makeLog({ file }) }, event, { outcome: 'allowed', userId: user?.id, reason })
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

function readWords(): { email: string; remove: boolean; newPassword: boolean } | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: {
        remove: { type: 'boolean', default: false },
        'new-password': { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
    const email = positionals[0]?.toLowerCase() ?? ''
    const isAddress = positionals.length === 1 && email.length <= 254 && /^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(email)
    const { remove, 'new-password': newPassword } = values
    return isAddress && !(remove && newPassword) ? { email, remove, newPassword } : undefined
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
