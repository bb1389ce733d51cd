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
<section><h3>Errors</h3><p>Every error is a problem (RFC 9457, <code>application/problem+json</code>). Decide by <code>code</code>, which is stable; show <code>detail</code> to people; quote <code>requestId</code> when you ask for help.</p>
<pre>{ "code": "out-of-stock", "status": 409, "title": "Out of stock",
  "detail": "Only 3 of TEAPOT-BLUE are left.", "requestId": "4bf92f35…" }</pre></section>
<section><h3>Money</h3><p>Amounts are whole minor units (cents) with a currency. The server decides prices, tax and shipping; you send the total that you expect, and the request is refused when it differs.</p>
<pre>{ "amount": 1999, "currency": "EUR" }</pre></section>
<section><h3>Retries</h3><p>You choose the ids of carts and orders (UUID version 7), so a repeated <code>PUT</code> finds the first one. Other changes that move money or stock need an <code>Idempotency-Key</code>: the same key gets the first reply again, marked <code>Idempotent-Replayed: true</code>. After a timeout, send the request again; do not assume that it failed.</p></section>
<section><h3>Lists</h3><p>A page has at most 100 items. Its <code>nextCursor</code> is the <code>cursor</code> of the next page; the last page has none. Cursors stay valid while the list changes.</p>
<pre>curl '${products}?limit=50&cursor=…'</pre></section>
<section><h3>Limits</h3><p>Too many requests are answered with 429, overload with 503; <code>Retry-After</code> says when to try again. A body may have 64 KB, unless the route says otherwise; it is sent uncompressed. An address may have 8,192 characters, the headers 16 KB.</p></section>
<section><h3>Caching</h3><p>Public reads carry an <code>ETag</code>: send it back in <code>If-None-Match</code> and get 304 while nothing has changed. Everything else is <code>no-store</code>. Public reads are compressed for those who send <code>Accept-Encoding: br</code> or <code>gzip</code>; each coding has its own tag.</p></section>
<section><h3>Live updates</h3><p>With <code>Accept: text/event-stream</code> the answer with an order’s events stays open: it sends the events so far, then each new one, in the same format.</p>
<pre>curl -N ${events} \\
  -H 'accept: text/event-stream' -H "order-key: $ORDER_KEY"</pre></section></div>`
}
