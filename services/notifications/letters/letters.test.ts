// The text of letters, exact to the cent, and how they treat what customers typed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  canceled,
  eur,
  placed,
  refunded,
  resetRequested,
  shipped,
  unitsCanceled,
  verificationRequested,
} from '../fixture.ts'
import { greeting, moneyText, oneLine } from './formatting.ts'
import type { Letter } from './letter.ts'
import { letterHtml } from './letter-html.ts'
import { type Contents, type Kind, subjectOf, writeLetter } from './letter-templates.ts'
import { letterText } from './letter-text.ts'

const shop = { name: 'Souk', url: 'https://souk.example', merchant: 'Souk, Weg 1, 10115 Berlin' }
const textOf = (letter: Letter) => letterText(letter, shop)
const htmlOf = (letter: Letter) => letterHtml(letter, shop)
function both<K extends Kind>(kind: K, { data }: { data: Contents[K] }, accessKey?: string) {
  const letter = writeLetter(kind, data, shop, accessKey)
  return { html: htmlOf(letter), text: textOf(letter), subject: letter.subject }
}

test('money is written with the digits of its currency, exact however large', () => {
  const written = (amount: number, currency: string) => moneyText({ amount, currency }, 'en')
  assert.equal(written(1999, 'EUR'), '€19.99')
  assert.equal(written(5, 'EUR'), '€0.05')
  assert.equal(written(-675, 'USD'), '-$6.75')
  assert.equal(written(1999, 'JPY'), '¥1,999')
  assert.equal(written(1999, 'KWD'), 'KWD\u00a01.999')
  assert.equal(written(99_999_999_999_999, 'EUR'), '€999,999,999,999.99')
})

test('a confirmation adds up to its total and links to the order, with the key of a guest', () => {
  const { html, text } = both(
    'order-confirmed',
    placed({ orderId: '0b2f6ad3-7c3c-4b35-9d5f-0d3d8b7d6d11', accessKey: 'a&b' }),
  )
  assert.match(
    text,
    /Subtotal +€67.50\nDiscount +-€6.75\nShipping \(Standard\) +€4.90\n-+\nTotal +€65.65\nTax included +€10.49/,
  )
  assert.match(text, /Ships to:\n {2}Ada Lindqvist\n {2}Rosengasse 4\n {2}Hinterhaus\n {2}04109 Leipzig\n {2}Germany/)
  assert.ok(text.includes('https://souk.example/en/orders/0b2f6ad3-7c3c-4b35-9d5f-0d3d8b7d6d11#key=a%26b'))
  assert.ok(html.includes('href="https://souk.example/en/orders/0b2f6ad3-7c3c-4b35-9d5f-0d3d8b7d6d11#key=a%26b"'))
  for (const amount of ['€25.80', '€24.00', '€17.70', '€65.65', '€10.49']) assert.ok(html.includes(amount), amount)
})

test('tax that is not in the prices is added before the total; free shipping is called free', () => {
  const totals = {
    subtotal: eur(1000),
    discount: eur(0),
    shipping: eur(0),
    tax: eur(80),
    total: eur(1080),
    taxIncluded: false,
  }
  const { text } = both('order-confirmed', placed({ totals }))
  assert.match(text, /Subtotal +€10.00\nShipping \(Standard\) +Free\nTax +€0.80\n-+\nTotal +€10.80\n\n/)
  assert.ok(!text.includes('Discount'))
})

