// What all pages have: the shop's API for this visitor, and the language of the address. In a language that we do not have, there is no page.

import { defineMiddleware } from 'astro:middleware'
import { type Language, languages } from '@souk/contracts/storefront'
import { shopFor } from './shop/shop.ts'
import { developmentVisit } from './shop/visit.ts'
import { textsIn } from './texts/texts.ts'

export const onRequest = defineMiddleware(async (context, next) => {
  const { locals, request, url } = context
  locals.visit ??= developmentVisit
  const cookies: string[] = []
  locals.shop = shopFor(request, locals.visit, (cookie) => cookies.push(cookie))
  const named = url.pathname.split('/')[1] as Language
  locals.language = languages.includes(named) ? named : languages[0]
  locals.texts = textsIn(locals.language)
  const isOurs = context.params.language === undefined || context.params.language === locals.language
  const response = await (isOurs ? next() : next('/404'))
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
})
