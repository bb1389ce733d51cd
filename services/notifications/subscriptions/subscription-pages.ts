// GET and POST /subscriptions/:action: the pages behind the links in letters. Opening one changes nothing, because mail scanners open every
// link; the button posts the form, and that confirms or unsubscribes. Mail programs unsubscribe with the same POST (RFC 8058): it
// needs no cookie, answers 200 and never redirects.
import { type Language, languages, notificationsApi } from '@souk/contracts/notifications'
import { handle, logSecurityEvent, type Request, refuse, reply } from '@souk/service'
import { type NotificationsContext, shopOf } from '../context.ts'
import { confirmSubscription, unsubscribe } from './change-subscription.ts'
import { answerPage, pageHeaders, questionPage } from './subscription-page.ts'

const { subscriptionPage: pageRoute, changeSubscription: changeRoute } = notificationsApi.routes

export const subscriptionPage = handle(pageRoute, async ({ params, url }, context: NotificationsContext) => {
  const { token, language } = linkIn(queryOf(url, context))
  return pageReply(questionPage(params.action, token, language, shopOf(context)))
})

export const changeSubscription = handle(changeRoute, async (request, context: NotificationsContext) => {
  const { action } = request.params
  const { token, language } = linkOf(request, context)
  if (token === '') refuse(changeRoute, 'invalid-request', 'This link is not complete. Open it from the e-mail again.')
  const kind = await (action === 'confirm' ? confirmSubscription : unsubscribe)(token, context)
  if (action === 'confirm' && !kind)
    logSecurityEvent(context, 'link-refused', {
      service: 'notifications',
      outcome: 'refused',
      ip: request.ip,
      traceId: context.trace.traceId,
      reason: 'subscription',
    })
  const page = answerPage(action, kind, language, shopOf(context))
  return action === 'confirm' && !kind ? reply(400, Buffer.from(page), { ...pageHeaders }) : pageReply(page)
})

function queryOf(url: string, { shared }: NotificationsContext): URLSearchParams {
  return new URL(url, shared.publicUrl).searchParams
}
/** Of the form, or of the address: mail programs post `List-Unsubscribe=One-Click` to the address in the header. */
function linkOf({ headers, body, url }: Request<typeof changeRoute>, context: NotificationsContext): Link {
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers['content-type'] ?? '')
  const posted = isForm ? new URLSearchParams(Buffer.from(body).toString()) : undefined
  return linkIn(posted?.get('token') ? posted : queryOf(url, context))
}
interface Link {
  readonly token: string
  /** That of the letter; English for a link that says none. */
  readonly language: Language
}
function linkIn(fields: URLSearchParams): Link {
  const language = languages.find((one) => one === fields.get('language')) ?? languages[0]
  return { token: (fields.get('token') ?? '').slice(0, 100), language }
}
function pageReply(text: string) {
  return reply(200, Buffer.from(text), { ...pageHeaders })
}
