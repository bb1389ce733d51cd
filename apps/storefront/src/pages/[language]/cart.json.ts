// The cart as data for its island: read it, or change it by the same fields as the form of the page.
import type { APIRoute } from 'astro'
import { readCart } from '../../shop/cart.ts'
import { submitCart } from '../../shop/cart-form.ts'
import { cartView } from '../../shop/cart-view.ts'
import { isAway } from '../../shop/failures.ts'
import { fieldsOf } from '../../shop/posted.ts'
import type { Tell } from '../../shop/told.ts'

const headers = { 'cache-control': 'no-store' }

export const GET: APIRoute = async ({ locals, cookies, url }) => {
  try {
    const cart = await readCart({ shop: locals.shop, cookies, url })
    return Response.json({ view: cart && (await cartView(cart, locals.shop, locals.texts)) }, { headers })
  } catch (error) {
    if (!isAway(error)) throw error
    return Response.json({}, { status: 502, headers }) // The island says that nothing was saved.
  }
}

export const POST: APIRoute = async ({ locals, cookies, url, request }) => {
  const { shop, texts: t } = locals
  const visitor = { shop, cookies, url }
  const outcome = await submitCart(await fieldsOf(request), visitor, t)
  const view = async (tells: readonly Tell[]) => {
    const cart = outcome.cart ?? (await readCart(visitor))
    return cart && cartView(cart, shop, t, tells)
  }
  // What the person sees already is not said besides: the quantity has changed before their eyes.
  const tells = outcome.tells.filter(({ text }) => text !== 'buy.updated')
  try {
    const body = { view: await view(tells), errors: outcome.errors }
    return Response.json(body, { status: outcome.status ?? 200, headers })
  } catch (error) {
    if (!isAway(error)) throw error
    return Response.json({}, { status: 502, headers }) // The island says that nothing was saved.
  }
}
