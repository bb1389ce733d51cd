// Lets this browser receive pushes about an order. The script of the page cannot read the key of a guest's order, so the API is asked from
// here.
import type { APIRoute } from 'astro'
import { failureOf, typedIn } from '../../../../shop/forms.ts'
import { orderKeyHeader } from '../../../../shop/order-keys.ts'

export const POST: APIRoute = async ({ request, params, cookies, locals: { shop, language, texts } }) => {
  const orderId = (params.id ?? '').toLowerCase()
  const { endpoint = '', p256dh = '', auth = '' } = (await typedIn(request)) ?? {}
  try {
    await shop.notifications.putPushSubscription({
      headers: orderKeyHeader(cookies, orderId),
      body: { endpoint, keys: { p256dh, auth }, orderId, language },
    })
    return new Response('', { status: 200 })
  } catch (error) {
    const { status } = failureOf(error, texts)
    return new Response('', { status })
  }
}