test('a shipment names what is in the parcel and how to track it', () => {
  const part = both('order-shipped', shipped())
  assert.equal(part.subject, 'Part of your order S-100042 is on its way')
  assert.match(part.text, /Olive oil, cold pressed, 500 ml\n {2}2 pieces/)
  assert.ok(!part.text.includes('Tea glasses'))
  assert.match(part.text, /Track the parcel:\nhttps:\/\/track.example\/00340434161094042557/)
  const bare = { id: part.subject, lines: [{ sku: 'OIL-500', quantity: 1 }], shippedAt: '2026-11-23T10:00:00.000Z' }
  const whole = both('order-shipped', shipped({ complete: true, shipment: bare }), 'guest-key')
  assert.equal(whole.subject, 'Your order S-100042 is on its way')
  assert.match(whole.text, /See your order:\nhttps:\/\/souk.example\/en\/orders\/[0-9a-f-]+#key=guest-key/)
})

test('a cancellation names the amount that is refunded, and no money when nothing is left to refund', () => {
  const cancellation = (more: Partial<Contents['order-canceled']>) =>
    both('order-canceled', canceled(more)).text.replace(/\s+/g, ' ')
  const paid = cancellation({ reason: 'out-of-stock', goingBack: eur(4565) })
  assert.match(
    paid,
    /sold out before we could reserve it for you. We are refunding €45.65 to your original payment method\./,
  )
  const refundedBefore = cancellation({ goingBack: eur(0) })
  assert.doesNotMatch(refundedBefore, /refund|charged|payment|your bank/)
  const unpaid = cancellation({ wasPaid: false, reason: 'declined', goingBack: eur(0) })
  assert.match(unpaid, /The payment was declined. You have not been charged\./)
  const unknown = cancellation({ wasPaid: false, reason: 'expired' })
  assert.match(unknown, /not completed in time. If we received a payment for it, we will refund it automatically\./)
  assert.doesNotMatch(unknown, /charged/)
  assert.ok(!cancellation({ reason: 'a-new-reason' }).includes('a-new-reason'))
})

test('a refund names what will not be sent', () => {
  const unsent = [{ sku: 'TEA-GLASS-6', title: 'Tea glasses, set of six', quantity: 1 }]
  const { text } = both('order-refunded', refunded({ unsent }))
  assert.match(text, /Will not be sent:\n {2}1 piece of Tea glasses, set of six/)
  assert.ok(!both('order-refunded', refunded()).text.includes('Will not be sent'))
})

test('a refund and a cancellation name what the money is for, with the tax in it', () => {
  const part = (amount: number, tax: number) => ({ amount: eur(amount), tax: eur(tax) })
  const parts = { items: part(1990, 318), shipping: part(490, 78), goodwill: part(0, 0) }
  const named = /Refund for:\n {2}Items €19.90, including €3.18 tax\n {2}Shipping €4.90, including €0.78 tax\n\n/
  assert.match(both('order-refunded', refunded({ parts })).text, named)
  assert.match(both('order-canceled', canceled({ goingBack: eur(2480), parts })).text, named)
  const goodwill = { items: part(0, 0), shipping: part(0, 0), goodwill: part(500, 0) }
  assert.match(both('order-refunded', refunded({ parts: goodwill })).text, /Refund for:\n {2}Goodwill €5.00\n/)
  assert.ok(!both('order-refunded', refunded()).text.includes('Refund for'))
})

test('units that are canceled without money are named, with the reason', () => {
  const { text, subject } = both('units-canceled', unitsCanceled(), 'guest-key')
  assert.equal(subject, 'Part of your order S-100042 was canceled')
  assert.match(text, /Will not be sent:\n {2}1 piece of Tea glasses, set of six/)
  assert.match(text, /Reason:\n {2}Sold out\./)
  assert.match(text, /key=guest-key/)
  assert.doesNotMatch(text, /refund|€/)
})

test('a second refund also names the total', () => {
  const once = both('order-refunded', refunded()).text
  assert.ok(!once.includes('Total refunded'))
  const twice = both('order-refunded', refunded({ totalRefunded: eur(3690) }))
  assert.equal(twice.subject, 'Refund of €12.90 for your order S-100042')
  assert.match(twice.text, /Total refunded:\n {2}€36.90/)
})

test('what customers typed is text, never HTML and never a template', () => {
  const evil = `<script>alert(1)</script><img src=x onerror=alert(1)>" onmouseover="x" {{7*7}} \${7*7} &amp;`
  const address = { name: evil, line1: evil, city: evil, postalCode: evil, country: 'DE' }
  const lines = [{ sku: 'X', title: evil, quantity: 1, unitPrice: eur(1), lineTotal: eur(1) }]
  const shippingMethod = { id: 'x', name: evil, price: eur(1) }
  const letters = [
    both('order-confirmed', placed({ number: evil, lines, shippingAddress: address, shippingMethod })),
    both(
      'order-shipped',
      shipped({
        number: evil,
        lines,
        shippingAddress: address,
        shipment: { id: 'x', carrier: evil, trackingNumber: evil, lines: [{ sku: 'X', quantity: 1 }], shippedAt: '' },
      }),
    ),
    both('order-canceled', canceled({ number: evil, lines })),
    both('order-refunded', refunded({ number: evil, reason: evil })),
  ]
  for (const { html } of letters) {
    assert.doesNotMatch(html, /<script|<img|" onmouseover/)
    assert.ok(html.includes('&lt;script&gt;alert(1)&lt;/script&gt;'))
    assert.ok(html.includes(`{{7*7}} \${7*7} &amp;amp;`))
  }
})

test('a link that is not http or https is left out', () => {
  for (const url of ['javascript:alert(1)', 'data:text/html,x', 'not a url', '']) {
    const { html, text } = both('verification', verificationRequested({ url }))
    assert.doesNotMatch(`${html}${text}`, /javascript:|data:text|not a url|Confirm my address/)
  }
  const quoted = both('password-reset', resetRequested({ url: 'https://souk.example/?a="><script>x</script>' }))
  assert.doesNotMatch(quoted.html, /<script/)
})

test('a subject is one line, so it cannot add a header', () => {
  const number = 'S-1\r\nBcc: everybody@example.com\n\u2028X: y\0'
  assert.equal(
    subjectOf('order-confirmed', placed({ number }).data, shop),
    'Your Souk order S-1 Bcc: everybody@example.com X: y',
  )
  assert.equal(subjectOf('order-confirmed', placed({ number: 'x'.repeat(5_000) }).data, shop).length, 200)
})

test('a product title cannot fake a line of the text part', () => {
  const title = 'Oil\n\nTotal                    €0.00\u202e'
  const lines = [{ sku: 'X', title, quantity: 1, unitPrice: eur(1), lineTotal: eur(1) }]
  const { text } = both('order-confirmed', placed({ lines }))
  assert.match(text, /\nOil Total €0.00\n {2}1 piece/)
  assert.equal(oneLine(' a\u202e\u0000b\tc \n'), 'a b c')
})

/** What mail programs turn into links: schemes, domains, e-mail addresses, telephone numbers. */
const linked =
  /[a-z]+:\/\/|\/\/\S|\S@[^\s\u200b]|\b(?:mailto|tel|sms):[^\s\u200b]|[\p{L}\p{N}][.。．｡][\p{L}\p{N}-]*\p{L}|(?<![\p{L}-])\+?\d(?:[ ()./-]{0,2}\d){6,}/iu
/** The text that people see, without links that are ours. */
const seen = ({ html, text }: { html: string; text: string }) => ({
  text: text.replaceAll(/^https?:\/\/\S+$/gm, ''),
  html: html
    .replace(/<(style|head)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, '\n')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"'),
})
const typed = [
  'Win at https://evil.example/win',
  'evil.example',
  'www.evil.example',
  'bücheré.example',
  '例え。テスト',
  'you@evil.example',
  'mailto:you@evil.example',
  'tel:+19005550100',
  '//evil.example',
  'Call +1 (900) 555-0100 now',
  'Call 0900 5550100',
  'xn--bcher-kva.4you.example',
]

test('whatever somebody types, a letter shows it, and no mail program makes a link of it', () => {
  for (const words of typed) {
    const address = {
      name: words,
      company: words,
      line1: words,
      line2: words,
      city: words,
      region: words,
      postalCode: '1',
    }
    const shippingAddress = { ...address, country: 'DE' }
    const lines = [{ sku: 'X', title: words, quantity: 1, unitPrice: eur(1), lineTotal: eur(1) }]
    const shipment = {
      id: 'x',
      carrier: words,
      trackingNumber: words.replaceAll(/[+\d]/g, 'x'),
      lines: [{ sku: 'X', quantity: 1 }],
      shippedAt: '2026-11-23T10:00:00.000Z',
    }
    const letters = [
      both(
        'order-confirmed',
        placed({ lines, shippingAddress, shippingMethod: { id: 'x', name: words, price: eur(1) } }),
      ),
      both('order-shipped', shipped({ lines, shippingAddress, shipment })),
      both('order-canceled', canceled({ lines })),
      both('order-refunded', refunded({ reason: words, unsent: [{ sku: 'X', title: words, quantity: 1 }] })),
      both('verification', verificationRequested({ name: words })),
      both('password-reset', resetRequested({ name: words })),
    ]
    for (const letter of letters) {
      for (const [part, shown] of Object.entries(seen(letter))) {
        assert.ok(shown.replaceAll('\u200b', '').replaceAll(/\s+/g, ' ').includes(words), `${part}: ${words}`)
        assert.doesNotMatch(shown, linked, part)
      }
    }
  }
})

test('a letter greets by the name that was given', () => {
  assert.equal(greeting('Ada', 'en'), 'Hello Ada,')
  assert.equal(
    greeting(`Dr. Ada O’Neill-Ñandú ${'x'.repeat(90)}`, 'en'),
    `Hello Dr. Ada O’Neill-Ñandú ${'x'.repeat(90)},`,
  )
  for (const name of ['', ' ', '\u200b']) assert.equal(greeting(name, 'en'), 'Hello,')
})

test('every line of an address is printed', () => {
  const linesOf = (shippingAddress: Contents['order-confirmed']['shippingAddress']) =>
    [both('order-confirmed', placed({ shippingAddress })), both('order-shipped', shipped({ shippingAddress }))].map(
      ({ text }) => /Ships to:\n([\s\S]*?)\n\n/.exec(text.replaceAll('\u200b', ''))?.[1]?.trim().split(/\n */),
    )
  const home = {
    name: 'Zoë O’Neill',
    company: 'Attn: c/o Lindqvist & Söhne',
    line1: 'Hauptstr.5/2/14',
    line2: `Ring twice ${'and wait '.repeat(10)}`.trim(),
    city: 'St.Gallen',
  }
  for (const lines of linesOf({ ...home, postalCode: '9000', country: 'CH' }))
    assert.deepEqual(lines, [home.name, home.company, home.line1, home.line2, '9000 St.Gallen', 'Switzerland'])
  const hongKong = { ...home, city: '', postalCode: '', region: 'Kowloon', country: 'HK' }
  for (const lines of linesOf(hongKong))
    assert.deepEqual(lines, [home.name, home.company, home.line1, home.line2, 'Kowloon', 'Hong Kong SAR China'])
})

test('what a customer copies stays as it is: order numbers, tracking numbers, amounts', () => {
  const trackingNumber = '00340434161094042557'
  const bare = { id: 'x', trackingNumber, lines: [{ sku: 'X', quantity: 1 }], shippedAt: '2026-11-23T10:00:00.000Z' }
  const { text, html } = both('order-shipped', shipped({ number: 'S-1000042', shipment: bare }))
  for (const part of [text, html]) assert.ok(part.includes(trackingNumber) && part.includes('S-1000042'))
  const large = placed({ totals: { ...placed().data.totals, total: eur(99_999_999_999) } })
  assert.ok(both('order-confirmed', large).text.includes('€999,999,999.99'))
})

test('the text part has at most 68 columns, except for links and long words', () => {
  const title = 'A very long title of a product that somebody wrote without thinking about how wide letters are'
  const lines = [{ sku: 'X', title, quantity: 12, unitPrice: eur(1_000_000_00), lineTotal: eur(12_000_000_00) }]
  for (const line of both('order-confirmed', placed({ lines })).text.split('\n'))
    assert.ok(line.length <= 68 || line.startsWith('https://'), line)
})

test('a letter about an order is in the language of the order, with its money, dates and countries', () => {
  const german = { language: 'de' }
  const confirmed = both('order-confirmed', { data: { ...placed().data, ...german } })
  assert.equal(confirmed.subject, 'Ihre Bestellung S-100042 bei Souk')
  assert.match(confirmed.html, /^<!doctype html>\n<html lang="de">/)
  assert.match(
    confirmed.text,
    /Zwischensumme +67,50\u00a0€\nRabatt +-6,75\u00a0€\nVersand \(Standard\) +4,90\u00a0€\n-+\nGesamtsumme +65,65\u00a0€\nDarin enthaltene MwSt\. +10,49\u00a0€/,
  )
  assert.match(confirmed.text, /https:\/\/souk\.example\/de\/orders\//)
  assert.match(confirmed.text, /2 Stück zu je 12,90\u00a0€/)
  assert.match(confirmed.text, /Lieferadresse:[\s\S]*\n {2}Deutschland\n/)
  const parts = {
    items: { amount: eur(1290), tax: eur(206) },
    shipping: { amount: eur(0), tax: eur(0) },
    goodwill: { amount: eur(0), tax: eur(0) },
  }
  const others: { [K in Kind]?: Contents[K] } = {
    'order-shipped': { ...shipped().data, ...german },
    'order-canceled': { ...canceled({ goingBack: eur(6565), parts }).data, ...german },
    'order-refunded': { ...refunded({ parts }).data, ...german },
    'units-canceled': { ...unitsCanceled().data, ...german },
  }
  const english = /\b(?:the|your|order|was|have|refund(?:ed)?|pieces?|total|reason|see|ships?)\b/i
  for (const [kind, data] of Object.entries(others)) {
    const { text, subject } = both(kind as Kind, { data })
    assert.match(text, /Bestellung ansehen|Paket verfolgen/, kind)
    // What customers and staff typed stays as it is.
    const ours = `${subject}\n${text}`.replace(
      /https?:\S+|One bottle arrived broken\.|Sold out\.|Tea glasses, set of six|Olive oil[^\n]*/gi,
      '',
    )
    assert.doesNotMatch(ours, english, kind)
  }
})

test('a confirmation carries the terms and the information about withdrawal, in both parts and in its language', () => {
  for (const [language, heading, words] of [
    ['en', 'Information about your right of withdrawal', 'within fourteen'],
    ['de', 'Widerrufsbelehrung', 'binnen vierzehn'],
  ] as const) {
    const { html, text } = both('order-confirmed', { data: { ...placed().data, language } })
    for (const page of ['terms', 'withdrawal']) {
      const url = `https://souk.example/${language}/info/${page}`
      assert.ok(html.includes(`href="${url}"`) && text.includes(url), url)
    }
    assert.ok(html.includes(heading) && text.includes(heading.toUpperCase()), heading)
    for (const part of [html, text]) {
      assert.match(part, new RegExp(words))
      assert.match(part, /Souk, Weg 1, 10115\s+Berlin/)
    }
  }
})

test('a letter in a language that we do not write is in English', () => {
  const { subject } = both('order-confirmed', { data: { ...placed().data, language: 'fr' } })
  assert.equal(subject, 'Your Souk order S-100042')
})

test('a letter about an account speaks the language of the page that its link leads to, or else that of the shop', () => {
  const verify = (path: string) =>
    verificationRequested({ url: `https://souk.example/v1/links/verify-email?token=x&callbackURL=${path}` })
  const german = both('verification', verify(encodeURIComponent('/de/account/sign-in?done=verified')))
  assert.equal(german.subject, 'Bitte bestätigen Sie Ihre E-Mail-Adresse für Souk')
  assert.match(german.html, /<html lang="de">/)
  assert.match(german.text, /^Guten Tag /m)
  const reset = (url: string) => both('password-reset', resetRequested({ url }))
  assert.match(reset('https://souk.example/de/account/reset?token=x').text, /Der Link gilt einmal, bis \d+\. /)
  for (const path of ['/en/account/sign-in', '/fr/account/sign-in', '//de', '/', ''])
    assert.equal(both('verification', verify(encodeURIComponent(path))).subject, 'Confirm your e-mail address for Souk')
  for (const url of ['https://souk.example/v1/links/reset-password?token=x', 'de', ''])
    assert.match(reset(url).text, /^Hello /m)
  const change = { email: 'n@souk.example', name: 'Ada', oldEmail: 'o@souk.example', newEmail: 'n@souk.example' }
  assert.match(both('email-changed', { data: change }).html, /<html lang="en">/)
})

test('the link of a letter about an order leads to the page in the language of the letter', () => {
  const linkIn = (language?: string) =>
    /https:\S+orders\S+/.exec(
      both('order-confirmed', placed({ orderId: 'an-order', accessKey: 'k', language })).text,
    )?.[0]
  assert.equal(linkIn('de'), 'https://souk.example/de/orders/an-order#key=k')
  assert.equal(linkIn('en'), 'https://souk.example/en/orders/an-order#key=k')
  for (const other of ['fr', undefined]) assert.equal(linkIn(other), 'https://souk.example/en/orders/an-order#key=k')
})
