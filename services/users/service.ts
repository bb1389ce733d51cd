// Everything the users service does, on one page: accounts, sign-in, sessions, profiles and address books.
import { join } from 'node:path'
import { usersApi } from '@souk/contracts/users'
import { defineService, every, loadPart, securityEventsTotal } from '@souk/service'
import { type BaseContext, calls, type Resources, settings } from './context.ts'
import { deleteExpired } from './delete-expired.ts'
import { listCustomers } from './list-customers.ts'
import { linkPage, useLink } from './mail-links/link-pages.ts'
import { passwordHasher } from './passwords/password-hasher.ts'
import { addAddress, changeAddress, deleteAddress, listAddresses } from './profile/addresses.ts'
import { changeEmail } from './profile/change-email.ts'
import { changeMe, deleteMe, readMe } from './profile/profile.ts'
import { endAllSessions, endSession, exchangeSession, listSessions } from './sessions/sessions.ts'
import { authRead, authWrite } from './sign-in/auth-routes.ts'

export const users = defineService({
  name: 'users',
  api: usersApi,
  settings,
  calls,
  migrations: join(import.meta.dirname, 'migrations'),
  open,
  routes: {
    authRead,
    authWrite,
    readMe,
    changeMe,
    deleteMe,
    listAddresses,
    addAddress,
    changeAddress,
    deleteAddress,
    listSessions,
    endSession,
    endAllSessions,
    listCustomers,
    changeEmail,
    linkPage,
    useLink,
    exchangeSession,
  },
  metrics: [securityEventsTotal],
  schedules: [every(3_600, 'delete-expired', deleteExpired)],
})

async function open(base: BaseContext): Promise<{ resources: Resources }> {
  const { passwordMemoryKib, passwordPasses } = base.settings
  const passwords = passwordHasher({ memoryKib: passwordMemoryKib, passes: passwordPasses })
  const tokenSecrets = base.settings.sessionSecret.split(',')
  const { createAuth } = await loadPart('users', 'better-auth', () => import('./sign-in/better-auth.ts'))
  const auth = createAuth(base, passwords, tokenSecrets[0] as string)
  return { resources: { auth, passwords, tokenSecrets } }
}
