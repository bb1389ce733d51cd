// Accounts by the routes of the users service that take JSON as bytes: sign-up, sign-in, passwords.
import type { AuthBodies } from '@souk/contracts/users'
import type { Words } from './forms.ts'
import type { Shop } from './shop.ts'

/** Posts to one of these routes. Cookies that it sets go on to the browser. Throws the API's problems. */
export async function postAuth<P extends keyof AuthBodies>(shop: Shop, path: P, body: AuthBodies[P]): Promise<void> {
  const input = { params: { '*': path }, body: new TextEncoder().encode(JSON.stringify(body)) }
  await shop.users.authWrite(input) // The contract has no shape for what stands for the wildcard.
}

/** What to say of a password that is not good enough, at its field. */
export function passwordWords(field: string): Words {
  return {
    'password-too-short': [field, 'account.passwordShort'],
    'password-too-long': [field, 'account.passwordLong'],
    'password-too-personal': [field, 'account.passwordPersonal'],
    'password-too-common': [field, 'account.passwordCommon'],
  }
}
/** Of sign-up, sign-in and the like; the fields have the names that they have in the API. */
export const emailWords: Words = { '/email': 'account.emailWrong' }
