// The beginning of the API reference: what one should know before the first call.
import { ordersApi } from '@souk/contracts/orders'
import { productsApi } from '@souk/contracts/products'
import { authBasePath, usersApi } from '@souk/contracts/users'
import { type Html, html } from '@souk/html'

export function introduction(publicUrl: string): Html {
  const products = publicUrl + productsApi.routes.list.path
  const me = publicUrl + usersApi.routes.readMe.path
  const signIn = `${publicUrl}${authBasePath}/sign-in/email`
  // The shell's variable for the id stands in the path as it is.
  const events = publicUrl + ordersApi.routes.timeline.path.replace(':id', '$ORDER')
  return html`<div class="intro" id="start">
<section><h3>First call</h3><p>Browsing and buying need no account. All bodies are JSON.</p>
<pre>curl '${products}?limit=3'</pre></section>
<section><h3>Signing in</h3><p>Browsers get a session cookie. Programs take the token from the <code>set-auth-token</code> header and send it with every call. Changes made with the cookie must come from the shop’s own pages.</p>
<pre>TOKEN=$(curl -si ${signIn} \\
  -H 'content-type: application/json' \\
  -d '{"email":"ada@example.com","password":"a long and good one"}' \\
  | tr -d '\\r' | sed -n 's/^set-auth-token: //pi')
curl ${me} -H "authorization: Bearer $TOKEN"</pre></section>
<section><h3>Errors</h3><p>Every error is a problem (RFC 9457, <code>application/problem+json</code>). Decide by <code>code</code>, which is stable; show <code>detail</code> to people; quote <code>requestId</code> when you ask us.</p>
<pre>{ "code": "out-of-stock", "status": 409, "title": "Out of stock",
  "detail": "Only 3 of TEAPOT-BLUE are left.", "requestId": "4bf92f35…" }</pre></section>
<section><h3>Money</h3><p>Whole minor units with a currency: cents, never fractions. Prices, tax and shipping are decided by the server; you say what total you expect and are told when it is another.</p>
<pre>{ "amount": 1999, "currency": "EUR" }</pre></section>
<section><h3>Asking again</h3><p>Carts and orders have ids of your choosing (UUID version 7), so a repeated <code>PUT</code> finds the first. Other changes that move money or stock need an <code>Idempotency-Key</code>: the same key again gets the first reply again, marked <code>Idempotent-Replayed: true</code>. After a timeout, ask again; never assume.</p></section>
<section><h3>Lists</h3><p>At most 100 a page. Ask for the next with the <code>nextCursor</code> of this one; without it you have reached the end. Cursors stay valid while things change.</p>
<pre>curl '${products}?limit=50&cursor=…'</pre></section>
<section><h3>Limits</h3><p>Too many requests get 429, a busy shop says 503; both say in <code>Retry-After</code> when to come back. Bodies may have 64 KB where nothing else is said.</p></section>
<section><h3>Caching</h3><p>Public reads carry an <code>ETag</code>: send it back in <code>If-None-Match</code> and get 304 while nothing has changed. Everything else is <code>no-store</code>.</p></section>
<section><h3>Live updates</h3><p>An order’s events with <code>Accept: text/event-stream</code> stay open: first what has happened, then what happens next, in the same words.</p>
<pre>curl -N ${events} \\
  -H 'accept: text/event-stream' -H "order-key: $ORDER_KEY"</pre></section></div>`
}
