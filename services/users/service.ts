// Everything the users service does, on one page: who somebody is, how they prove it, and where they live.
import { join } from 'node:path'
import { usersApi } from '@souk/contracts/users'
import { defineService } from '@souk/service'
import { addAddress, changeAddress, deleteAddress, listAddresses } from './addresses.ts'
import type { Auth } from './auth.ts'
import { authRead, authWrite } from './auth-routes.ts'
import { clearAway } from './clear-away.ts'
import { type BaseContext, calls, type Resources, settings } from './context.ts'
import { listCustomers } from './customers.ts'
import { changeMe, deleteMe, readMe } from './me.ts'
import { passwordHasher } from './password.ts'
import { tokenSecret } from './session-token.ts'
import { endAllSessions, endSession, exchangeSession, listSessions } from './sessions.ts'

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
    exchangeSession,
  },
  schedules: [clearAway],
})

async function open(base: BaseContext): Promise<{ resources: Resources }> {
  const { passwordMemoryKib, passwordPasses } = base.settings
  const passwords = passwordHasher({ memoryKib: passwordMemoryKib, passes: passwordPasses })
  const tokenSecrets = base.shared.sharedSecret.split(',').map(tokenSecret)
  let loading: Promise<Auth> | undefined
  const auth = () => {
    loading ??= import('./auth.ts').then(({ makeAuth }) => makeAuth(base, passwords, tokenSecrets[0] as string))
    return loading
  }
  return { resources: { auth, passwords, tokenSecrets } }
}
