// The gateway's home page: what is running, and where to go from here.
import { apis, type ServiceName } from '@souk/contracts'
import { gatewayApi } from '@souk/contracts/gateway'
import { notificationsApi } from '@souk/contracts/notifications'
import { ordersApi } from '@souk/contracts/orders'
import { productsApi } from '@souk/contracts/products'
import { html } from '@souk/html'
import { mark, sitePage } from './page-frame.ts'

const { docs, openapi, asyncapi } = gatewayApi.routes
const { mailbox } = notificationsApi.routes
const tries: [path: string, what: string][] = [
  [`${productsApi.routes.list.path}?limit=5`, 'Products, newest first'],
  [`${productsApi.routes.list.path}?q=tea&facets=true`, 'Search, with what each further filter would leave'],
  [productsApi.routes.listCategories.path, 'The category tree'],
  [gatewayApi.routes.homePage.path, 'A whole screen in one call'],
  [`${ordersApi.routes.shippingMethods.path}?country=DE`, 'How we ship to Germany'],
]

export function homePage(shopName: string, isUp: ReadonlyMap<ServiceName, boolean>): string {
  const down = [...isUp.values()].filter((up) => !up).length
  const state =
    down === 0
      ? 'Everything is running.'
      : down === 1
        ? 'One service is not answering.'
        : `${down} services are not answering.`
  const body = html`<main><h1>${mark}${shopName}</h1>
<p class="lead">The back end of a shop: catalog, stock, checkout, payments and mail, each a service of its own behind this gateway. ${state}</p>
<div class="doors"><a href="${docs.path}">API reference</a><a href="${mailbox.path}">Mailbox</a><a href="${openapi.path}">OpenAPI</a><a href="${asyncapi.path}">AsyncAPI</a></div>
<h2>Services</h2><ul class="cards">${apis.map(({ name, about }) => {
    const up = isUp.get(name) ?? true
    return html`<li><b><span class="dot ${!up && 'down'}"></span>${name}<span class="state">${up ? 'running' : 'not answering'}</span></b><p>${about}</p></li>`
  })}</ul>
<h2>Try</h2><ul class="tries">${tries.map(([path, what]) => html`<li><a href="${path}">${path}</a><span>${what}</span></li>`)}</ul>
<footer>While no mail server is set, mails are kept in the <a href="${mailbox.path}">mailbox</a>. It is open by default only where no other machine can reach the shop.</footer></main>`
  return sitePage(shopName, 'home', body)
}
