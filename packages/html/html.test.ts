// Values are text, never markup, wherever a template puts them; and a page allows its own style sheet only.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { escapeHtml, Html, html } from './html.ts'
import { page, pagePolicy } from './page.ts'

const evil = `<script>alert('x')</script>" onmouseover="y" &amp;`
const escaped = '&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot; onmouseover=&quot;y&quot; &amp;amp;'

test('a value is escaped in text and in attributes', () => {
  assert.equal(escapeHtml(evil), escaped)
  assert.equal(
    html`<p title="${evil}" lang='${"'"}'>${evil}</p>`.text,
    `<p title="${escaped}" lang='&#39;'>${escaped}</p>`,
  )
})

test('HTML inside HTML is not escaped again', () => {
  assert.equal(html`<p>${html`<b>${'a & b'}</b>`}${new Html('<br>')}</p>`.text, '<p><b>a &amp; b</b><br></p>')
  assert.equal(html`${'<b>'}${'</b>'}`.text, '&lt;b&gt;&lt;/b&gt;')
})

test('lists are joined, and each of their values is escaped', () => {
  const items = ['a', '<b>'].map((text) => html`<li>${text}</li>`)
  assert.equal(html`<ul>${items}</ul>`.text, '<ul><li>a</li><li>&lt;b&gt;</li></ul>')
  assert.equal(html`${['<', 1, [html`<i>`, '"'], false, undefined]}`.text, '&lt;1<i>&quot;')
  assert.equal(html`<ul>${[]}</ul>`.text, '<ul></ul>')
})

test('undefined and false are left out; zero and the empty text are values', () => {
  assert.equal(html`[${undefined}${false}${0}${''}${-1.5}]`.text, '[0-1.5]')
})

test('an object that only looks like HTML is escaped', () => {
  // A JSON body of a stranger may hold { "text": "<script>" }.
  assert.equal(html`${{ text: '<script>' } as never}`.text, '[object Object]')
  const liar = { toString: () => '<script>' }
  assert.equal(html`${liar as never}`.text, '&lt;script&gt;')
})

test('a page escapes its title and its class, and asks search engines to stay away', () => {
  const text = page({ title: evil, style: 'p { margin: 0 }', body: html`<p>${evil}</p>`, bodyClass: '"x' })
  assert.match(text, /^<!doctype html>\n<html lang="en">/)
  assert.ok(text.includes(`<title>${escaped}</title>`))
  assert.ok(text.includes('<body class="&quot;x">'))
  assert.ok(text.includes(`<p>${escaped}</p>`))
  assert.match(text, /<meta name="robots" content="noindex">/)
  assert.doesNotMatch(page({ title: '', style: '', body: html``, isIndexed: true }), /noindex|class=|rel="icon"/)
})

test('the icon of a page is a URL with nothing in it that ends the attribute', () => {
  const icon = `<svg xmlns="http://www.w3.org/2000/svg"><path d='M0 0"'/></svg>`
  const href = /<link rel="icon" href="([^"]+)">/.exec(page({ title: '', style: '', body: html``, icon }))?.[1] ?? ''
  assert.equal(decodeURIComponent(href.replaceAll('&#39;', "'")), `data:image/svg+xml,${icon}`)
})

test('the policy of a page names the hash of the style sheet that is in it', () => {
  const style = '\n:root { --ink: #17212b }\na > b::before { content: "&" }\n'
  const sent = /<style>([\s\S]*)<\/style>/.exec(page({ title: 'x', style, body: html`` }))?.[1] as string
  const hash = createHash('sha256').update(sent).digest('base64')
  assert.equal(
    pagePolicy(style),
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  )
})

test('a page may allow more than that', () => {
  const policy = pagePolicy('', { 'img-src': 'data:', 'form-action': "'self'" })
  assert.match(
    policy,
    /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; img-src data:$/,
  )
})
