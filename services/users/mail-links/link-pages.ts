// GET and POST /account/:action: the pages behind the links in mails. Opening one changes nothing, because mail scanners open every
// link; the button on it posts the form, and that uses the link.
import { type LinkAction, usersApi } from '@souk/contracts/users'
import { handle, Refusal, type Request, refuse, reply } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { resetPassword } from '../passwords/reset-password.ts'
import { confirmEmailChange } from '../profile/confirm-email-change.ts'
import { deadLinkPage, donePage, type LinkFields, type LinkPageStyle, pageHeaders, questionPage } from './link-page.ts'
import { placeOf } from './link-urls.ts'
import { linkLanguage, linkWords } from './link-words.ts'
import { verifyEmail } from './verify-email.ts'

const { routes } = usersApi
const longestField = 1_000

export const linkPage = handle(routes.linkPage, async ({ params, url, headers }, context: UsersContext) => {
  const query = new URL(url, context.shared.publicUrl).searchParams
  const fields = {
    token: query.get('token') ?? '',
    callbackURL: placeOf(query.get('callbackURL') ?? '', context)?.href ?? '',
  }
  const style = styleOf(fields, headers['accept-language'], context)
  if (!isComplete(fields))
    return pageReply(400, deadLinkPage(params.action, style, linkWords(style.language).incomplete))
  return pageReply(200, questionPage(params.action, fields, style))
})

export const useLink = handle(routes.useLink, async (request, context: UsersContext) => {
  const { action } = request.params
  const form = formIn(request)
  const fields = { token: form.get('token') ?? '', callbackURL: form.get('callbackURL') ?? '' }
  const style = styleOf(fields, request.headers['accept-language'], context)
  const words = linkWords(style.language)
  if (!isComplete(fields)) return pageReply(400, deadLinkPage(action, style, words.incomplete))
  try {
    await uses[action](fields.token, form, request, context)
  } catch (error) {
    if (!(error instanceof Refusal) || error.status === 429) throw error
    const sentence = words.refusals[error.code] ?? error.message
    if (error.status === 422) return pageReply(422, questionPage(action, fields, style, sentence))
    return pageReply(400, deadLinkPage(action, style, sentence))
  }
  const onward = placeOf(fields.callbackURL, context)?.href ?? context.shared.publicUrl
  return pageReply(200, donePage(action, style, onward))
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

function styleOf(
  { callbackURL }: LinkFields,
  acceptLanguage: string | undefined,
  { shared }: UsersContext,
): LinkPageStyle {
  return { language: linkLanguage(callbackURL, acceptLanguage), shopName: shared.shopName }
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
