// The links in mails, and the places of the shop that their pages may lead on to.
import { pathOf } from '@souk/contracts'
import { type LinkAction, usersApi } from '@souk/contracts/users'
import type { BaseContext } from '../context.ts'

type PlaceContext = Pick<BaseContext, 'shared' | 'settings'>

/** The URL of the page of a link, on the shop's own host. `callbackURL`: where the page leads on to. */
export function linkUrl(
  action: LinkAction,
  token: string,
  { shared }: { shared: { publicUrl: string } },
  callbackURL?: string,
): string {
  const query = new URLSearchParams({ token, ...(callbackURL && callbackURL !== '/' ? { callbackURL } : {}) })
  return `${shared.publicUrl}${pathOf(usersApi.routes.linkPage, { action })}?${query}`
}

/**
 * The place that a path of the shop or a URL of a trusted origin names, as an absolute URL. Undefined for everything else: a
 * link of ours must not lead to a stranger's site.
 */
export function placeOf(text: string | undefined, { shared, settings }: PlaceContext): URL | undefined {
  if (!text || text.length > 1_000 || !URL.canParse(text, shared.publicUrl)) return undefined
  const place = new URL(text, shared.publicUrl)
  const isOurs = place.origin === new URL(shared.publicUrl).origin
  return isOurs || settings.trustedOrigins?.includes(place.origin) ? place : undefined
}
