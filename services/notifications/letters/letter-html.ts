// Renders a letter as HTML for mail programs: tables for the layout, styles on each element, and a style sheet only for dark
// mode and narrow screens. No pictures, because most mail programs block them at first.

import { Html, html } from '@souk/html'
import { breakAddresses, breakLinks } from './break-links.ts'
import { oneLine } from './formatting.ts'
import type { Block, Fact, Item, Letter, Shop, Sum, TermsLink } from './letter.ts'
import { textsOf } from './texts/texts.ts'

const sans = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
const ink = '#24211d'
const soft = '#716a60'
const mark = '#9a4a25'
const hairline = '#e8e3da'
const text = `font-family:${sans};font-size:16px;line-height:25px;color:${ink};`
const small = `font-family:${sans};font-size:14px;line-height:21px;color:${soft};`

const sheet = new Html(`<style>
  :root { color-scheme: light dark; supported-color-schemes: light dark; }
  @media (prefers-color-scheme: dark) {
    .page { background: #171614 !important; }
    .card { background: #22201d !important; }
    .ink { color: #f1ede6 !important; }
    .soft { color: #aaa297 !important; }
    .mark { color: #e2a27f !important; }
    .rule { border-color: #3a3732 !important; }
    .button { background: #f1ede6 !important; }
    .button a { color: #24211d !important; }
  }
  @media (max-width: 480px) {
    .outer { padding: 20px 10px !important; }
    .card { padding: 28px 22px !important; }
    .button, .button a { display: block !important; text-align: center !important; }
    .fact { display: block !important; width: auto !important; padding-right: 0 !important; }
  }
</style>`)

export function letterHtml(letter: Letter, shop: Shop): string {
  const { language, subject, summary, heading, blocks, unsubscribeUrl } = letter
  const { whyYouGetThis, unsubscribe } = textsOf(language)
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${subject}</title>
${sheet}
</head>
<body class="page" style="margin:0;padding:0;background:#f5f2ec;">
<div style="display:none;max-height:0;overflow:hidden;">${breakLinks(summary)}</div>
<table class="page" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f5f2ec;">
<tr><td class="outer" align="center" style="padding:36px 16px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:580px;">
<tr><td style="padding:0 4px 18px;"><a class="mark" href="${shop.url}" target="_blank" rel="noopener" style="font-family:Georgia,'Times New Roman',serif;font-size:20px;line-height:26px;letter-spacing:.02em;color:${mark};text-decoration:none;">${oneLine(shop.name)}</a></td></tr>
<tr><td class="card" style="background:#ffffff;border-radius:14px;padding:40px 40px 36px;">
<h1 class="ink" style="margin:0 0 20px;font-family:Georgia,'Times New Roman',serif;font-weight:normal;font-size:28px;line-height:35px;color:${ink};">${breakLinks(heading)}</h1>
${blocks.map(blockHtml)}
</td></tr>
<tr><td class="soft" style="padding:20px 4px 0;${small}font-size:13px;">${whyYouGetThis}<a class="soft" href="${shop.url}" target="_blank" rel="noopener" style="color:${soft};">${oneLine(shop.name)}</a>.${unsubscribeUrl && html` <a class="soft" href="${unsubscribeUrl}" target="_blank" rel="noopener" style="color:${soft};">${unsubscribe}</a>`}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`.text
}

function blockHtml(block: Block): Html {
  switch (block.type) {
    case 'paragraph':
      return html`<p class="ink" style="margin:0 0 16px;${text}">${breakLinks(block.text)}</p>\n`
    case 'note':
      return html`<p class="soft" style="margin:24px 0 0;${small}">${breakLinks(block.text)}</p>\n`
    case 'button':
      return buttonHtml(block.label, block.url)
    case 'items':
      return itemsHtml(block.items, block.sums)
    case 'facts':
      return factsHtml(block.facts)
    case 'terms':
      return termsHtml(block.heading, block.paragraphs, block.links)
  }
}

function buttonHtml(label: string, url: string): Html {
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td style="padding:10px 0 18px;">
<table role="presentation" cellpadding="0" cellspacing="0" border="0" width="auto"><tr><td class="button" style="background:${ink};border-radius:8px;">
<a href="${url}" target="_blank" rel="noopener" style="display:inline-block;padding:13px 26px;font-family:${sans};font-size:16px;line-height:22px;color:#ffffff;text-decoration:none;">${label}</a>
</td></tr></table>
</td></tr></table>
`
}

function itemsHtml(items: readonly Item[], sums: readonly Sum[]): Html {
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 26px;">
${items.map(itemHtml)}${sums.map((sum, index) => sumHtml(sum, index === 0, sums[index + 1]?.isTotal === true))}</table>
`
}

function itemHtml({ title, detail, amount }: Item): Html {
  const cell = `border-top:1px solid ${hairline};padding:13px 0;`
  return html`<tr>
<td class="rule" style="${cell}padding-right:16px;"><span class="ink" style="${text}">${breakLinks(title)}</span><br><span class="soft" style="${small}">${breakLinks(detail)}</span></td>
<td class="rule ink" align="right" valign="top" style="${cell}${text}white-space:nowrap;">${amount}</td>
</tr>
`
}

function sumHtml({ label, amount, isTotal }: Sum, isFirst: boolean, isLast: boolean): Html {
  const edge = isFirst || isTotal ? `border-top:1px solid ${hairline};` : ''
  const cell = `${edge}${isTotal ? `padding:13px 0 9px;${text}font-weight:600;` : `padding:${isFirst ? 14 : 3}px 0 ${isLast ? 14 : 3}px;${small}`}`
  const tone = isTotal ? 'rule ink' : 'rule soft'
  return html`<tr>
<td class="${tone}" style="${cell}padding-right:16px;">${breakLinks(label)}</td>
<td class="${tone}" align="right" style="${cell}white-space:nowrap;">${amount}</td>
</tr>
`
}

function factsHtml(facts: readonly Fact[]): Html {
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 8px;"><tr>
${facts.map(
  ({ label, lines, isCode }) => html`<td class="fact" valign="top" style="padding:0 20px 18px 0;">
<div class="soft" style="${small}">${label}</div>
<div class="ink" style="${text}font-size:15px;line-height:23px;">${lines.map((line, index) => html`${index > 0 ? new Html('<br>') : undefined}${isCode ? breakAddresses(line) : breakLinks(line)}`)}</div>
</td>
`,
)}</tr></table>
`
}

function termsHtml(heading: string, paragraphs: readonly string[], links: readonly TermsLink[]): Html {
  const fine = `font-family:${sans};font-size:13px;line-height:19px;color:${soft};`
  return html`<div class="rule" style="margin:28px 0 0;padding:18px 0 0;border-top:1px solid ${hairline};">
<p class="soft" style="margin:0 0 14px;${fine}">${links.map(
    ({ label, url }, index) =>
      html`${index > 0 ? new Html(' &middot; ') : undefined}<a class="soft" href="${url}" target="_blank" rel="noopener" style="color:${soft};">${label}</a>`,
  )}</p>
<h2 class="soft" style="margin:0 0 8px;${fine}font-weight:600;">${heading}</h2>
${paragraphs.map((text) => html`<p class="soft" style="margin:0 0 8px;${fine}">${text}</p>\n`)}</div>
`
}
