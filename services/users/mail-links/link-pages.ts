// GET and POST /account/:action: the pages behind the links in mails. Opening one changes nothing, because mail scanners open every
// link; the button on it posts the form, and that uses the link.
import { type LinkAction, usersApi } from '@souk/contracts/users'
import { handle, Refusal, type Request, refuse, reply } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { resetPassword } from '../passwords/reset-password.ts'
import { confirmEmailChange } from '../profile/confirm-email-change.ts'
import { deadLinkPage, donePage, type LinkFields, pageHeaders, questionPage } from './link-page.ts'
import { placeOf } from './link-urls.ts'
import { verifyEmail } from './verify-email.ts'

const { routes } = usersApi
const longestField = 1_000
const incomplete = 'This link is not complete. Open it from the e-mail again.'

export const linkPage = handle(routes.linkPage, async ({ params, url }, context: UsersContext) => {
  const { shopName } = context.shared
  const query = new URL(url, context.shared.publicUrl).searchParams
  const fields = {
    token: query.get('token') ?? '',
    callbackURL: placeOf(query.get('callbackURL') ?? '', context)?.href ?? '',
  }
  if (!isComplete(fields)) return pageReply(400, deadLinkPage(params.action, shopName, incomplete))
  return pageReply(200, questionPage(params.action, fields, shopName))
})

export const useLink = handle(routes.useLink, async (request, context: UsersContext) => {
  const { shopName } = context.shared
  const { action } = request.params
  const form = formIn(request)
  const fields = { token: form.get('token') ?? '', callbackURL: form.get('callbackURL') ?? '' }
  if (!isComplete(fields)) return pageReply(400, deadLinkPage(action, shopName, incomplete))
  try {
    await uses[action](fields.token, form, request, context)
  } catch (error) {
    if (!(error instanceof Refusal) || error.status === 429) throw error
    if (error.status === 422) return pageReply(422, questionPage(action, fields, shopName, error.message))
    return pageReply(400, deadLinkPage(action, shopName, error.message))
  }
  return pageReply(
    200,
    donePage(action, shopName, placeOf(fields.callbackURL, context)?.href ?? context.shared.publicUrl),
  )
})

const uses: Record<
  LinkAction,
  (token: string, form: URLSearchParams, request: Pick<Request, 'ip'>, context: UsersContext) => Promise<void>
> = {
  'verify-email': (token, _form, request, context) => verifyEmail(token, request, context),
  'reset-password': (token, form, request, context) =>
    context.resources.passwords.admit(() =>
      resetPassword({ token, newPassword: form.get('newPassword') ?? '' }, request, context),
    ),
  'change-email': (token, _form, request, context) => confirmEmailChange(token, request, context),
}

/** The fields of a form that a browser posts. */
function formIn({ headers, body }: Request<typeof routes.useLink>): URLSearchParams {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers['content-type'] ?? ''))
    refuse(routes.useLink, 'unsupported-media-type', 'Send the form as application/x-www-form-urlencoded.')
  return new URLSearchParams(Buffer.from(body).toString())
}
function isComplete({ token, callbackURL }: LinkFields): boolean {
  return /^[\w.-]+$/.test(token) && token.length <= longestField && callbackURL.length <= longestField
}
function pageReply(status: number, text: string) {
  return reply(status, Buffer.from(text), { ...pageHeaders })
}
