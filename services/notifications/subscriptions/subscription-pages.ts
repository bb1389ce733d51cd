// GET and POST /subscriptions/:action: the pages behind the links in letters. Opening one changes nothing, because mail scanners open every
// link; the button posts the form, and that confirms or unsubscribes. Mail programs unsubscribe with the same POST (RFC 8058): it
// needs no cookie, answers 200 and never redirects.
import { notificationsApi } from '@souk/contracts/notifications'
import { handle, logSecurityEvent, type Request, refuse, reply } from '@souk/service'
import { type NotificationsContext, shopOf } from '../context.ts'
import { confirmSubscription, unsubscribe } from './change-subscription.ts'
import { answerPage, pageHeaders, questionPage } from './subscription-page.ts'
import { languageOfToken } from './token-language.ts'

const { subscriptionPage: pageRoute, changeSubscription: changeRoute } = notificationsApi.routes

export const subscriptionPage = handle(pageRoute, async ({ params, url }, context: NotificationsContext) => {
  const token = tokenIn(url, context)
  const language = await languageOfToken(token, context.sql)
  return pageReply(questionPage(params.action, token, language, shopOf(context)))
})

export const changeSubscription = handle(changeRoute, async (request, context: NotificationsContext) => {
  const { action } = request.params
  const token = tokenOf(request, context)
  if (token === '') refuse(changeRoute, 'invalid-request', 'This link is not complete. Open it from the e-mail again.')
  const language = await languageOfToken(token, context.sql)
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

function tokenIn(url: string, { shared }: NotificationsContext): string {
  return (new URL(url, shared.publicUrl).searchParams.get('token') ?? '').slice(0, 100)
}
/** Of the form, or of the address: mail programs post `List-Unsubscribe=One-Click` to the address in the header. */
function tokenOf({ headers, body, url }: Request<typeof changeRoute>, context: NotificationsContext): string {
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers['content-type'] ?? '')
  const posted = isForm ? new URLSearchParams(Buffer.from(body).toString()).get('token') : null
  return posted?.slice(0, 100) || tokenIn(url, context)
}
function pageReply(text: string) {
  return reply(200, Buffer.from(text), { ...pageHeaders })
}
