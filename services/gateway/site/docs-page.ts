// The API reference, written from the contracts. It works without JavaScript, prints, and can be searched by the browser.
import type { Route } from '@souk/contracts'
import { gatewayApi } from '@souk/contracts/gateway'
import { type Html, html } from '@souk/html'
import { meanings, refusalsOf } from './documented-refusals.ts'
import { type Chapter, chapters, fieldsOf, headersOf, mediaOf, type Schema, statusesOf } from './documented-routes.ts'
import { curlOf, exampleOf } from './examples.ts'
import { fieldList, typeInWords } from './fields.ts'
import { introduction } from './introduction.ts'
import { mark, sitePage } from './page-frame.ts'
import { shapeName, shapes, usedShapes, withReferences } from './shapes.ts'

const { front, openapi, asyncapi } = gatewayApi.routes
const callers = { anyone: 'anyone', customer: 'signed in', staff: 'staff' }

export function docsPage(shop: { shopName: string; publicUrl: string }): string {
  const body = html`<nav aria-label="Contents"><a class="name" href="${front.path}">${mark}${shop.shopName}</a>
<a href="#start">Getting started</a>${chapters.map(contents)}<b>Shapes</b>${shapesInUse().map((name) => html`<a href="#shape-${name}">${name}</a>`)}</nav>
<main><h1>${shop.shopName} API</h1>
<p>For storefronts, back offices and integrations. As data: <a href="${openapi.path}">openapi.json</a>; the messages between services: <a href="${asyncapi.path}">asyncapi.json</a>.</p>
${introduction(shop.publicUrl)}
${chapters.map((one) => chapter(one, shop.publicUrl))}
<h2 class="chapter" id="shapes">Shapes</h2><p>Objects that several routes use.</p>${shapesInUse().map(shape)}</main>`
  return sitePage(`${shop.shopName} API`, 'docs', body)
}

function contents({ name, routes }: Chapter): Html {
  return html`<b>${name}</b>${routes.map((route) => html`<a href="#${anchor(route)}">${route.summary}</a>`)}`
}
function chapter({ name, about, routes }: Chapter, publicUrl: string): Html {
  return html`<h2 class="chapter" id="${name}">${name}</h2><p>${about}</p>${routes.map((route) => section(route, publicUrl))}`
}
function anchor(route: Route): string {
  return `${route.service}-${route.name}`
}

function section(route: Route, publicUrl: string): Html {
  const caller = callers[route.access as keyof typeof callers]
  return html`<article class="route" id="${anchor(route)}"><header>
<h3><a href="#${anchor(route)}">${route.summary}</a></h3>
<div class="line"><span class="method ${route.method}">${route.method}</span><span class="path">${pathWithNames(route.path)}</span><span class="who">${caller}</span></div>
${route.about && html`<p>${route.about}</p>`}</header>
<div>${parameters(route)}${bodyOf(route)}${replyOf(route)}${refusals(route)}</div>
<div class="sample"><h4>Try it</h4><pre>${curlOf(route, publicUrl)}</pre>${sampleReply(route)}</div></article>`
}

function pathWithNames(path: string): Html[] {
  return path.split(/(:\w+)/).map((part) => (part.startsWith(':') ? html`<i>{${part.slice(1)}}</i>` : html`${part}`))
}

function parameters(route: Route): Html | undefined {
  const headers = headersOf(route).map(({ name, isNeeded, note }) => header(titled(name), isNeeded, note))
  return html`${fieldsOf(route.params).length > 0 && html`<h4>In the path</h4>${fieldList(route.params, 'in')}`}
${fieldsOf(route.query).length > 0 && html`<h4>In the query</h4>${fieldList(route.query, 'in')}`}
${headers.length > 0 && html`<h4>Headers</h4><ul class="fields">${headers}</ul>`}`
}
function header(name: string, isNeeded: boolean, note: string): Html {
  return html`<li><code>${name}</code> ${isNeeded && html`<span class="must">required</span>`}<span class="note">${note}</span></li>`
}
function titled(name: string): string {
  return name.replace(/(^|-)\w/g, (start) => start.toUpperCase())
}

function bodyOf(route: Route): Html | undefined {
  const media = mediaOf(route.body)
  if (media === 'nothing') return undefined
  const limit = route.bodyLimit ? ` At most ${inWords(route.bodyLimit)}.` : ''
  if (media === 'bytes') return html`<h4>Body</h4><p>Raw bytes.${limit}</p>`
  const isEmpty = fieldsOf(route.body).length === 0 && (route.body as { type?: string }).type === 'object'
  return html`<h4>Body <span class="type">${nameIfAny(route.body)}</span></h4>${isEmpty ? html`<p>An empty object.</p>` : fieldList(route.body, 'in')}${limit && html`<p class="note">${limit}</p>`}`
}
function replyOf(route: Route): Html {
  const statuses = statusesOf(route).join(', ')
  const media = mediaOf(route.reply)
  if (media === 'nothing') return html`<h4>Reply ${statuses}</h4><p>No body.</p>`
  if (media === 'bytes') return html`<h4>Reply ${statuses}</h4><p>As its content type says.</p>`
  return html`<h4>Reply ${statuses} <span class="type">${nameIfAny(route.reply)}</span></h4>${fieldList(route.reply, 'out')}`
}

function refusals(route: Route): Html {
  const own = new Set(Object.keys(route.refusals ?? {}))
  const all = refusalsOf(route)
  const row = ([code, status]: [string, number]) =>
    html`<dt>${status}</dt><dd><code>${code}</code><span class="note">${meanings[code]}</span></dd>`
  const special = all.filter(([code]) => own.has(code))
  const common = all.filter(([code]) => !own.has(code))
  return html`${special.length > 0 && html`<h4>Refusals</h4><dl class="refusals">${special.map(row)}</dl>`}
<details><summary>${special.length > 0 ? 'and the common ones' : 'Common refusals'}</summary><dl class="refusals">${common.map(row)}</dl></details>`
}

function sampleReply(route: Route): Html | undefined {
  if (mediaOf(route.reply) !== 'json') return undefined
  const sample = JSON.stringify(exampleOf(route.reply as never), null, 2)
  return html`<h4>Reply</h4><pre class="json">${sample}</pre>`
}

function shapesInUse(): string[] {
  return Object.keys(
    usedShapes(chapters.flatMap(({ routes }) => routes.map(({ body, reply }) => withReferences([body, reply])))),
  )
}
function shape(name: string): Html {
  const schema = shapes.get(name)
  const note = schema?.description as string | undefined
  const list = fieldList(schema, /Input|Choice|Address/.test(name) ? 'in' : 'out')
  return html`<section class="shape" id="shape-${name}"><h3>${name}</h3>${note && html`<p class="note">${note}</p>`}${list}</section>`
}
function nameIfAny(schema: object | undefined): Html | undefined {
  return schema && shapeName(schema as Schema) ? typeInWords(schema) : undefined
}
function inWords(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${bytes / 1024 / 1024} MB` : `${bytes / 1024} KB`
}
